// What a pull is measured against: an undici loop that reads and parses the same pages one after the other, and keeps nothing.
import { parseArgs } from 'node:util'
import { Pool } from 'undici'

const { values } = parseArgs({ options: { url: { type: 'string' }, size: { type: 'string' } } })
const pool = new Pool(values.url ?? '')
const startedMs = performance.now()
let rows = 0
for (let page = 1, total = 1; rows < total; page++) {
  const answer = await pool.request({ method: 'GET', path: `/rows?page=${page}&size=${values.size ?? ''}` })
  const body = (await answer.body.json()) as { total: number; items: unknown[] }
  total = body.total
  rows += body.items.length
}
console.log(JSON.stringify({ rows, seconds: (performance.now() - startedMs) / 1000 }))
await pool.close()
