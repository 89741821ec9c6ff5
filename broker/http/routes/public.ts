import { BrokerError } from '../../errors/broker-error.ts'
import type { Stores } from '../../store/stores.ts'
import type { AddinFiles } from '../addin-files.ts'
import { createDeployPage, type DeployPageSettings } from '../deploy-page.ts'
import { createHomePage } from '../home-page.ts'
import { setPagePolicy } from '../page-style.ts'
import { problemPage } from '../problem-page.ts'
import { sendJson, type Call, type Route } from '../route.ts'
import { health } from '../schemas.ts'

const html = 'text/html; charset=utf-8'

/** The add-in's manifest for this broker, as it is now. */
export interface ManifestSource {
  /** Add-in-only XML. */
  readonly xml: () => Promise<Uint8Array>
  /** The zip file of the unified form. */
  readonly package: () => Promise<Uint8Array>
}

interface PublicRouteDeps {
  readonly stores: Pick<Stores, 'ping'>
  readonly addin: AddinFiles
  readonly manifest: ManifestSource
  readonly deployment: DeployPageSettings
  /** The text of openapi.json. */
  readonly openapi: () => string
  /** True once the process is on its way out. */
  readonly isDraining: () => boolean
}

/** What everybody may have: health, descriptions, the add-in's files. */
export function publicRoutes(deps: PublicRouteDeps): Route[] {
  return [...healthRoutes(deps), ...pageRoutes(deps), ...documentRoutes(deps), addinRoute(deps)]
}

function healthRoutes({ stores, isDraining }: PublicRouteDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/healthz',
      permission: 'public',
      summary: 'Whether the process is alive',
      answers: { 200: { description: 'It is.', schema: health } },
      handle: ({ response }) => {
        sendJson(response, 200, { status: 'ok' })
        return Promise.resolve()
      },
    },
    {
      method: 'get',
      path: '/readyz',
      permission: 'public',
      summary: 'Whether requests should be sent here',
      answers: {
        200: { description: 'They should.', schema: health },
        503: { description: 'Not now: stopping, or without a database.', schema: health },
      },
      handle: async ({ response }) => {
        if (isDraining()) {
          sendJson(response, 503, { status: 'stopping' })
          return
        }
        const isReachable = await canReach(stores)
        sendJson(response, isReachable ? 200 : 503, { status: isReachable ? 'ok' : 'store-unavailable' })
      },
    },
  ]
}

function pageRoutes({ stores, isDraining, deployment }: PublicRouteDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/',
      permission: 'public',
      summary: 'What this is',
      answers: { 200: { description: 'A page for people.', mediaType: 'text/html' } },
      handle: async ({ response }) => {
        setPagePolicy(response)
        await send(response, html, createHomePage(!isDraining() && (await canReach(stores))))
      },
    },
    {
      method: 'get',
      path: '/deploy',
      permission: 'public',
      summary: 'How an IT department gives the add-in to everybody',
      answers: { 200: { description: 'A page for people.', mediaType: 'text/html' } },
      handle: ({ response }) => {
        setPagePolicy(response)
        return send(response, html, createDeployPage(deployment))
      },
    },
  ]
}

function canReach(stores: PublicRouteDeps['stores']): Promise<boolean> {
  return stores.ping().then(
    () => true,
    () => false,
  )
}

function documentRoutes({ manifest, openapi }: PublicRouteDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/openapi.json',
      permission: 'public',
      summary: 'This description',
      answers: { 200: { description: 'OpenAPI 3.1.', mediaType: 'application/json' } },
      handle: ({ response }) => send(response, 'application/json; charset=utf-8', openapi()),
    },
    {
      method: 'get',
      path: '/manifest.xml',
      permission: 'public',
      summary: 'The add-in’s manifest for this broker',
      answers: { 200: { description: 'An Office add-in manifest.', mediaType: 'application/xml' } },
      handle: async ({ response }) => send(response, 'application/xml; charset=utf-8', await manifest.xml()),
    },
    {
      method: 'get',
      path: '/manifest.zip',
      permission: 'public',
      summary: 'The add-in’s package for the unified app model of Microsoft 365',
      answers: { 200: { description: 'An app package.', mediaType: 'application/zip' } },
      handle: async ({ response }) => {
        const bytes = await manifest.package()
        response.setHeader('Content-Disposition', 'attachment; filename="sheetbroker.zip"')
        await send(response, 'application/zip', bytes)
      },
    },
    {
      method: 'get',
      path: '/problems/:code',
      permission: 'public',
      summary: 'What a problem code means',
      answers: { 200: { description: 'A page for people.', mediaType: 'text/html' } },
      problems: ['not-found'],
      handle: ({ params, response }) => {
        const page = problemPage(params['code'] ?? '')
        if (page === undefined) throw new BrokerError('not-found', 'There is no such problem code.')
        return send(response, html, page)
      },
    },
  ]
}

function addinRoute({ addin }: PublicRouteDeps): Route {
  return {
    method: 'get',
    path: '/addin/*path',
    permission: 'public',
    summary: 'The add-in’s files',
    // Office appends parameters of its own, such as _host_Info.
    acceptsAnyQuery: true,
    answers: {
      200: { description: 'The file.', mediaType: '*/*' },
      304: { description: 'The client’s copy is right.' },
    },
    problems: ['not-found'],
    handle: ({ request, response, params }) => addin.send(request, response, params['path'] ?? ''),
  }
}

function send(response: Call['response'], mediaType: string, content: string | Uint8Array): Promise<void> {
  response.setHeader('Cache-Control', 'no-cache')
  response.status(200).type(mediaType).send(Buffer.from(content))
  return Promise.resolve()
}
