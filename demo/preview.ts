import { createServer } from 'node:net'
import { startExcelPreview } from '../excel-host/server.ts'
import { inviteUser, setUp, type DemoParts } from './set-up.ts'

/** A broker whose add-in is shown beside a simulated workbook. */
export interface Preview {
  /** The page to open. */
  readonly url: string
  /** Signs the sample user in, once. */
  readonly invitation: string
  /** Ends the page's server; the broker and the sample are the caller's. */
  stop(): Promise<void>
}

/** Sets the broker up, starts it, and serves the page that plays Excel in front of it. `port` 0 takes a free one. */
export async function openPreview(parts: DemoParts, port: number): Promise<Preview> {
  const { sample, broker } = parts
  await setUp(parts)
  const invitation = await inviteUser(broker)
  // The broker must know its public address before the page in front of it listens there.
  const publicPort = port === 0 ? await findFreePort() : port
  const brokerUrl = await broker.start({
    SHEETBROKER_PUBLIC_URL: `https://localhost:${publicPort}`,
    SHEETBROKER_OFFICE_JS_URL: '/preview/office-js/office.js',
  })
  const page = await startExcelPreview({
    port: publicPort,
    broker: brokerUrl,
    hint: `Sign in with the invitation \`${invitation}\`. To change candidates at the source: \`${tickCommand(sample.url)}\``,
  })
  return { url: page.url, invitation, stop: () => page.stop() }
}

/** What to tell the person at the terminal. */
export function describePreview({ url, invitation }: Preview, sampleUrl: string): string {
  return `
Sheetbroker, a sample source and a simulated Excel are running on this machine.

  Open        ${url}
              The certificate was made a moment ago for this page, so the browser asks first: choose
              Advanced, then Proceed to localhost.
  Sign in     with the invitation ${invitation}
  Change      candidates at the source: ${tickCommand(sampleUrl)}

Ctrl+C ends everything.`
}

function tickCommand(sampleUrl: string): string {
  return `curl -X POST ${sampleUrl}/_sample/tick`
}

/** A port that nothing listens on now. */
export function findFreePort(): Promise<number> {
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
