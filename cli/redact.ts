import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { loadConfig } from '../config/config.ts';
import { type NameRedaction, withoutSpans } from '../domain/privacy/names.ts';
import { KINDS, type Kind, type RedactionRules, redactCounted } from '../domain/privacy/redact.ts';
import { openNameRedaction } from '../scoring/names/name-redaction.ts';
import { UsageError } from './command.ts';
import { labelledSet } from './redaction/labelled-set.ts';
import { judgeRedaction, renderLanguages, renderQuality } from './redaction/quality.ts';

/**
 * Writes a text as it would be stored to stdout, and what was removed by kind to stderr; or how well redaction does on a set
 * of made-up sentences. It stores nothing. The deployment's configuration says which countries and packs.
 */
export async function redactFile(
  values: Place & { readonly report: boolean; readonly size: string; readonly seed: string },
  file: string | undefined,
): Promise<number> {
  const { redaction, names: namesRule } = await loadConfig();
  if (values.report && file === undefined) {
    const seed = wholeNumber('--seed', values.seed);
    const items = labelledSet(wholeNumber('--size', values.size), seed);
    process.stdout.write(
      `${renderLanguages(redaction, seed)}\n${renderQuality(judgeRedaction(items, redaction))}`,
    );
    return 0;
  }
  if (file === undefined) throw new UsageError('name a file, or "-" for standard input');
  if (values.report) throw new UsageError('--report takes no file');
  if (values.column !== undefined && values.field !== undefined)
    throw new UsageError('--column is for CSV, --field for lines of JSON: give one of them');
  const input = file === '-' ? process.stdin : createReadStream(file);
  const names = namesRule ? openNameRedaction(namesRule) : undefined;
  try {
    await redactAll(textsOf(input, values), redaction, names);
  } finally {
    await names?.close();
  }
  return 0;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new UsageError(`${option} must be a whole number from 1 to 1000000`);
}

async function redactAll(
  texts: AsyncIterable<string>,
  rules: RedactionRules,
  names: NameRedaction | undefined,
): Promise<void> {
  const totals = new Map<Kind, number>();
  const add = (kind: Kind, count: number) => totals.set(kind, (totals.get(kind) ?? 0) + count);
  let [lines, changed] = [0, 0];
  for await (const given of texts) {
    const { text: left, counts } = redactCounted(given, rules);
    const [spans = []] = (await names?.find('redact', [left])) ?? [];
    const text = withoutSpans(left, spans);
    for (const { kind } of spans) add(kind, 1);
    lines++;
    if (text !== given) changed++;
    for (const kind of KINDS) add(kind, counts[kind] ?? 0);
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
