#!/usr/bin/env node
// The `sheetbroker` command.
import { Command } from 'commander'
import { addApply } from './cli/apply.ts'
import { addConfig } from './cli/config.ts'
import type { CommandContext } from './cli/context.ts'
import { addDoctor } from './cli/doctor.ts'
import { addEgress } from './cli/egress.ts'
import { addEntra } from './cli/entra.ts'
import { addIdentityCommands } from './cli/identity.ts'
import { addInit } from './cli/init.ts'
import { addManifest } from './cli/manifest.ts'
import { addPreset } from './cli/preset.ts'
import { addPull } from './cli/pull.ts'
import { addSecret } from './cli/secret.ts'
import { addSource } from './cli/source.ts'
import { addStart } from './cli/start.ts'
import { addUserCommands } from './cli/user.ts'
import { loadConfig } from './config.ts'
import { BrokerError } from './errors/broker-error.ts'

const program = new Command('sheetbroker')
  .description('Reads OAuth-protected APIs into complete tables and serves them under one sign-in.')
  .option('--data-dir <folder>', 'keys, state and snapshots (SHEETBROKER_DATA_DIR)')
  .option('--port <number>', 'port to listen on (SHEETBROKER_PORT)')
  .showHelpAfterError()

const context: CommandContext = {
  load: () => {
    const { dataDir, port } = program.opts<{ dataDir?: string; port?: string }>()
    return loadConfig(process.env, { SHEETBROKER_DATA_DIR: dataDir, SHEETBROKER_PORT: port })
  },
  print: (line) => console.log(line),
}

const commands = [
  ...[addInit, addPreset, addSource, addApply, addSecret, addUserCommands, addIdentityCommands, addPull, addDoctor],
  ...[addStart, addEgress, addManifest, addEntra, addConfig],
]
for (const add of commands) add(program, context)

try {
  await program.parseAsync()
} catch (error) {
  // What is not expected is shown whole: on the command line the reader is the administrator.
  console.error(error instanceof BrokerError ? error.message : error)
  process.exitCode = 1
}
