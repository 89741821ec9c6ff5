import { mkdirSync } from 'node:fs'
import type { Command } from 'commander'
import { createKeyFiles } from '../crypto/key-files.ts'
import { systemRandom } from '../kernel/system.ts'
import { dataPaths, withStores } from '../open.ts'
import type { CommandContext } from './context.ts'

/** `init`: makes the data directory, the keys and the state database; running it again repairs and changes nothing. */
export function addInit(program: Command, context: CommandContext): void {
  program
    .command('init')
    .description('make the keys and the database')
    .action(async () => {
      const { config } = context.load()
      mkdirSync(config.SHEETBROKER_DATA_DIR, { recursive: true, mode: 0o700 })
      await createKeyFiles(dataPaths(config).keys, systemRandom)
      await withStores(config, (stores) => stores.ping())
      context.print(`Ready in ${config.SHEETBROKER_DATA_DIR}. Keep its folder keys safe and backed up.`)
      context.print(
        'Next: npx sheetbroker apply FILE, npx sheetbroker secret set SOURCE, npx sheetbroker invite USER, npm start',
      )
    })
}
