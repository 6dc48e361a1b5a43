/** The top-level modules and what each may import: main, cli -> api -> agents -> {ingestion, scoring, graph, proof} -> store -> domain. */
const MODULES = {
  domain: [],
  config: ['domain'],
  store: ['domain'],
  ingestion: ['domain', 'store'],
  scoring: ['domain', 'store'],
  graph: ['domain', 'store'],
  proof: ['domain', 'store'],
  agents: ['domain', 'store', 'ingestion', 'scoring', 'graph', 'proof'],
  web: [],
  instance: ['domain', 'store', 'ingestion', 'config'],
  api: ['domain', 'store', 'ingestion', 'scoring', 'graph', 'proof', 'agents', 'config', 'web'],
  cli: [
    'domain',
    'store',
    'ingestion',
    'scoring',
    'graph',
    'proof',
    'agents',
    'config',
    'instance',
    'api',
    'web',
  ],
  compose: [
    'domain',
    'store',
    'ingestion',
    'scoring',
    'graph',
    'proof',
    'agents',
    'config',
    'instance',
    'api',
  ],
  verifier: [],
};
/** Programs beside the product: they import any module, and no module imports them. */
const BESIDE = ['bench', 'test', 'scripts'];

/** The subfolders, lowest first: each imports only itself and those before it. */
const DOMAIN_ORDER = [
  'memory',
  'errors',
  'text',
  'kafka',
  'time',
  'segments',
  'statistics',
  'nps',
  'responses',
  'outcomes',
  'models',
  'drift',
  'detection',
  'on-call',
  'access',
  'disclosure',
  'scores',
  'drivers',
  'privacy',
  'lineage',
  'seals',
];
const STORE_ORDER = [
  'kafka',
  'tables',
  'database',
  'journal',
  'audit',
  'access',
  'bi',
  'encryption',
  'connections',
  'targets',
  'seals',
  'responses',
  'outcomes',
  'changes',
  'models',
  'disclosure',
  'scores',
  'monitoring',
  'reviews',
  'agents',
  'data-subjects',
  'imports',
  'segments',
  'lineage',
  'setup',
];
/** Files beside these are what all of them share. */
const GRAPH_ORDER = ['kinds/shared', 'kinds', 'traversal', 'record', 'neo4j', 'export'];

/** The source of the program. */
const ROOTS = ['main.ts', ...Object.keys(MODULES)];

module.exports = { MODULES, BESIDE, DOMAIN_ORDER, STORE_ORDER, GRAPH_ORDER, ROOTS };
