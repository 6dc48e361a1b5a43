import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type GraphQLSchema, Kind, parse, specifiedRules, validate } from 'graphql';
import { sha256, type TrustedDocuments, trustedEntries } from '../../config/gate-settings.ts';
import { DEFAULT_DIMENSIONS, type Dimension, defineDimensions } from '../../domain/segments/dimensions.ts';
import { exampleDocuments } from '../../web/example-documents.ts';
import { EXAMPLE_QUERIES } from '../../web/example-queries.ts';
import { exploreQueries } from '../../web/explore-queries.ts';
import { NARRATIVE_DOCUMENT } from '../ask/plan.ts';
import { LIMIT_RULES } from '../limits.ts';
import { documentText, TOOLS } from '../mcp/tools.ts';

/** An operation of a trusted document. */
export interface NamedOperation {
  readonly hash: string;
  readonly text: string;
  /** null: the only operation of the document, which has no name. */
  readonly name: string | null;
  /** What variables are at `/bi` where the address does not give them. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** The documents that callers may send by their hash, and read as files at `/bi`. */
export interface Trusted {
  readonly texts: TrustedDocuments;
  /** By the operation's name; the deployment's own come before those that ship. */
  readonly byName: ReadonlyMap<string, NamedOperation>;
  /** By the document's hash: its first operation. */
  readonly byHash: ReadonlyMap<string, NamedOperation>;
  /** Documents that do not fit the schema of this deployment, by name or hash, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** Written by the build of the dashboard's types; it is absent until there is one. */
const OF_THE_PAGES = new URL('../../web/gql/persisted-documents.json', import.meta.url);

/** What a trusted document must keep. */
export const RULES = [...specifiedRules, ...LIMIT_RULES];

interface Given {
  readonly text: string;
  readonly defaults: NamedOperation['defaults'];
  /** A document of the README for the default dimensions: it is left out without a word where others are configured. */
  readonly isOptional?: boolean;
  /** Whether the deployment wrote it. */
  readonly isConfigured?: boolean;
}

/**
 * The configured documents and those that ship: the examples and the views of Explore for the
 * deployment's dimensions, those of the tools of `/mcp`, and the dashboard's.
 */
export function trustDocuments(
  schema: GraphQLSchema,
  dimensions: readonly Dimension[],
  configured: TrustedDocuments,
): Trusted {
  const plain = (texts: Iterable<string>): Given[] => [...texts].map((text) => ({ text, defaults: {} }));
  const given: Given[] = [
    ...plain(configured.values()).map((one) => ({ ...one, isConfigured: true })),
    ...[...exampleDocuments(dimensions), ...exploreQueries(dimensions)].map(({ query, defaults }) => ({
      text: query,
      defaults,
    })),
    { text: NARRATIVE_DOCUMENT, defaults: {} },
    ...TOOLS.map((tool) => ({ text: documentText(tool), defaults: tool.defaults ?? {} })),
    ...plain(documentsOfThePages()),
    // Last: their names stand for the documents with variables.
    ...EXAMPLE_QUERIES.map(({ query }) => ({ text: query, defaults: {}, isOptional: true })),
  ];
  const texts = new Map<string, string>();
  const byName = new Map<string, NamedOperation>();
  const byHash = new Map<string, NamedOperation>();
  const leftOut: { name: string; why: string }[] = [];
  const isDefault = isDeepStrictEqual(
    attributesOf(dimensions),
    attributesOf(defineDimensions(DEFAULT_DIMENSIONS)),
  );
  for (const { text, defaults, isOptional, isConfigured } of given) {
    const hash = sha256(text);
    if (texts.has(hash)) continue;
    // What ships fits the default schema (test/integration/page-documents.test.ts): to show it at each start takes a tenth of it.
    const isKnownToFit = isDefault && !isConfigured;
    const { names, problem } = inspect(isKnownToFit ? null : schema, text);
    if (problem !== null && !isOptional) leftOut.push({ name: names[0] ?? hash, why: problem });
    // The gate says what is wrong with a configured document that does not fit.
    if (problem === null || configured.has(hash)) texts.set(hash, text);
    if (problem !== null) continue;
    for (const name of names) {
      const operation = { hash, text, name, defaults };
      if (name !== null && !byName.has(name)) byName.set(name, operation);
      if (!byHash.has(hash)) byHash.set(hash, operation);
    }
  }
  return { texts, byName, byHash, leftOut };
}

function documentsOfThePages(): string[] {
  let content: string;
  try {
    content = readFileSync(OF_THE_PAGES, 'utf8');
  } catch {
    return [];
  }
  return [...trustedEntries(content).values()];
}

const attributesOf = (dimensions: readonly Dimension[]) => dimensions.map(({ attribute }) => attribute);

/** The operations of a document, and why it does not fit the schema; without a schema, only why it cannot be read. */
function inspect(
  schema: GraphQLSchema | null,
  text: string,
): { names: (string | null)[]; problem: string | null } {
  try {
    const document = parse(text, { noLocation: true });
    const names = document.definitions.flatMap((one) =>
      one.kind === Kind.OPERATION_DEFINITION ? [one.name?.value ?? null] : [],
    );
    const [error] = schema ? validate(schema, document, RULES, { maxErrors: 1 }) : [];
    return { names, problem: error?.message ?? null };
  } catch (error) {
    return { names: [], problem: (error as Error).message };
  }
}
