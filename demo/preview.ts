import { createServer } from 'node:net'
import { startExcelPreview } from '../excel-host/server.ts'
import { inviteUser, setUp, type DemoParts } from './set-up.ts'

/** Starts everything for the browser and says where to go; `stop` ends what this started. */
export async function openPreview(parts: DemoParts & { readonly port: number }): Promise<{ stop(): Promise<void> }> {
  const { sample, broker } = parts
  await setUp(parts)
  const code = await inviteUser(broker)
  // The broker must know its public address before the page in front of it listens there.
  const port = parts.port === 0 ? await findFreePort() : parts.port
  const publicUrl = `https://localhost:${port}`
  const brokerUrl = await broker.start({
    SHEETBROKER_PUBLIC_URL: publicUrl,
    SHEETBROKER_OFFICE_JS_URL: '/preview/office-js/office.js',
  })
  const preview = await startExcelPreview({
    port,
    broker: brokerUrl,
    hint: `Sign in with the invitation \`${code}\`. To change the source's data: \`curl -X POST ${sample.url}/_sample/tick\``,
  })
  console.log(`
Sheetbroker, a sample source and a simulated Excel are running on this machine.

  Open        ${preview.url}
              The certificate was made a moment ago for this page, so the browser asks first: choose
              Advanced, then Proceed to localhost.
  Sign in     with the invitation ${code}
  Change      the source's data: curl -X POST ${sample.url}/_sample/tick

Ctrl+C ends everything.`)
  return preview
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port)
        else reject(new Error('No port is free.'))
      })
    })
  })
}
