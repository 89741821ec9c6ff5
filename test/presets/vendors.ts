// One simulated vendor a preset: how it gives tokens, what it wants with a call, how its pages look.
import type { Seen } from '../broker/source/support/upstream.ts'
import * as forms from './vendor-forms.ts'
import { accessToken, badRequest, client, cut, isQuery, linkHeader, linkTo, numberIn, odata } from './vendor-forms.ts'
import type { Answer, Item } from './vendor-forms.ts'

export interface Vendor {
  readonly preset: string
  /** What is filled in besides the client id. */
  readonly set?: Readonly<Record<string, string>>
  /** Where the secret is a private key. */
  readonly isKey?: true
  /** Absent where the secret is itself the token. */
  readonly token?: (seen: Seen) => Answer
  readonly tokenPath?: string
  /** Headers that every call must carry, of this value. */
  readonly headers: Readonly<Record<string, string>>
  readonly dataset: string
  readonly path: string
  readonly count: number
  readonly item: (index: number) => Item
  readonly page: (seen: Seen, items: readonly Item[]) => Answer
}

const bearer = { authorization: `Bearer ${accessToken}` }
const byId = (index: number): Item => ({ id: `id-${index}`, name: `Name ${index}` })
const microsoft = (scope: string) => ({ tokenPath: '/t-1/oauth2/v2.0/token', token: forms.takesForm({ scope }) })

/** Pages by number or offset, with the total beside them. */
function counted(
  query: Readonly<Record<string, string | undefined>>,
  {
    start,
    size,
    wrap,
  }: { start: (seen: Seen) => number; size: string; wrap: (page: readonly Item[], seen: Seen) => unknown },
) {
  return (seen: Seen, items: readonly Item[]): Answer => {
    if (!isQuery(seen, query)) return badRequest
    return { body: wrap(cut(items, start(seen), numberIn(seen, size)).page, seen) }
  }
}

export const vendors: readonly Vendor[] = [
  {
    preset: 'firefish',
    set: { start: '2025-12-01' },
    tokenPath: '/authorization/token',
    token: forms.takesForm(
      { scope: 'candidatesAPI-read contactsAPI-read companiesAPI-read jobsAPI-read placementdetailsAPI-read' },
      { expires_in: 599 },
    ),
    headers: bearer,
    dataset: 'candidates',
    path: '/api/v1.0/candidates/search',
    count: 2_600,
    item: (index) => ({
      CandidateRef: index,
      Created: new Date(Date.UTC(2025, 11, 1) + index * 1_800_000).toISOString(),
    }),
    page: (seen, items) => {
      if (!isQuery(seen, { 'from-date': undefined, 'to-date': undefined, Page: undefined, 'Page-Size': undefined }))
        return badRequest
      const [from = '', to = ''] = ['from-date', 'to-date'].map((name) => seen.url.searchParams.get(name) ?? '')
      const found = items.filter(
        ({ Created }) => String(Created).slice(0, 10) >= from && String(Created).slice(0, 10) <= to,
      )
      const size = numberIn(seen, 'Page-Size')
      const { page } = cut(found.slice(0, 1_000), (numberIn(seen, 'Page') - 1) * size, size)
      return { body: { Page: numberIn(seen, 'Page'), PageSize: size, Results: page } }
    },
  },
  {
    preset: 'microsoft-graph',
    set: { tenant: 't-1' },
    ...microsoft('https://graph.microsoft.com/.default'),
    headers: bearer,
    dataset: 'entra-users',
    path: '/v1.0/users',
    count: 2_100,
    item: byId,
    page: odata(999, { $select: undefined, $top: '999' }),
  },
  {
    preset: 'business-central',
    set: { tenant: 't-1', companyId: 'c-1' },
    ...microsoft('https://api.businesscentral.dynamics.com/.default'),
    headers: { ...bearer, 'data-access-intent': 'ReadOnly' },
    dataset: 'bc-customers',
    path: '/v2.0/t-1/Production/api/v2.0/companies(c-1)/customers',
    count: 45,
    item: byId,
    page: odata(20, {}),
  },
  {
    preset: 'dataverse',
    set: { tenant: 't-1', host: 'contoso.crm4.dynamics.com' },
    ...microsoft('https://contoso.crm4.dynamics.com/.default'),
    headers: { ...bearer, prefer: 'odata.maxpagesize=2000', 'odata-version': '4.0' },
    dataset: 'dataverse-accounts',
    path: '/api/data/v9.2/accounts',
    count: 4_100,
    item: (index) => ({ '@odata.etag': `W/"${index}"`, accountid: `a-${index}`, revenue: index / 4 }),
    page: odata(2_000, { $select: undefined }),
  },
  {
    preset: 'salesforce',
    set: { myDomain: 'acme' },
    tokenPath: '/services/oauth2/token',
    // No expires_in, and members of its own.
    token: forms.takesForm(
      {},
      { expires_in: undefined, instance_url: 'https://acme.my.salesforce.com', issued_at: '1769860800000' },
    ),
    headers: bearer,
    dataset: 'salesforce-accounts',
    path: '/services/data/v62.0/query',
    count: 4_500,
    item: (index) => ({
      attributes: { type: 'Account', url: `/services/data/v62.0/sobjects/Account/${index}` },
      Id: `001${index}`,
      Name: `N ${index}`,
    }),
    page: (seen, items) => {
      const locator = /-(\d+)$/.exec(seen.url.pathname)?.[1]
      if (locator === undefined && !/^SELECT Id, .* FROM Account$/.test(seen.url.searchParams.get('q') ?? ''))
        return badRequest
      const { page, next } = cut(items, Number(locator ?? 0), 2_000)
      const more =
        next === undefined ? { done: true } : { done: false, nextRecordsUrl: `/services/data/v62.0/query/01gD-${next}` }
      return { body: { totalSize: items.length, ...more, records: page } }
    },
  },
  {
    preset: 'servicenow',
    set: { instance: 'dev1' },
    tokenPath: '/oauth_token.do',
    token: forms.takesForm({}, { expires_in: 1799, scope: 'useraccount' }),
    headers: bearer,
    dataset: 'servicenow-incidents',
    path: '/api/now/table/incident',
    count: 2_300,
    item: (index) => ({ sys_id: `s-${index}`, priority: '3', sys_created_on: '2026-01-02 03:04:05' }),
    page: linkHeader(
      {
        sysparm_query: 'ORDERBYsys_id',
        sysparm_limit: '1000',
        sysparm_exclude_reference_link: 'true',
        sysparm_display_value: 'false',
      },
      { size: 1_000, wrap: (result) => ({ result }) },
    ),
  },
  {
    preset: 'atlassian-jira',
    set: { cloudId: 'c-1' },
    tokenPath: '/oauth/token',
    token: forms.takesJson({}),
    headers: bearer,
    dataset: 'jira-issues',
    path: '/ex/jira/c-1/rest/api/3/search/jql',
    count: 250,
    item: (index) => ({
      id: String(10_000 + index),
      key: `AB-${index}`,
      fields: { summary: `S ${index}`, created: '2026-01-02T03:04:05.000+0000' },
    }),
    page: (seen, items) => {
      const token = seen.url.searchParams.get('nextPageToken')
      const paging = token === null ? {} : { nextPageToken: token }
      if (!isQuery(seen, { jql: undefined, fields: undefined, maxResults: '100', ...paging })) return badRequest
      const { page, next } = cut(items, Number(token?.slice(1) ?? 0), 100)
      return { body: { issues: page, isLast: next === undefined, ...(next && { nextPageToken: `t${next}` }) } }
    },
  },
  {
    preset: 'xero',
    tokenPath: '/connect/token',
    token: forms.takesBasic({ scope: 'accounting.transactions.read accounting.contacts.read' }),
    headers: { ...bearer, accept: 'application/json' },
    dataset: 'xero-invoices',
    path: '/api.xro/2.0/Invoices',
    count: 1_100,
    item: (index) => ({
      InvoiceID: `i-${index}`,
      Total: 12.5,
      UpdatedDateUTC: '/Date(1518685950940+0000)/',
      DateString: '2026-01-02T00:00:00',
    }),
    page: (seen, items) => {
      if (!isQuery(seen, { order: 'InvoiceID', page: undefined, pageSize: '500' })) return badRequest
      const { page } = cut(items, (numberIn(seen, 'page') - 1) * 500, 500)
      const pagination = { page: numberIn(seen, 'page'), pageSize: 500, pageCount: 3, itemCount: items.length }
      return { body: { Id: 'x', Status: 'OK', pagination, Invoices: page } }
    },
  },
  {
    preset: 'shopify',
    set: { shop: 'acme' },
    tokenPath: '/admin/oauth/access_token',
    token: forms.takesForm({}, { token_type: undefined, scope: 'read_orders', expires_in: 86_399 }),
    headers: { 'x-shopify-access-token': accessToken, 'content-type': 'application/json' },
    dataset: 'shopify-orders',
    path: '/admin/api/2026-01/graphql.json',
    count: 230,
    item: (index) => ({
      id: `gid://shopify/Order/${index}`,
      totalPriceSet: { shopMoney: { amount: '12.50', currencyCode: 'EUR' } },
    }),
    page: ({ method, body }, items) => {
      const { query, variables } = JSON.parse(body) as { query: string; variables: { first: number; after?: string } }
      if (method !== 'POST' || !query.includes('orders(first: $first, after: $after'))
        return { body: { errors: [{ message: 'Parse error' }] } }
      const start = Number(variables.after ?? 0)
      const { page, next } = cut(items, start, variables.first)
      // A cursor comes with the last page too.
      const pageInfo = { hasNextPage: next !== undefined, endCursor: String(start + page.length) }
      return { body: { data: { orders: { nodes: page, pageInfo } }, extensions: { cost: { requestedQueryCost: 32 } } } }
    },
  },
  {
    preset: 'zendesk',
    set: { subdomain: 'acme' },
    tokenPath: '/oauth/tokens',
    token: forms.takesJson({ scope: 'read' }, { token_type: 'bearer', expires_in: null }),
    headers: bearer,
    dataset: 'zendesk-tickets',
    path: '/api/v2/tickets',
    count: 210,
    item: (index) => ({ id: index, subject: `S ${index}`, custom_fields: [{ id: 1, value: null }] }),
    page: (seen, items) => {
      const after = seen.url.searchParams.get('page[after]')
      if (!isQuery(seen, { 'page[size]': '100', ...(after === null ? {} : { 'page[after]': after }) }))
        return badRequest
      const { page, next } = cut(items, Number(after ?? 0), 100)
      const link = linkTo(seen, { 'page[size]': 100, 'page[after]': Number(after ?? 0) + page.length })
      return { body: { tickets: page, meta: { has_more: next !== undefined }, links: { prev: null, next: link } } }
    },
  },
  {
    preset: 'adobe-analytics',
    set: { companyId: 'acme0' },
    tokenPath: '/ims/token/v3',
    token: forms.takesForm(
      { scope: 'openid,AdobeID,additional_info.projectedProductContext' },
      { token_type: 'bearer', expires_in: 86_399 },
    ),
    headers: { ...bearer, 'x-api-key': client.id, 'x-proxy-global-company-id': 'acme0' },
    dataset: 'adobe-segments',
    path: '/api/acme0/segments',
    count: 210,
    item: byId,
    page: (seen, items) =>
      counted(
        { includeType: 'all', page: undefined, limit: '100' },
        {
          start: () => numberIn(seen, 'page') * 100,
          size: 'limit',
          wrap: (content) => ({ content, totalElements: items.length, totalPages: 3, number: numberIn(seen, 'page') }),
        },
      )(seen, items),
  },
  {
    preset: 'zoom',
    set: { accountId: 'acc-1' },
    tokenPath: '/oauth/token',
    token: forms.takesBasic({ grant_type: 'account_credentials', account_id: 'acc-1' }),
    headers: bearer,
    dataset: 'zoom-users',
    path: '/v2/users',
    count: 650,
    item: byId,
    page: (seen, items) => {
      const token = seen.url.searchParams.get('next_page_token')
      const paging = token === null ? {} : { next_page_token: token }
      if (!isQuery(seen, { status: 'active', page_size: '300', ...paging })) return badRequest
      const { page, next } = cut(items, Number(token ?? 0), 300)
      return {
        body: {
          page_count: 3,
          page_size: 300,
          total_records: items.length,
          next_page_token: String(next ?? ''),
          users: page,
        },
      }
    },
  },
  {
    preset: 'auth0',
    set: { domain: 'acme.eu.auth0.com' },
    tokenPath: '/oauth/token',
    token: forms.takesForm({ audience: 'https://acme.eu.auth0.com/api/v2/' }, { expires_in: 86_400 }),
    headers: bearer,
    dataset: 'auth0-organizations',
    path: '/api/v2/organizations',
    count: 120,
    item: byId,
    page: (seen, items) => {
      const from = seen.url.searchParams.get('from')
      if (!isQuery(seen, { take: '50', ...(from === null ? {} : { from }) })) return badRequest
      const { page, next } = cut(items, Number(from ?? 0), 50)
      return { body: { organizations: page, ...(next && { next: String(next) }) } }
    },
  },
  {
    preset: 'okta',
    set: { domain: 'acme.okta.com', keyId: 'k-1' },
    isKey: true,
    tokenPath: '/oauth2/v1/token',
    token: forms.takesClientStatement(
      { iss: client.id, sub: client.id },
      { keyId: 'k-1', scope: 'okta.users.read okta.groups.read' },
    ),
    headers: { authorization: `DPoP ${accessToken}` },
    dataset: 'okta-users',
    path: '/api/v1/users',
    count: 450,
    item: (index) => ({ id: `00u${index}`, status: 'ACTIVE', profile: { login: `u${index}@example.com` } }),
    page: linkHeader({ limit: '200' }, { size: 200 }),
  },
  {
    preset: 'docusign',
    set: { userId: 'u-1', accountId: 'acc-1', apiHost: 'eu.docusign.net' },
    isKey: true,
    tokenPath: '/oauth/token',
    token: forms.takesGrantStatement({
      iss: client.id,
      sub: 'u-1',
      aud: 'account.docusign.com',
      scope: 'signature impersonation',
    }),
    headers: bearer,
    dataset: 'docusign-envelopes',
    path: '/restapi/v2.1/accounts/acc-1/envelopes',
    count: 2_300,
    item: (index) => ({
      envelopeId: `e-${index}`,
      status: 'completed',
      statusChangedDateTime: '2026-01-02T03:04:05.0000000Z',
    }),
    page: (seen, items) => {
      const query = {
        from_date: '2010-01-01',
        order: 'asc',
        order_by: 'created',
        start_position: undefined,
        count: '1000',
      }
      if (!isQuery(seen, query)) return badRequest
      const start = numberIn(seen, 'start_position')
      const { page, next } = cut(items, start, 1_000)
      const uri = next === undefined ? {} : { nextUri: `/accounts/acc-1/envelopes?start_position=${next}` }
      const numbers = {
        resultSetSize: String(page.length),
        startPosition: String(start),
        totalSetSize: String(items.length),
      }
      return { body: { ...numbers, ...uri, envelopes: page } }
    },
  },
  {
    preset: 'google-workspace',
    set: { clientEmail: client.id, keyId: 'k-1', admin: 'admin@example.com' },
    isKey: true,
    tokenPath: '/token',
    token: forms.takesGrantStatement({ iss: client.id, sub: 'admin@example.com' }, 'k-1'),
    headers: bearer,
    dataset: 'workspace-users',
    path: '/admin/directory/v1/users',
    count: 1_100,
    item: (index) => ({ id: `1000${index}`, primaryEmail: `u${index}@example.com`, name: { givenName: 'G' } }),
    page: (seen, items) => {
      const token = seen.url.searchParams.get('pageToken')
      const paging = token === null ? {} : { pageToken: token }
      if (!isQuery(seen, { customer: 'my_customer', maxResults: '500', ...paging })) return badRequest
      const { page, next } = cut(items, Number(token ?? 0), 500)
      return { body: { kind: 'admin#directory#users', users: page, ...(next && { nextPageToken: String(next) }) } }
    },
  },
  {
    preset: 'greenhouse',
    set: { userId: '42' },
    tokenPath: '/token',
    token: forms.takesBasic({ sub: '42' }),
    headers: bearer,
    dataset: 'greenhouse-candidates',
    path: '/v3/candidates',
    count: 1_200,
    item: (index) => ({ id: 5_000 - index, first_name: 'F', created_at: '2026-01-02T03:04:05.000Z' }),
    page: linkHeader({ per_page: '500' }, { size: 500 }),
  },
  {
    preset: 'genesys-cloud',
    set: { region: 'mypurecloud.de' },
    tokenPath: '/oauth/token',
    token: forms.takesBasic({}),
    headers: bearer,
    dataset: 'genesys-users',
    path: '/api/v2/users',
    count: 250,
    item: byId,
    page: (seen, items) =>
      counted(
        { state: 'any', sortOrder: 'ASC', pageNumber: undefined, pageSize: '100' },
        {
          start: () => (numberIn(seen, 'pageNumber') - 1) * 100,
          size: 'pageSize',
          wrap: (entities) => ({
            entities,
            pageSize: 100,
            pageNumber: numberIn(seen, 'pageNumber'),
            total: items.length,
            pageCount: 3,
          }),
        },
      )(seen, items),
  },
  {
    preset: 'procore',
    set: { companyId: '77' },
    tokenPath: '/oauth/token',
    token: forms.takesForm({}, { expires_in: 5_400, created_at: 1_769_860_800 }),
    headers: { ...bearer, 'procore-company-id': '77' },
    dataset: 'procore-projects',
    path: '/rest/v1.0/projects',
    count: 230,
    item: (index) => ({ id: index, name: `P ${index}` }),
    page: (seen, items) => {
      if (!isQuery(seen, { company_id: '77', page: undefined, per_page: '100' })) return badRequest
      const { page } = cut(items, (numberIn(seen, 'page') - 1) * 100, 100)
      return { body: page, headers: { total: String(items.length), 'per-page': '100' } }
    },
  },
  {
    preset: 'keycloak',
    set: { host: 'sso.example.com', realm: 'main' },
    tokenPath: '/realms/main/protocol/openid-connect/token',
    token: forms.takesForm({}, { expires_in: 60, refresh_expires_in: 0, 'not-before-policy': 0 }),
    headers: bearer,
    dataset: 'keycloak-users',
    path: '/admin/realms/main/users',
    count: 1_200,
    item: (index) => ({ id: `u-${index}`, username: `user${index}`, createdTimestamp: 1_769_860_800_000 + index }),
    page: counted(
      { briefRepresentation: 'true', first: undefined, max: '500' },
      { start: (seen) => numberIn(seen, 'first'), size: 'max', wrap: (page) => page },
    ),
  },
  {
    preset: 'hubspot',
    headers: { authorization: `Bearer ${client.secret}` },
    dataset: 'hubspot-contacts',
    path: '/crm/v3/objects/contacts',
    count: 230,
    item: (index) => ({ id: String(index), properties: { email: `c${index}@example.com` }, archived: false }),
    page: (seen, items) => {
      const after = seen.url.searchParams.get('after')
      if (!isQuery(seen, { properties: undefined, limit: '100', ...(after === null ? {} : { after }) }))
        return badRequest
      const { page, next } = cut(items, Number(after ?? 0), 100)
      return {
        body: {
          results: page,
          ...(next && { paging: { next: { after: String(next), link: linkTo(seen, { after: next }) } } }),
        },
      }
    },
  },
  {
    preset: 'stripe',
    headers: { authorization: `Bearer ${client.secret}` },
    dataset: 'stripe-customers',
    path: '/v1/customers',
    count: 300,
    item: (index) => ({ id: `cus_${index}`, object: 'customer', created: 1_769_860_800 - index, metadata: {} }),
    page: (seen, items) => {
      const after = seen.url.searchParams.get('starting_after')
      if (!isQuery(seen, { limit: '100', ...(after === null ? {} : { starting_after: after }) })) return badRequest
      const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1
      const { page, next } = cut(items, start, 100)
      return { body: { object: 'list', url: '/v1/customers', has_more: next !== undefined, data: page } }
    },
  },
]
