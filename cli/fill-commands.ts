import { defineCommand } from './command.ts';
import { reason, url } from './options.ts';

/** Commands that fill the database with responses. */

export const importFile = defineCommand(
  {
    name: 'import',
    summary: 'imports responses from a file, or undoes an import',
    usage: [
      'FILE --map MAP.json [--dry-run] [--url URL] [--rejects PATH] [--restart]',
      'FILE [--yes] [--save-map MAP.json] [--sheet NAME] [--zone ZONE] [--dry-run] …',
      '--undo ID [--dry-run] [--reason TEXT] [--url URL]',
    ],
    operands: [['FILE', 'CSV (with headings), NDJSON or a JSON array, plain or gzip; or XLSX, or Parquet']],
    options: {
      map: {
        type: 'string',
        value: 'MAP.json',
        help: 'how the columns are read; examples/README.md describes it. Without it the map is guessed, shown, and used if you agree',
      },
      yes: { type: 'boolean', help: 'without --map: use the guessed map without asking' },
      'save-map': {
        type: 'string',
        value: 'MAP.json',
        help: 'without --map: write the guessed map to this file',
      },
      sheet: {
        type: 'string',
        value: 'NAME',
        help: 'without --map: the sheet of a workbook; by default the largest one',
      },
      zone: {
        type: 'string',
        value: 'ZONE',
        help: 'without --map: the zone of times that name none, such as Europe/Berlin; by default that of this machine',
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
        help: 'undo the import with this id: remove its rows and restore what they replaced',
      },
      reason: { ...reason, help: 'with --undo: why; it is kept in the audit log' },
    },
    examples: [
      'scoreline import answers.csv --map answers.map.json --dry-run',
      'scoreline import answers.csv --map answers.map.json',
      'scoreline import answers.xlsx --save-map answers.map.json --dry-run',
    ],
    exits: [
      [3, 'some rows could not be separated with certainty'],
      [4, 'no row could be imported'],
      [130, 'interrupted; the same command continues'],
    ],
    usageExit: 1,
  },
  async (given) => (await import('./import.ts')).importOrUndo(given),
);

export const demo = defineCommand(
  {
    name: 'demo',
    summary:
      'fills half a year of simulated answers, then sends live ones until it is stopped; --clean removes them',
    usage: [
      '[--history-only] [--rate RESPONSES] [--seed NUMBER] [--url URL]',
      '--clean [--reason TEXT] [--url URL]',
    ],
    options: {
      'history-only': { type: 'boolean', help: 'end once the history is filled' },
      rate: { type: 'string', value: 'RESPONSES', help: 'live answers a second, up to 1000', default: '5' },
      seed: {
        type: 'string',
        value: 'NUMBER',
        help: 'the same number gives the same answers; without it 1',
      },
      clean: { type: 'boolean', help: 'remove the demo: none of its answers count any more' },
      reason: { ...reason, help: 'with --clean: why; it is kept in the audit log' },
      url,
    },
    notes: ['Called again it adds nothing twice. docs/guides/demo.md says what is planted.'],
    examples: ['scoreline demo', 'scoreline demo --history-only', 'scoreline demo --clean'],
  },
  async ({ values }) => (await import('./demo.ts')).runDemo(values),
);
