// A source that costs little: a token endpoint, and pages made of a template. A process of its own, so that it takes nothing
// from what is measured but its core. `--latency-ms N` answers each page that much later.
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { rows: { type: 'string' }, 'latency-ms': { type: 'string' } } })
const rows = Number(values.rows)
const latencyMs = Number(values['latency-ms'] ?? 0)

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === '/token') {
    request.resume()
    send(response, JSON.stringify({ access_token: 'bench', token_type: 'Bearer', expires_in: 3600 }))
    return
  }
  const page = Number(url.searchParams.get('page'))
  const size = Number(url.searchParams.get('size'))
  const body = `{"total":${rows},"items":[${makeRows((page - 1) * size, Math.min(rows, page * size)).join(',')}]}`
  if (latencyMs === 0) send(response, body)
  else void wait(latencyMs).then(() => send(response, body))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) console.log(`http://127.0.0.1:${address.port}`)
})

function send(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** Rows of some 430 bytes and 15 fields, as a recruitment system sends them. */
function makeRows(first: number, end: number): string[] {
  const made: string[] = []
  for (let at = first; at < end; at++) {
    const id = String(at).padStart(8, '0')
    const day = String(1 + (at % 28)).padStart(2, '0')
    made.push(
      `{"Ref":"${id}","Name":{"First":"Margarethe${at % 97}","Last":"Szczepańska${at % 89}"},"Email":"person.${id}@example.com",` +
        `"Phone":"+44 7700 ${id}","Town":"Newcastle upon Tyne","Country":"United Kingdom","JobTitle":"Senior Systems Engineer ${at % 31}",` +
        `"Salary":${30_000 + (at % 5_000) + 0.5},"Rating":${at % 11},"HasCv":${at % 3 === 0},"Available":"2026-01-${day}",` +
        `"Created":"2025-03-${day}T09:30:00Z","Updated":"2025-11-${day}T17:45:10Z","Notes":"Prefers work near home; call after six."}`,
    )
  }
  return made
}
