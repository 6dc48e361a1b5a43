/** The rooms and who may look into whom: main -> api -> {ingestion, scoring, graph, agents} -> store -> domain. */
const ROOMS = {
  domain: [],
  store: ['domain'],
  ingestion: ['domain', 'store'],
  scoring: ['domain', 'store'],
  graph: ['domain', 'store'],
  agents: ['domain', 'store'],
  api: ['domain', 'store', 'ingestion', 'scoring', 'graph', 'agents', 'web'],
  web: [],
  instance: ['domain', 'store', 'ingestion', 'config.ts', 'config'],
};

const rooms = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-looks-only-into-${allowed.filter((other) => !other.startsWith('config')).join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^[a-z]',
    pathNot: [
      '^node_modules/',
      `^(${[room, ...allowed].join('|').replace('config.ts', 'config\\.ts$')})(/|$)?`,
    ],
    dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'unknown'],
  },
}));

module.exports = {
  forbidden: [
    ...rooms,
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-does-no-io',
      severity: 'error',
      // network.ts takes from net only the test whether a text is an IPv6 address.
      from: { path: '^domain/', pathNot: '\\.test\\.ts$|redaction/network\\.ts$' },
      to: {
        path: '^(fs|http|https|net|tls|child_process|worker_threads|pg|drizzle-orm|@electric-sql)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench)/|\\.test\\.ts$' },
      to: { path: '^test/|\\.test\\.ts$' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|\\.cache|data)/' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node'],
    },
  },
};
