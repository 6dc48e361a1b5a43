import { type Command, defineCommand } from './command.ts';

/** Every command. What runs it is loaded when it is called: help needs none of it. */

const url = {
  type: 'string',
  value: 'URL',
  help: 'the server (key: SCORELINE_ADMIN_KEY); without it the one that runs on the data folder',
} as const;
const reason = { type: 'string', value: 'TEXT', help: 'why; it is kept in the audit log' } as const;

const start = defineCommand(
  {
    name: 'start',
    summary: 'starts the server',
    usage: [''],
    options: {},
    notes: [
      'The environment configures it; docs/guides/configuration.md lists the variables. SIGINT (Ctrl-C) or SIGTERM stops it.',
    ],
    examples: ['scoreline start', 'PORT=8080 SCORELINE_DATA_DIR=/var/lib/scoreline scoreline start'],
  },
  async () => {
    await import('../main.ts');
    return undefined;
  },
);

const importFile = defineCommand(
  {
    name: 'import',
    summary: 'imports responses from a file, or undoes an import',
    usage: [
      'FILE --map MAP.json [--dry-run] [--url URL] [--rejects PATH] [--restart]',
      '--undo ID [--dry-run] [--reason TEXT] [--url URL]',
    ],
    operands: [['FILE', 'CSV (with headings), NDJSON or a JSON array, plain or gzip']],
    options: {
      map: {
        type: 'string',
        value: 'MAP.json',
        help: 'how the columns are read; examples/README.md describes it',
      },
      'dry-run': { type: 'boolean', help: 'show what would happen, and write nothing' },
      url: { ...url, help: `${url.help}, else the database` },
      rejects: {
        type: 'string',
        value: 'PATH',
        help: 'where rejected rows are written; without it FILE with .rejects.ndjson, in this folder',
      },
      restart: { type: 'boolean', help: 'do not continue an interrupted import of this file' },
      undo: {
        type: 'string',
        value: 'ID',
        help: 'take the import of that id back: its rows go, what they replaced returns',
      },
      reason: { ...reason, help: 'with --undo: why; it is kept in the audit log' },
    },
    examples: [
      'scoreline import answers.csv --map answers.map.json --dry-run',
      'scoreline import answers.csv --map answers.map.json',
    ],
    exits: [
      [3, 'some rows could not be separated with certainty'],
      [4, 'no row could be taken'],
      [130, 'interrupted; the same command continues'],
    ],
    usageExit: 1,
  },
  async (given) => (await import('./import.ts')).importOrUndo(given),
);

const demo = defineCommand(
  {
    name: 'demo',
    summary: 'sends simulated responses to a running server until it is stopped',
    usage: ['[--rate RESPONSES] [--seed NUMBER] [--url URL]'],
    options: {
      rate: { type: 'string', value: 'RESPONSES', help: 'per second, up to 1000', default: '5' },
      seed: { type: 'string', value: 'NUMBER', help: 'the same number gives the same responses' },
      url,
    },
    examples: ['scoreline demo --rate 20'],
  },
  async ({ values }) => (await import('./demo.ts')).sendDemo(values),
);

const policies = defineCommand(
  {
    name: 'policies',
    summary: 'checks the access policies, and shows what a role or key sees',
    usage: ['', '--role ROLE [--attributes JSON] [--against FOLDER]', '--key NAME [--against FOLDER]'],
    options: {
      role: { type: 'string', value: 'ROLE', help: 'show what a caller of this role sees' },
      attributes: {
        type: 'string',
        value: 'JSON',
        help: 'with --role: the segments that the caller is narrowed to',
      },
      key: { type: 'string', value: 'NAME', help: 'show what this API key sees' },
      against: { type: 'string', value: 'FOLDER', help: 'show what changed since the policies in FOLDER' },
    },
    examples: [
      'scoreline policies',
      `scoreline policies --role segment-owner --attributes '{"region":["Germany"]}'`,
    ],
  },
  async ({ values }) => (await import('./policies.ts')).showPolicies(values),
);

const keys = defineCommand(
  {
    name: 'keys',
    summary: 'rotates, rewraps or retires the keys of the database',
    usage: [
      'rotate [--pepper | --signing [--lost]] [--reason TEXT]',
      'rewrap [--reason TEXT]',
      'retire [--reason TEXT]',
    ],
    operands: [
      [
        'ACTION',
        'rotate: make a new wrapping key and wrap every data key with it; rewrap: wrap every data key by the provider that is configured now; ' +
          'retire: destroy wrapping keys that nothing needs, after which older backups cannot be read',
      ],
    ],
    options: {
      pepper: { type: 'boolean', help: 'rotate the pepper: every pseudonym moves to a new one' },
      signing: { type: 'boolean', help: 'add a signing key, which the next start takes into use' },
      lost: {
        type: 'boolean',
        help: 'with --signing: at once and without the key before it, which is lost; auditors must learn the new key from you',
      },
      reason,
    },
    examples: ['scoreline keys rotate --reason "yearly rotation"'],
  },
  async ({ values, operands }) => (await import('./keys.ts')).changeKeysOf(values, operands),
);

const report = defineCommand(
  {
    name: 'report',
    summary: "writes the auditor's report of a score, as HTML, to standard output",
    usage: ['[ID] > report.html'],
    operands: [['ID', 'of an NpsRow; without it, the twelve weeks that end with the newest responses']],
    options: {},
    examples: ['scoreline report > report.html'],
  },
  async ({ operands }) => (await import('./report.ts')).writeReport(operands[0]),
);

const train = defineCommand(
  {
    name: 'train',
    summary: 'trains a candidate model on a running server',
    usage: ['--reason TEXT [--until TIME] [--url URL]'],
    options: {
      reason,
      until: {
        type: 'string',
        value: 'TIME',
        help: 'use responses up to this time, such as 2026-03-31T00:00:00Z',
      },
      url,
    },
    examples: ['scoreline train --reason "more reviewed comments"'],
  },
  async ({ values }) => (await import('./train.ts')).train(values),
);

const redact = defineCommand(
  {
    name: 'redact',
    summary: 'shows texts as they would be stored, without personal data',
    usage: ['FILE [--column NAME | --field NAME]', '--report [--size COUNT] [--seed NUMBER]'],
    operands: [['FILE', 'a text on each line; "-": standard input']],
    options: {
      column: { type: 'string', value: 'NAME', help: 'FILE is CSV: redact this column' },
      field: {
        type: 'string',
        value: 'NAME',
        help: 'FILE has a JSON object on each line: redact this field',
      },
      report: { type: 'boolean', help: 'show recall and precision by kind, on made-up sentences' },
      size: { type: 'string', value: 'COUNT', help: 'with --report: how many sentences', default: '4000' },
      seed: { type: 'string', value: 'NUMBER', help: 'with --report: which sentences', default: '1' },
    },
    notes: ['Texts go to standard output, counts by kind to standard error. Nothing is stored.'],
    examples: ['scoreline redact answers.csv --column comment'],
  },
  async ({ values, operands }) => (await import('./redact.ts')).redactFile(values, operands[0]),
);

const lineageExport = defineCommand(
  {
    name: 'lineage export',
    summary: 'exports OpenLineage events of imports, scorings and trainings',
    usage: ['--format openlineage [--to FILE|URL] [--key KEY] [--restart]'],
    options: {
      format: { type: 'string', value: 'FORMAT', help: 'openlineage' },
      to: {
        type: 'string',
        value: 'FILE|URL',
        help: 'an NDJSON file, the http(s) URL of an OpenLineage endpoint, or a Kafka topic; without it standard output, from the beginning',
      },
      key: { type: 'string', value: 'KEY', help: 'sent to the http(s) URL as a bearer token' },
      restart: {
        type: 'boolean',
        help: 'begin at the beginning, not where the last export to this place ended',
      },
    },
    notes: [
      'Kafka: kafka://HOST:PORT[,HOST:PORT...]/TOPIC, or kafkas:// for TLS; the topic must exist. For a login write USER:PASSWORD@ before the',
      'brokers (SASL/PLAIN), and ?sasl=scram-sha-256 or ?sasl=scram-sha-512 at the end for SCRAM.',
    ],
    examples: ['scoreline lineage export --format openlineage --to events.ndjson'],
  },
  async ({ values }) => (await import('./lineage-export.ts')).sendLineage(values),
);

const auditExport = defineCommand(
  {
    name: 'audit export',
    summary: 'writes the audit log as lines of canonical JSON, oldest first, to standard output',
    usage: ['[--from TIME] [--to TIME] [--purpose TEXT] [--url URL] > audit.ndjson'],
    options: {
      from: {
        type: 'string',
        value: 'TIME',
        help: 'rows at or after this time, such as 2026-03-01T00:00:00Z',
      },
      to: { type: 'string', value: 'TIME', help: 'rows before this time' },
      purpose: { type: 'string', value: 'TEXT', help: 'why; the export is itself in the audit log' },
      url,
    },
    examples: ['scoreline audit export --from 2026-03-01T00:00:00Z > audit.ndjson'],
  },
  async ({ values }) => (await import('./audit-export.ts')).exportAudit(values),
);

const auditVerify = defineCommand(
  {
    name: 'audit verify',
    summary: 'checks that no row of the audit log was changed or removed',
    usage: ['[FILE] [--part] [--heads FILE] [--key FILE] [--url URL]'],
    operands: [['FILE', 'what audit export wrote; without it the log itself is checked']],
    options: {
      part: { type: 'boolean', help: 'FILE was exported with --from or --to: it may begin and end anywhere' },
      heads: {
        type: 'string',
        value: 'FILE',
        help: 'the checkpoint file; by default that of the data folder',
      },
      key: {
        type: 'string',
        value: 'FILE',
        help: "the instance's public key, PEM; without it that of the data folder",
      },
      url,
    },
    notes: ['It exits with 1 also where a row is BROKEN.'],
    examples: ['scoreline audit verify audit.ndjson'],
    exits: [[3, 'INCOMPLETE: FILE ends before what was signed']],
  },
  async ({ values, operands }) => (await import('./audit-verify.ts')).verifyAudit(values, operands[0]),
);

const graphRebuild = defineCommand(
  {
    name: 'graph rebuild',
    summary: 'drops the lineage graph in Neo4j and projects the database into it again',
    usage: [''],
    options: {},
    examples: ['NEO4J_URL=bolt://127.0.0.1:7687 scoreline graph rebuild'],
  },
  async () => (await import('./graph-rebuild.ts')).rebuildGraph(),
);

const doctor = defineCommand(
  {
    name: 'doctor',
    summary: 'checks the environment and says what to do about each problem',
    usage: [''],
    options: {},
    notes: ['It changes nothing, and exits with 1 where a check fails.'],
    examples: ['scoreline doctor'],
  },
  async () => (await import('./doctor.ts')).examineAll(),
);

const schema = defineCommand(
  {
    name: 'schema',
    summary: 'writes schema.graphql for the configured dimensions, and what each field costs',
    usage: ['[--check]'],
    options: {
      check: { type: 'boolean', help: 'write nothing, and exit with 1 where a file is not current' },
    },
    notes: ["It writes schema.graphql and docs/guides/costs.md in Scoreline's own folder."],
    examples: ['scoreline schema'],
  },
  async ({ values }) => (await import('./print-schema.ts')).writeSchema(values),
);

export const COMMANDS: readonly Command[] = [
  start,
  importFile,
  demo,
  doctor,
  keys,
  policies,
  report,
  train,
  redact,
  lineageExport,
  auditExport,
  auditVerify,
  graphRebuild,
  schema,
];
