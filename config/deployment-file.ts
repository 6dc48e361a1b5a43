import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { cut, quoted, readableLine } from '../domain/text/text.ts';
import defaultDeployment from '../scoreline.config.ts';
import { readText } from './read-text.ts';

const SHIPPED = 'scoreline.config.ts';
/** Files beside it whose entries replace its own; there may be one. */
const BESIDE = ['scoreline.config.json', 'scoreline.config.yaml', 'scoreline.config.yml'];
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** Of a file: every entry, and every value of its lists, has room several times. */
const MOST_BYTES = 1024 * 1024;
const [LONGEST_PATH, LONGEST_REASON] = [200, 280];
/** Unknown names that one mistake lists. */
const MOST_NAMES = 5;

/** The deployment's entries, not yet validated. */
export interface FoundDeployment {
  readonly content: unknown;
  /** The file with the entry. */
  readonly fileOf: (entry: string) => string;
}

/**
 * Reads the deployment's file: the named one alone; else scoreline.config.ts, with the entries of a JSON or
 * YAML file beside it in place of its own.
 * @param folder where to look for files beside scoreline.config.ts
 * @throws Error naming the file that cannot be read, or both if there are two.
 */
export async function readDeployment(named: string | undefined, folder = PROJECT): Promise<FoundDeployment> {
  if (named !== undefined) {
    const shown = readableLine(named, LONGEST_PATH);
    const content = await readNamed(named).catch((error: Error) => {
      // That of a module has several lines, and that of a path repeats it.
      const reason = readableLine(error.message.replace(/\s+/g, ' '), LONGEST_REASON);
      throw new Error(`SCORELINE_CONFIG: ${shown} cannot be read: ${reason}`);
    });
    return { content, fileOf: () => shown };
  }
  const found = (await Promise.all(BESIDE.map((name) => textOf(folder, name)))).filter((one) => one !== null);
  const [first, second] = found;
  if (!first) return { content: defaultDeployment, fileOf: () => SHIPPED };
  if (second)
    throw new Error(
      `${found.map(({ name }) => name).join(' and ')} are both there, in ${folder}: keep one of them, or name one with SCORELINE_CONFIG`,
    );
  const own = entriesOf(first.name, parsed(first.name, first.text));
  const isOwn = (entry: string) => entry === '' || Object.hasOwn(own, entry);
  return {
    content: { ...defaultDeployment, ...own },
    fileOf: (entry) => (isOwn(entry) ? first.name : SHIPPED),
  };
}

async function readNamed(file: string): Promise<unknown> {
  if (!/^\.(json|ya?ml)$/i.test(extname(file))) return importModule(pathToFileURL(resolve(file)).href);
  const content = parsed(basename(file), await readText(file, MOST_BYTES));
  return entriesOf(basename(file), content);
}

/** The default export. The program is JavaScript: TypeScript needs its loader, which makes CommonJS of it in some folders. */
async function importModule(url: string): Promise<unknown> {
  const { tsImport } = await import('tsx/esm/api');
  const module: { default?: unknown } = url.endsWith('ts')
    ? await tsImport(url, import.meta.url)
    : await import(url);
  const content = module.default;
  const isWrapped = typeof content === 'object' && content !== null && 'default' in content;
  return isWrapped ? content.default : content;
}

async function textOf(folder: string, name: string): Promise<{ name: string; text: string } | null> {
  try {
    return { name, text: await readText(join(folder, name), MOST_BYTES) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new Error(`${name} cannot be read: ${code ?? (error as Error).message}`);
  }
}

function parsed(name: string, text: string): unknown {
  try {
    if (extname(name).toLowerCase() !== '.json') return ofYaml(text);
    const content: unknown = JSON.parse(text);
    // JSON is YAML, whose parser does not silently drop the first of two equal keys.
    ofYaml(text);
    return content;
  } catch (error) {
    // The library repeats the relevant lines below its first.
    const [message = ''] = (error as Error).message.split('\n');
    throw new Error(`${name}: ${cut(message.replace(/:$/, ''), 200)}`);
  }
}

/** @throws Error for invalid YAML, and for unknown tags: their values would be read as texts. */
function ofYaml(text: string): unknown {
  const document = parseDocument(text);
  const [mistake] = [...document.errors, ...document.warnings];
  if (mistake?.code === 'MULTIPLE_DOCS')
    throw new Error('holds several documents, separated by ---; it must be one');
  if (mistake) throw mistake;
  return document.toJS();
}

function entriesOf(name: string, content: unknown): Record<string, unknown> {
  if (typeof content === 'object' && content !== null && !Array.isArray(content))
    return content as Record<string, unknown>;
  throw new Error(`${name}: must hold entries such as "dimensions", not ${kindOf(content)}`);
}

/** One line for each mistake: which file and entry, what is wrong, and what would be right. */
export function deploymentMistakes(
  { issues }: z.ZodError,
  { content, fileOf }: FoundDeployment,
  schema: z.ZodType,
): string[] {
  return issues.map((issue) => {
    const place = issue.path
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
      .join('');
    const entry = String(issue.path[0] ?? (issue.code === 'unrecognized_keys' ? issue.keys[0] : ''));
    const said = place === '' ? '' : ` ${place.replace(/^\./, '')}`;
    return `${fileOf(entry)}:${said} ${explained(issue, valueAt(content, issue.path), schema)}`;
  });
}

function explained(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): string {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const named = issue.keys.slice(0, MOST_NAMES).map(quoted);
      const more = issue.keys.length - named.length;
      return `has ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}, which is not an entry here; there are ${entriesAt(schema, issue.path).join(', ')}`;
    }
    case 'invalid_type':
      return value === undefined
        ? `is missing; it is ${article(issue.expected)}`
        : `must be ${article(issue.expected)}, not ${kindOf(value)}`;
    case 'invalid_value':
      return issue.message.startsWith('must be')
        ? `${issue.message}, not ${kindOf(value)}`
        : `must be one of ${issue.values.map((one) => JSON.stringify(one)).join(', ')}, not ${kindOf(value)}`;
    default:
      return issue.message;
  }
}

const article = (kind: string) =>
  ({ array: 'a list', object: 'an object', record: 'an object' })[kind] ?? `a ${kind}`;

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object'
    ? 'an object'
    : `the ${typeof value} ${quoted(typeof value === 'string' ? value : String(value))}`;
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
    content,
  );
}

/** The names that an object of the schema may have. */
function entriesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at = bare(schema);
  for (const step of path) at = bare(at?.shape?.[String(step)] ?? at?.element ?? at?.valueType);
  return Object.keys(at?.shape ?? {});
}

interface Inner {
  readonly def?: {
    readonly type?: string;
    readonly innerType?: unknown;
    readonly in?: Inner;
    readonly out?: unknown;
  };
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly valueType?: unknown;
}

/** Without the wrappers that make a type optional or transform it. */
function bare(schema: unknown): Inner | undefined {
  const inner = (schema as Inner | undefined)?.def;
  const next = inner?.innerType ?? (inner?.in?.def?.type === 'unknown' ? inner.out : inner?.in);
  return next === undefined ? (schema as Inner | undefined) : bare(next);
}
