// Writes the generated pages of docs/. A test fails when they are out of date: `npm run docs`.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configurationPage } from './configuration-page.ts'

await writeFile(join(import.meta.dirname, '../docs/CONFIGURATION.md'), configurationPage())
