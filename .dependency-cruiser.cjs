// The layer table of docs/ARCHITECTURE.md as rules: `npm run check` fails on an import that the table does not allow.

/** Folder of the broker -> the broker's folders it may import, besides itself, kernel and errors. */
const layers = {
  kernel: [],
  errors: ['kernel'],
  network: [],
  crypto: [],
  source: ['crypto', 'dataset', 'network'],
  dataset: ['network'],
  snapshot: ['dataset', 'crypto'],
  query: ['dataset', 'crypto'],
  feed: ['dataset', 'snapshot', 'query'],
  store: ['crypto'],
  identity: ['crypto', 'network', 'store-interfaces'],
  pull: ['source', 'dataset', 'snapshot', 'store-interfaces'],
  manifest: [],
  preset: ['dataset'],
  setup: ['source', 'dataset', 'network'],
  http: ['crypto', 'dataset', 'snapshot', 'query', 'feed', 'identity', 'manifest', 'network', 'store-interfaces'],
}

/** What `store-interfaces` stands for: the two files of types, never a concrete store. */
const storeInterfaces = '^broker/store/(records|stores)[.]ts$'

const allowed = (names) => names.map((name) => (name === 'store-interfaces' ? storeInterfaces : `^broker/${name}/`))

const layerRules = Object.entries(layers).map(([folder, names]) => ({
  name: `layer-${folder}`,
  severity: 'error',
  comment: `broker/${folder} may import ${names.join(', ') || 'nothing'} (besides kernel and errors).`,
  from: { path: `^broker/${folder}/` },
  to: {
    path: '^(broker|client|addin|console|connector|excel-host|sample|test|tools|bench)/',
    pathNot: [
      `^broker/${folder}/`,
      ...(folder === 'kernel' ? [] : ['^broker/kernel/']),
      ...(['kernel', 'errors'].includes(folder) ? [] : ['^broker/errors/']),
      ...allowed(names),
    ],
  },
}))

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'web-never-egress',
      severity: 'error',
      comment: 'Only egress opens secrets and talks to sources.',
      from: { path: '^broker/app[.]ts$|^broker/(http|feed|identity|query)/' },
      to: { path: '^broker/(source|pull|setup)/', reachable: true },
    },
    {
      name: 'client-shares-types-only',
      severity: 'error',
      comment: 'The browser shares types with the broker, never code.',
      from: { path: '^(client|addin|console)/' },
      to: { path: '^(broker|sample|excel-host|test|tools)/', pathNot: '^broker/http/contract[.]ts$' },
    },
    {
      name: 'contract-as-types',
      severity: 'error',
      from: { path: '^(client|addin|console)/' },
      to: { path: '^broker/http/contract[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-not-addin',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^(addin|console)/' },
    },
    {
      name: 'product-never-test-parts',
      severity: 'error',
      comment: 'The sample source, the simulated Excel and the tests are never part of the product.',
      from: { path: '^(broker|client|addin|console|connector)/' },
      to: { path: '^(sample|excel-host|test|bench|tools)/' },
    },
    {
      name: 'stand-ins-stand-alone',
      severity: 'error',
      comment: 'A stand-in that used the product would agree with its mistakes.',
      from: { path: '^(sample|excel-host)/' },
      to: { path: '^(broker|client|addin|console|connector|test)/' },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^broker/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
