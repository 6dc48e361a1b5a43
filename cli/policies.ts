import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { attributesByField, parseAttributes } from '../api/access/attributes.ts';
import { loadPolicies, type Policies, PolicyError } from '../api/access/policies.ts';
import {
  differenceOf,
  exampleCells,
  type ReportLine,
  reportOf,
  TooManyValuesError,
} from '../api/access/report.ts';
import { scopesUnder } from '../api/access/scope-of.ts';
import { fieldsOfGroups } from '../api/schema/access-tags.ts';
import { buildSchema } from '../api/schema/schema.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { type Cell, cellKey, type Segment } from '../domain/segments/cell.ts';
import { openDatabase } from '../instance/open-database.ts';
import { listApiKeys } from '../store/access/api-keys.ts';
import { type AskedServer, askServer } from './ask-server.ts';
import { UsageError } from './command.ts';
import { findServer } from './sink.ts';

interface KeyFacts {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly attributes: Segment;
}

type FieldsOfGroups = ReturnType<typeof fieldsOfGroups>;

/** What policies are tried on: the database's cells and keys, or none without a database. */
interface Facts {
  readonly source: string;
  readonly cells: readonly Cell[] | null;
  readonly keys: readonly KeyFacts[];
}

interface Subject {
  readonly title: string;
  readonly role: string;
  readonly attributes: Segment;
}

const say = (text = '') => process.stdout.write(`${text}\n`);

/** What was asked for. */
interface Asked {
  readonly role: string | undefined;
  readonly attributes: string | undefined;
  readonly key: string | undefined;
  readonly against: string | undefined;
}

/** Checks the policies, and shows which field groups of which segments a caller sees. */
export async function showPolicies(values: Asked): Promise<number> {
  try {
    await show(values);
    return 0;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new Error(`these policies cannot be used:\n${error.message}`);
  }
}

async function show(values: Asked): Promise<void> {
  if (values.key !== undefined && (values.role ?? values.attributes) !== undefined)
    throw new UsageError('--key has a role and attributes of its own');
  if (values.attributes !== undefined && values.role === undefined)
    throw new UsageError('--attributes needs --role');
  const config = await loadConfig();
  const { dimensions } = config;
  const policies = await loadPolicies(config.policies, dimensions);
  const before = values.against ? await loadPolicies(resolve(values.against), dimensions) : null;
  const count = Object.keys(policies.byId).length;
  say(`${relative('', config.policies) || '.'}: valid, version ${policies.version}, ${count} policies`);
  say(`roles: ${policies.roles.join(', ')}`);
  for (const warning of policies.warnings) say(`warning: ${warning}`);
  const one = values.role !== undefined || values.key !== undefined;
  if (!one && !before) return;
  const facts = await readFacts(config);
  const subjects = one ? [subjectOf(values, policies, config, facts)] : allSubjects(policies, config, facts);
  const fields = fieldsOfGroups(buildSchema(dimensions));
  let shown = 0;
  for (const subject of subjects)
    if (tell(subject, { policies, before, config, facts, fields }, one)) shown += 1;
  if (!one) say(`\n${shown === 0 ? 'no difference' : 'no other difference'} for any role or key`);
}

/** Each role, unrestricted and restricted to some value, and each key. */
function allSubjects({ roles }: Policies, { dimensions }: Config, { keys }: Facts): Subject[] {
  const narrowed = Object.fromEntries(
    dimensions.slice(0, 1).map(({ attribute }) => [attribute, ['(a value)']]),
  );
  return [
    ...roles.flatMap((role) =>
      [{}, narrowed].map((attributes) => ({ title: `role ${role}`, role, attributes })),
    ),
    ...keys.map((key) => ({ ...key, title: `key ${key.name}, role ${key.role}` })),
  ];
}

/**
 * Prints what the subject sees, or the difference; false when there is none, which is printed only if
 * requested.
 */
function tell(
  subject: Subject,
  {
    policies,
    before,
    config,
    facts,
    fields,
  }: {
    policies: Policies;
    before: Policies | null;
    config: Config;
    facts: Facts;
    fields: FieldsOfGroups;
  },
  always: boolean,
): boolean {
  const { title, role, attributes } = subject;
  const { dimensions, smallestCount } = config;
  const cells = facts.cells ?? exampleCells(attributes, [policies.byId, before?.byId ?? {}], dimensions);
  const narrowing = JSON.stringify(attributesByField(attributes, dimensions));
  const heading = `\n${title}${narrowing === '{}' ? '' : `, narrowed to ${narrowing}`}; ${facts.source}`;
  const scope = scopesUnder(policies, smallestCount)(role, attributes);
  if (!before) {
    say(heading);
    print(reportOf(scope, cells, dimensions), ' ', fields);
    return true;
  }
  const scopeBefore = scopesUnder(before, smallestCount)(role, attributes);
  const tried = facts.cells ? cellsToCome(subject, policies, before, config) : [];
  const { gained, lost, reworded } = differenceOf(scopeBefore, scope, { cells, tried, dimensions });
  const differs = gained.length + lost.length + reworded.length > 0;
  if (differs || always) say(heading);
  if (!differs && always) say('  no difference');
  print(gained, '+', fields);
  print(lost, '-', fields);
  for (const group of reworded) say(`~ ${group.padEnd(15)} another rule, which no cell of today tells apart`);
  return differs;
}

/**
 * Cells of the values that policies name, none of the database: it caches answers by id, which these lack. None
 * at all if policies name too many values: then rules are compared by their text alone.
 */
function cellsToCome(
  { attributes }: Subject,
  policies: Policies,
  before: Policies,
  { dimensions }: Config,
): Cell[] {
  try {
    return exampleCells(attributes, [policies.byId, before.byId], dimensions).map((cell) => ({
      ...cell,
      id: 0,
    }));
  } catch (error) {
    if (error instanceof TooManyValuesError) return [];
    throw error;
  }
}

function print(lines: readonly ReportLine[], sign: string, fields: FieldsOfGroups): void {
  for (const { group, segments } of lines) {
    const [first, ...others] = segments;
    const below = (text: string) => say(`${sign} ${''.padEnd(15)} ${text}`);
    say(`${sign} ${group.padEnd(15)} ${first}`);
    for (const other of others) below(other);
    if (first !== 'nothing') for (const line of wrapped(fields.get(group) ?? [])) below(`  ${line}`);
  }
}

const WIDTH = 100;

/** Names separated by commas, in lines of limited width. */
function wrapped(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < WIDTH) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(name);
  }
  return lines;
}

function subjectOf(
  given: Omit<Asked, 'against'>,
  policies: Policies,
  { dimensions }: Config,
  { keys }: Facts,
): Subject {
  if (given.key !== undefined) {
    const found = keys.filter(({ id, name }) => name === given.key || id === given.key);
    const [key] = found;
    if (!key) throw new Error(`--key: no key is called ${JSON.stringify(given.key)}, or it was revoked`);
    if (found.length > 1)
      throw new Error(
        `--key: several keys have this name; take one id: ${found.map(({ id }) => id).join(', ')}`,
      );
    return { ...key, title: `key ${key.name}, role ${key.role}` };
  }
  const role = given.role ?? '';
  if (!policies.roles.includes(role))
    throw new Error(
      `--role: ${JSON.stringify(role)} is not a role here; there are ${policies.roles.join(', ')}`,
    );
  let json: unknown;
  try {
    json = given.attributes === undefined ? {} : JSON.parse(given.attributes);
  } catch {
    throw new Error(`--attributes: must be JSON such as '{"region":["Germany"]}'`);
  }
  return {
    title: `role ${role}`,
    role,
    attributes: parseAttributes(json, dimensions, (message) => new Error(`--${message}`)),
  };
}

/** From the server that runs on the data folder, else from the database directly, else there is none. */
async function readFacts(config: Config): Promise<Facts> {
  const server = config.databaseUrl === undefined ? await findServer(config) : null;
  if (server) return factsOfServer(server, config);
  if (config.databaseUrl === undefined && !existsSync(join(config.dataDir, 'record')))
    return { source: 'no record here: tried on the values that are named', cells: null, keys: [] };
  const database = await openDatabase(config, (error) => process.stderr.write(`${safeMessage(error)}\n`));
  try {
    const keys = (await listApiKeys(database.store)).filter(({ revokedAt }) => revokedAt === null);
    const cells = database.cells.all();
    return {
      source: `${cells.length} cells of the database`,
      cells,
      keys: keys.map((key) => ({ ...key, id: `ApiKey:${key.id}` })),
    };
  } finally {
    await database.close();
  }
}

async function factsOfServer(server: AskedServer, { dimensions }: Config): Promise<Facts> {
  const fields = dimensions.map(({ field }) => field).join(' ');
  const data = await askServer<{
    cells: Record<string, string>[];
    apiKeys: (KeyFacts & { revokedAt: string | null })[];
  }>(server, `{ cells { ${fields} } apiKeys { id name role attributes revokedAt } }`);
  const cells = data.cells.map((values, i): Cell => {
    const attributes = Object.fromEntries(
      dimensions.map(({ field, attribute }) => [attribute, values[field] ?? '']),
    );
    return { id: i + 1, key: cellKey(attributes), attributes };
  });
  const keys = data.apiKeys
    .filter(({ revokedAt }) => revokedAt === null)
    .map((key) => ({
      ...key,
      attributes: parseAttributes(key.attributes, dimensions, (message) => new Error(message)),
    }));
  return { source: `${cells.length} cells of the server at ${server.url}`, cells, keys };
}
