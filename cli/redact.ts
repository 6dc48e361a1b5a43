import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse';
import { loadConfig } from '../config/config.ts';
import { terminalMessage } from '../domain/errors/error-facts.ts';
import { KINDS, type Kind, type RedactionRules, redactCounted } from '../domain/privacy/redact.ts';
import { labelledSet } from './redaction/labelled-set.ts';
import { judgeRedaction, renderQuality } from './redaction/quality.ts';

const USAGE = `usage: npm run --silent redact -- FILE                    each line of a text ("-": standard input)
       npm run --silent redact -- FILE --column NAME      a column of a CSV file
       npm run --silent redact -- FILE --field NAME       a field of each line of JSON
       npm run --silent redact -- --report [--size 4000] [--seed 1]
                                                          recall and precision by kind on made-up sentences`;

/**
 * npm run redact: prints a text as it would be stored, and on stderr the removed parts by kind; or evaluates
 * redaction on a set of made-up sentences. Stores nothing. The deployment's configuration sets countries and
 * packs.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      column: { type: 'string' },
      field: { type: 'string' },
      report: { type: 'boolean', default: false },
      size: { type: 'string', default: '4000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const { redaction } = await loadConfig();
  const [file, ...more] = positionals;
  if (values.report && file === undefined) {
    const items = labelledSet(wholeNumber('--size', values.size), wholeNumber('--seed', values.seed));
    process.stdout.write(renderQuality(judgeRedaction(items, redaction)));
    return;
  }
  if (file === undefined || more.length > 0 || values.report || (values.column && values.field))
    throw new Error(USAGE);
  const input = file === '-' ? process.stdin : createReadStream(file);
  await redactAll(textsOf(input, values), redaction);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new Error(`${option}: must be a whole number from 1 to 1000000\n${USAGE}`);
}

async function redactAll(texts: AsyncIterable<string>, rules: RedactionRules): Promise<void> {
  const totals = new Map<Kind, number>();
  let [lines, changed] = [0, 0];
  for await (const given of texts) {
    const { text, counts } = redactCounted(given, rules);
    lines++;
    if (text !== given) changed++;
    for (const kind of KINDS) totals.set(kind, (totals.get(kind) ?? 0) + (counts[kind] ?? 0));
    process.stdout.write(`${text.replace(/\r\n?|\n/g, ' ')}\n`);
  }
  const found = KINDS.filter((kind) => (totals.get(kind) ?? 0) > 0).map(
    (kind) => `${kind} ${totals.get(kind)}`,
  );
  process.stderr.write(`${lines} texts, ${changed} changed; removed: ${found.join(', ') || 'nothing'}\n`);
}

type Place = Readonly<{ column?: string | undefined; field?: string | undefined }>;

async function* textsOf(input: Readable, { column, field }: Place): AsyncGenerator<string> {
  if (column !== undefined) yield* cellsOf(input, column);
  else
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      if (field === undefined) yield line;
      else yield* fieldOf(line, field);
}

async function* cellsOf(input: Readable, column: string): AsyncGenerator<string> {
  const headings: string[] = [];
  const parser = input.pipe(
    parse({
      bom: true,
      relax_column_count: true,
      columns: (names: string[]) => {
        headings.push(...names);
        return names;
      },
    }),
  );
  // Errors of reading the file surface in the parser, which is what is read.
  input.on('error', (error) => parser.destroy(error));
  for await (const row of parser) {
    if (!headings.includes(column)) throw unknownColumn(column, headings);
    yield String((row as Record<string, unknown>)[column] ?? '');
  }
}

function unknownColumn(column: string, headings: readonly string[]): Error {
  const known = headings.map((name) => `"${name.slice(0, 40)}"`).slice(0, 20);
  return new Error(`--column: the file has no column "${column.slice(0, 40)}"; it has ${known.join(', ')}`);
}

function* fieldOf(line: string, field: string): Generator<string> {
  if (line.trim() === '') return;
  let item: unknown;
  try {
    item = JSON.parse(line);
  } catch {
    throw new Error('--field: a line is not JSON; expected an object on each line');
  }
  const value =
    typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[field] : undefined;
  if (typeof value === 'string') yield value;
}

main().catch((error: Error) => {
  process.stderr.write(`redact: ${terminalMessage(error)}\n`);
  process.exitCode = 1;
});
