import { open } from 'node:fs/promises';
import { csvField } from '../api/bi/formats.ts';
import { loadConfig } from '../config/config.ts';
import type { Dimension } from '../domain/segments/dimensions.ts';
import { cut } from '../domain/text/text.ts';
import { withFirstRow } from '../ingestion/files/import/run-import.ts';
import { readRows } from '../ingestion/files/read/read-rows.ts';
import { askServer } from './ask-server.ts';
import { UsageError } from './command.ts';
import { findServer, keyOf } from './sink.ts';

const QUERY = `mutation SurveyLinks($connection: ID!, $input: [SurveyInviteeInput!]!) {
  makeSurveyLinks(connection: $connection, input: $input) { externalId path expiresAt }
}`;
/** People of one request. */
const BATCH = 500;
/** What is added to the columns of the file. */
const ADDED = ['survey_id', 'survey_link', 'survey_expires'];

interface Given {
  readonly connection: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly respondent: string;
  readonly account: string;
  readonly id: string;
  readonly url: string | undefined;
}

type Values = Readonly<Record<string, string>>;
interface Link {
  readonly externalId: string;
  readonly path: string;
  readonly expiresAt: string;
}

/** Makes a link for each row of a file, and writes the file with its links for a mail tool. */
export async function surveyLinks(given: Given): Promise<number> {
  const { connection, from } = given;
  if (!connection) throw new UsageError('--connection is needed: the id of a connection of email-link');
  if (!from) throw new UsageError('--from is needed: a file with one person in each row');
  const config = await loadConfig();
  const server = given.url
    ? { url: given.url.replace(/\/$/, ''), key: await keyOf(config) }
    : await findServer(config);
  if (!server)
    throw new Error(`no server runs on ${config.dataDir}: start one with npm start, or name it with --url`);
  const people = await peopleOf(from);
  const columns = Object.keys(people[0]?.values ?? {});
  if (!columns.includes(given.respondent))
    throw new UsageError(
      `--respondent: ${from} has no column ${given.respondent}; it has ${columns.map((one) => cut(one)).join(', ')}`,
    );
  assertColumns(columns, given, config.dimensions);
  assertOneEach(people, given);
  const base = (config.publicUrl ?? server.url).replace(/\/$/, '');
  const lines = [[...columns, ...ADDED].map(csvField).join(',')];
  for (let start = 0; start < people.length; start += BATCH) {
    const part = people.slice(start, start + BATCH);
    const input = part.map(({ values }) => inviteeOf(values, given, config.dimensions));
    const links = await ask(server, { connection, input }, part);
    part.forEach(({ values }, i) => {
      const link = links[i] as Link;
      const cells = columns.map((name) => values[name] ?? '');
      lines.push([...cells, link.externalId, `${base}${link.path}`, link.expiresAt].map(csvField).join(','));
    });
  }
  await write(given.to, `${lines.join('\r\n')}\r\n`);
  process.stderr.write(`${people.length} links${given.to ? ` in ${given.to}` : ''}\n`);
  return 0;
}

/** @throws UsageError where a column that is read is there twice, or one that is written is there already */
function assertColumns(columns: readonly string[], given: Given, dimensions: readonly Dimension[]): void {
  const { from, account, id } = given;
  const taken = ADDED.find((name) => columns.includes(name));
  if (taken)
    throw new UsageError(
      `--from: ${from} has a column ${taken} already, as a file that this command wrote; take the file without its links`,
    );
  // So does the reader of files name columns with one heading.
  const twice = [account, id, ...dimensions.map(({ field }) => field)].find((name) =>
    columns.includes(`${name} [2]`),
  );
  if (twice) throw new UsageError(`--from: ${from} has several columns ${cut(twice)}; leave one of them`);
}

/** An id is one answer: of two people with one id, the later one would replace what the other said. @throws UsageError */
function assertOneEach(people: readonly Person[], { from, id, respondent }: Given): void {
  const first = new Map<string, { readonly line: number; readonly name: string }>();
  for (const { line, values } of people) {
    const [given, name = ''] = [values[id]?.trim(), values[respondent]?.trim()];
    if (!given) continue;
    const earlier = first.get(given);
    // A row that is there twice is still one person.
    if (earlier && (name === '' || earlier.name !== name))
      throw new UsageError(
        `--from: ${from} line ${line} has the ${cut(id)} of line ${earlier.line}, and an id is one answer; give each person another one, or name another column with --id`,
      );
    first.set(given, { line, name });
  }
}

interface Person {
  readonly line: number;
  readonly values: Values;
}

async function peopleOf(path: string): Promise<Person[]> {
  const source = await withFirstRow(path, await readRows(path));
  const people: Person[] = [];
  for await (const row of source.rows) {
    if ('problem' in row) throw new Error(`${path} line ${row.line}: ${row.problem}`);
    if ('values' in row) people.push({ line: row.line, values: row.values as Values });
  }
  return people;
}

/** A row as the mutation takes it: columns that are called as a dimension are its values. */
function inviteeOf(values: Values, given: Given, dimensions: readonly Dimension[]): Values {
  const named = [
    ['respondent', given.respondent],
    ['account', given.account],
    ['externalId', given.id],
    ...dimensions.map(({ field }) => [field, field] as const),
  ] as const;
  const found = named.map(([field, column]) => [field, values[column]?.trim()] as const);
  return Object.fromEntries(found.filter((one): one is [string, string] => Boolean(one[1])));
}

async function ask(
  server: { readonly url: string; readonly key: string },
  variables: { readonly connection: string; readonly input: readonly Values[] },
  part: readonly Person[],
): Promise<readonly Link[]> {
  type Made = { readonly makeSurveyLinks: readonly Link[] };
  const made = await askServer<Made>(server, QUERY, variables).catch(({ message }: Error) => {
    const [, index] = /^input\[(\d+)\]/.exec(message) ?? [];
    const line = index === undefined ? undefined : part[Number(index)]?.line;
    throw new Error(line === undefined ? message : `line ${line}: ${message}`);
  });
  return made.makeSurveyLinks;
}

/** It holds what the file holds: readable by its owner only. */
async function write(path: string | undefined, text: string): Promise<void> {
  if (path === undefined) return void process.stdout.write(text);
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
