const { MODULES, BESIDE, DOMAIN_ORDER, STORE_ORDER, GRAPH_ORDER } = require('./.modules.cjs');

/** What a deployment sets, read by config/. */
const DEPLOYMENT = '^scoreline\\.config\\.ts$';

/** What `scoreline start` runs. */
const MAIN = '^main\\.ts$';

/** Nothing outside the module and those that it may import. */
const modules = Object.entries(MODULES).map(([module, allowed]) => ({
  name: `${module}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^${module}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^[a-z]',
    pathNot: [
      '^node_modules/',
      `^(${[module, ...allowed].join('|')})/`,
      ...(module === 'config' ? [DEPLOYMENT] : []),
      ...(module === 'cli' ? [MAIN] : []),
    ],
    dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'unknown'],
  },
}));

/** A subfolder imports itself and those that stand before it in its list. */
const below = (module, order) =>
  order.slice(0, -1).map((folder, at) => ({
    name: `${module}/${folder}-imports-only-what-stands-below`,
    severity: 'error',
    from: { path: `^${module}/${folder}/`, pathNot: '\\.test\\.ts$' },
    to: {
      path: `^${module}/(${order.slice(at + 1).join('|')})/`,
      pathNot: order.slice(0, at + 1).map((lower) => `^${module}/${lower}/`),
    },
  }));

/** The same, and every file stands in a subfolder. */
const ordered = (module, order) => [
  ...below(module, order),
  {
    name: `${module}-has-only-listed-subfolders`,
    severity: 'error',
    from: {},
    to: { path: `^${module}/`, pathNot: `^${module}/(${order.join('|')})/` },
  },
];

module.exports = {
  forbidden: [
    ...modules,
    ...ordered('domain', DOMAIN_ORDER),
    ...ordered('store', STORE_ORDER),
    ...below('graph', GRAPH_ORDER),
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-does-no-io',
      severity: 'error',
      // network.ts uses only net.isIPv6.
      from: { path: '^domain/', pathNot: '\\.test\\.ts$|redaction/network\\.ts$' },
      to: {
        path: '^(fs|http|https|net|tls|child_process|worker_threads|pg|drizzle-orm|@electric-sql)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'main-imports-only-modules',
      severity: 'error',
      from: { path: MAIN },
      to: {
        path: '^[a-z]',
        pathNot: ['^node_modules/', `^(${Object.keys(MODULES).join('|')})/`, DEPLOYMENT],
        dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'unknown'],
      },
    },
    {
      name: 'only-pages-import-pages',
      severity: 'error',
      from: { pathNot: '^web/|\\.test\\.ts$' },
      to: { path: '^web/src/' },
    },
    { name: 'main-does-not-import-cli', severity: 'error', from: { path: MAIN }, to: { path: '^cli/' } },
    {
      name: `nothing-imports-${BESIDE.join('-')}`,
      severity: 'error',
      // The configuration of the tests is of the tests.
      from: { pathNot: `^(${BESIDE.join('|')})/|\\.test\\.ts$|^vitest\\.config\\.ts$` },
      to: { path: `^(${BESIDE.join('|')})/|\\.test\\.ts$` },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|^web/src/|^test/services/web/gallery/' },
    exclude: { path: '^(node_modules|\\.cache|data|dist)/' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node'],
    },
  },
};
