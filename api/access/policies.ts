import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkParseSchema,
  type DetailedError,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  schemaToJson,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { FIELD_GROUPS, type FieldGroup } from '../../domain/access/scope.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';

/** Policies that were read, validated, and repeated for each dimension. */
export interface Policies {
  /** 12 hex digits of the SHA-256 over names and texts of all files. */
  readonly version: string;
  /** The roles of the schema's enumeration. */
  readonly roles: readonly string[];
  readonly dimensions: readonly Dimension[];
  readonly byId: Readonly<Record<string, PolicyJson>>;
  /** Allowed but probably unintended, one line each. */
  readonly warnings: readonly string[];
}

/** The policies cannot be used; `message` has one line per mistake. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** The texts of a folder: policies by file name, and the schema. */
export interface PolicyTexts {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
}

const SCHEMA = 'schema.cedarschema';
const PLACEHOLDER = /\bDIMENSION\b/g;

/** Files of one folder, in the order of their names. @throws PolicyError when they cannot be read. */
async function ofEachFile<T>(folder: string, read: (path: string) => Promise<T>): Promise<[string, T][]> {
  try {
    const names = (await readdir(folder)).filter((name) => name === SCHEMA || name.endsWith('.cedar')).sort();
    return await Promise.all(
      names.map(async (name): Promise<[string, T]> => [name, await read(join(folder, name))]),
    );
  } catch (error) {
    throw new PolicyError(`policies: ${folder} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Reads the folder's schema and policies.
 * @throws PolicyError when it cannot be read.
 */
export async function readPolicyTexts(folder: string): Promise<PolicyTexts> {
  return { folder, files: Object.fromEntries(await ofEachFile(folder, (path) => readFile(path, 'utf8'))) };
}

/** File systems count times in steps, of up to two seconds. */
const TIMES_SHOW_MS = 5_000;

/**
 * Differs after every change of the files, and is found without reading them; null while the newest change is so young that another
 * one could have the same time. `now`: epoch milliseconds.
 * @throws PolicyError when the folder cannot be read.
 */
export async function policyFilesState(folder: string, now: number): Promise<string | null> {
  const stats = await ofEachFile(folder, (path) => stat(path, { bigint: true }));
  const newest = Math.max(
    0,
    ...stats.map(([, { mtimeMs, ctimeMs }]) => Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs)),
  );
  if (now - newest < TIMES_SHOW_MS) return null;
  return stats
    .map(([name, { dev, ino, size, mtimeNs, ctimeNs }]) => [name, dev, ino, size, mtimeNs, ctimeNs].join(' '))
    .join('\n');
}

/** Identifies exactly this content. */
export function policyVersion({ files }: PolicyTexts): string {
  const content = JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

/**
 * Validates the texts against the schema and repeats policies with DIMENSION for each dimension.
 * @throws PolicyError with one line per mistake.
 */
export function parsePolicies(texts: PolicyTexts, dimensions: readonly Dimension[]): Policies {
  const { folder, files } = texts;
  const mistakes: string[] = [];
  const { roles, schema } = parseSchema(texts, dimensions, mistakes);
  const byId: Record<string, PolicyJson> = {};
  const places: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    if (name === SCHEMA) continue;
    for (const { id, json, place } of parseFile(join(folder, name), text, dimensions, mistakes)) {
      if (byId[id]) mistakes.push(`${place}: @id "${id}" is at ${places[id]} already`);
      byId[id] = withoutNamedOnly(json);
      places[id] = place;
    }
  }
  const placed = (policyId: string, error: DetailedError) =>
    `${places[policyId]}: "${policyId}": ${described(error).replace(`for policy \`${policyId}\`, `, '').replace(`for policy \`${policyId}\`: `, '')}`;
  if (mistakes.length > 0) throw new PolicyError(mistakes.join('\n'));
  const checked = validate({ schema, policies: { staticPolicies: byId } });
  if (checked.type === 'failure') throw new PolicyError(checked.errors.map(described).join('\n'));
  mistakes.push(...checked.validationErrors.map(({ policyId, error }) => placed(policyId, error)));
  if (mistakes.length > 0) throw new PolicyError([...new Set(mistakes)].join('\n'));
  const warnings = checked.validationWarnings.map(({ policyId, error }) => placed(policyId, error));
  return { version: policyVersion(texts), roles, dimensions, byId, warnings };
}

/**
 * Reads and validates the policies of a folder.
 * @throws PolicyError with one line per mistake.
 */
export async function loadPolicies(folder: string, dimensions: readonly Dimension[]): Promise<Policies> {
  return parsePolicies(await readPolicyTexts(folder), dimensions);
}

/**
 * Actions that were added after 0.1.0. A deployment's schema without them stays valid: they are then granted by policies about
 * every action alone, as that of admin, and `sendComments` by none.
 */
const LATER_ACTIONS: Readonly<Partial<Record<FieldGroup, RegExp>>> = {
  manageCases: /\bmanageCases\b/,
  sendComments: /\bsendComments\b/,
};

function withLaterActions(schema: string): string {
  const missing = Object.entries(LATER_ACTIONS).filter(([, name]) => !name.test(schema));
  return missing.reduce(
    (text, [action]) => `${text}\naction ${action} appliesTo { principal: Caller, resource: Cell };`,
    schema,
  );
}

function parseSchema({ folder, files }: PolicyTexts, dimensions: readonly Dimension[], mistakes: string[]) {
  const place = join(folder, SCHEMA);
  const text = files[SCHEMA];
  if (text === undefined)
    throw new PolicyError(`${place} is missing: it names roles, dimensions and actions`);
  // An attribute named DIMENSION becomes one for each dimension; comments would confuse the count of commas.
  const schema = withLaterActions(text.replace(/\/\/.*$/gm, '')).replace(
    /\bDIMENSION(\??)\s{0,99}:([^,}]{1,999})(,|(?=}))/g,
    (_, optional: string, type: string) =>
      dimensions.map(({ attribute }) => `${attribute}${optional}: ${type.trim()},`).join(' '),
  );
  const parsed = checkParseSchema(schema);
  if (parsed.type === 'failure')
    throw new PolicyError(parsed.errors.map((error) => `${place}: ${described(error)}`).join('\n'));
  const json = schemaToJson(schema);
  const names = json.type === 'success' ? json.json['']?.entityTypes : undefined;
  const actions = Object.keys((json.type === 'success' && json.json['']?.actions) || {});
  const role = names?.Role;
  const roles = role && 'enum' in role ? role.enum : [];
  if (roles.length === 0) mistakes.push(`${place}: the roles are missing: entity Role enum ["admin", ...];`);
  for (const entity of ['Caller', 'Cell'])
    if (!names?.[entity]) mistakes.push(`${place}: entity ${entity} is missing`);
  for (const group of FIELD_GROUPS)
    if (!actions.includes(group)) mistakes.push(`${place}: action ${group} is missing`);
  for (const action of actions)
    if (!FIELD_GROUPS.some((group) => group === action))
      mistakes.push(`${place}: action ${action} is none of ${FIELD_GROUPS.join(', ')}`);
  return { roles, schema };
}

/** What a policy grants only if it names the action: it lets something leave the server. */
const NAMED_ONLY: FieldGroup = 'sendComments';

/** A permit about every action does not grant it. */
function withoutNamedOnly(policy: PolicyJson): PolicyJson {
  if (policy.effect !== 'permit' || policy.action.op !== 'All') return policy;
  const named = { '==': { left: { Var: 'action' }, right: actionNamed(NAMED_ONLY) } } as const;
  return { ...policy, conditions: [...policy.conditions, { kind: 'unless', body: named }] };
}

const actionNamed = (id: FieldGroup) => ({ Value: { __entity: { type: 'Action', id } } }) as const;

interface ParsedPolicy {
  readonly id: string;
  readonly json: PolicyJson;
  readonly place: string;
}

function parseFile(
  path: string,
  text: string,
  dimensions: readonly Dimension[],
  mistakes: string[],
): ParsedPolicy[] {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') {
    mistakes.push(
      ...parts.errors.map(
        (error) => `${path}:${lineAt(text, error.sourceLocations?.[0]?.start ?? 0)}: ${described(error)}`,
      ),
    );
    return [];
  }
  for (const template of parts.policy_templates)
    mistakes.push(`${path}: templates are not used here: ${template.split('\n')[0]}`);
  return parts.policies.flatMap((policy, number) => {
    const place = `${path}:${lineAt(text, Buffer.byteLength(text.slice(0, Math.max(0, text.indexOf(policy)))))}`;
    const each = PLACEHOLDER.test(policy) ? dimensions : [null];
    PLACEHOLDER.lastIndex = 0;
    return each.flatMap((dimension): ParsedPolicy[] => {
      const answer = policyToJson(dimension ? policy.replace(PLACEHOLDER, dimension.attribute) : policy);
      if (answer.type === 'failure') {
        mistakes.push(...answer.errors.map((error) => `${place}: ${described(error)}`));
        return [];
      }
      const { json } = answer;
      if (JSON.stringify(json).includes('"type":"Caller"'))
        mistakes.push(`${place}: names a single caller; policies may refer to roles and attributes only`);
      const name = json.annotations?.id ?? `${path} policy ${number + 1}`;
      return [{ id: dimension ? `${name} (${dimension.attribute})` : name, json, place }];
    });
  });
}

/** Cedar counts bytes. */
function lineAt(text: string, byte: number): number {
  return Buffer.from(text).subarray(0, byte).toString().split('\n').length;
}

function described({ message, help }: DetailedError): string {
  const lines = (help ? `${message} (${help})` : message).split('\n');
  return lines.map((line) => line.trim()).join(' ');
}
