import { mkdirSync } from 'node:fs'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { createKeyFiles } from '../crypto/key-files.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { hasCode } from '../kernel/error-code.ts'
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
      await makeFolderAndKeys(config)
      await withStores(config, (stores) => stores.ping())
      context.print(`Ready in ${config.SHEETBROKER_DATA_DIR}. Keep its folder keys safe and backed up.`)
      context.print(
        'Next: npx sheetbroker apply FILE, npx sheetbroker secret set SOURCE, npx sheetbroker invite USER, npm start',
      )
    })
}

async function makeFolderAndKeys(config: Config): Promise<void> {
  const folder = config.SHEETBROKER_DATA_DIR
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await createKeyFiles(dataPaths(config).keys, systemRandom)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].some((code) => hasCode(error, code))) throw error
    const text = `This user may not write in ${folder}: give it and all in it to this user (chown), or name another folder with --data-dir.`
    throw new BrokerError('config-invalid', text, { cause: error })
  }
}
