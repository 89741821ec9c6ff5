import { onTestFinished } from 'vitest'
import { sendJson, Upstream } from '../broker/source/support/upstream.ts'
import type { Vendor } from './vendors.ts'

/** The vendor on this machine: its token endpoint and one list. Whatever else is asked gets 404. */
export async function startVendor(vendor: Vendor): Promise<Upstream> {
  const items = Array.from({ length: vendor.count }, (_, index) => vendor.item(index))
  const upstream = await Upstream.start((seen, response) => {
    const isToken = seen.method === 'POST' && seen.url.pathname === vendor.tokenPath
    const isList = seen.url.pathname.startsWith(vendor.path)
    const isAllowed = Object.entries(vendor.headers).every(([name, value]) => seen.headers[name] === value)
    const answer = (() => {
      if (isToken) return vendor.token?.(seen) ?? { status: 404, body: {} }
      if (!isList) return { status: 404, body: {} }
      return isAllowed ? vendor.page(seen, items) : { status: 401, body: {} }
    })()
    sendJson(response, JSON.stringify(answer.body), { status: answer.status ?? 200, headers: answer.headers ?? {} })
  })
  onTestFinished(() => upstream.stop())
  return upstream
}
