import type { LoadedConfig } from '../config.ts'

/** What every command gets from main.ts. */
export interface CommandContext {
  /** The settings, from the environment and the options before the command. */
  readonly load: () => LoadedConfig
  /** Prints a line for people, or the answer of the command, on standard output. */
  readonly print: (line: string) => void
}
