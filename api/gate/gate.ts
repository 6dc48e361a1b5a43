import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { Caller } from '../caller.ts';
import { InvalidArgument, Refused } from '../errors.ts';
import { Buckets } from './bucket.ts';
import { type Cost, costOf } from './cost.ts';
import { INGEST_COST, ROUTE_COSTS } from './costs.ts';
import { screenDocument } from './screen.ts';
import { type Budget, type GateSettings, sha256, type TrustedDocuments } from './settings.ts';

/** How a request names its document: by its text, or by the hash of a trusted one. */
export interface DocumentRequest {
  readonly query?: string | null | undefined;
  /** "sha256:HASH" or the hash alone. */
  readonly documentId?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What every operation passes, over every transport. */
export interface Gate {
  /**
   * The text of the document, once it may be parsed and validated. Costs 1 point.
   * @throws Refused, InvalidArgument
   */
  readDocument(caller: Caller, request: DocumentRequest): string;
  /**
   * Counts a valid operation against the caller's budgets.
   * @throws Refused
   */
  admit(
    caller: Caller,
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): Cost;
  /**
   * Counts a request to a path beside /graphql against the caller's budgets. Who may send trusted documents only may not ask there.
   * @throws Refused
   */
  admitRoute(caller: Caller, path: keyof typeof ROUTE_COSTS): void;
  /**
   * Counts a body of /ingest, or more of it, against the caller's budget. Its form is the server's, so roles that may send trusted
   * documents only may send it too.
   * @throws Refused
   */
  admitBody(caller: Caller, what: 'request' | 'more', bytes: number): void;
  /** An error's message as the caller may read it: who may not ask for the schema is not helped to guess it. */
  told(caller: Caller, message: string): string;
}

/**
 * @param now epoch milliseconds
 */
export function openGate(settings: GateSettings, trusted: TrustedDocuments, now: () => number): Gate {
  const buckets = new Buckets();
  const introspection = new Set(settings.introspection);
  const trustedOnly = new Set(settings.trustedOnly);
  const budgetOf = ({ role }: Caller): Budget => (settings.cost[role] ?? settings.cost['default']) as Budget;
  const spend = (caller: Caller, points: number) => {
    const { minute } = budgetOf(caller);
    if (minute === null) return;
    const wait = buckets.take(caller.id, points, minute, now());
    if (wait === 0) return;
    const seconds = Math.ceil(wait / 1_000);
    throw new Refused(
      'RATE_LIMITED',
      429,
      `the budget of ${minute} points a minute is spent; try again in ${seconds} s`,
      seconds,
    );
  };
  /** The most that one operation of the caller may cost, which this one does not exceed. */
  const within = (caller: Caller, requested: number): number => {
    const { operation: limit } = budgetOf(caller);
    if (requested <= limit) return limit;
    throw new Refused(
      'COST_LIMIT_EXCEEDED',
      400,
      `the operation costs ${requested} points, and one may cost at most ${limit}; ask for less at once`,
    );
  };
  const untrusted = ({ role }: Caller) =>
    new Refused('DOCUMENT_NOT_TRUSTED', 403, `the role ${role} may send trusted documents only`);
  return {
    readDocument: (caller, request) => {
      spend(caller, 1);
      const text = textOf(request, trusted);
      if (trustedOnly.has(caller.role) && !trusted.has(sha256(text))) throw untrusted(caller);
      screenDocument(text);
      return text;
    },
    admit: (caller, schema, document, operation, variables) => {
      if (!introspection.has(caller.role) && introspects(document))
        throw new Refused(
          'INTROSPECTION_DISABLED',
          403,
          `the role ${caller.role} may not ask for the schema`,
        );
      const requested = costOf(schema, document, operation, variables);
      const limit = within(caller, requested);
      // One was taken at the door.
      spend(caller, requested - 1);
      return { requested, limit };
    },
    admitRoute: (caller, path) => {
      if (trustedOnly.has(caller.role)) throw untrusted(caller);
      const points = ROUTE_COSTS[path];
      within(caller, points);
      spend(caller, points);
    },
    admitBody: (caller, what, bytes) => {
      const points = (what === 'request' ? INGEST_COST.request : 0) + Math.ceil(bytes / INGEST_COST.bytes);
      const { minute } = budgetOf(caller);
      if (minute !== null && points > minute)
        throw new Refused(
          'COST_LIMIT_EXCEEDED',
          400,
          `the body costs ${points} points, and a minute has ${minute}; send it in parts`,
        );
      spend(caller, points);
    },
    // graphql-js helps to guess names: `Did you mean "nps"?`
    told: (caller, message) =>
      introspection.has(caller.role) ? message : message.replace(/ ?Did you mean [^?]*\?/g, ''),
  };
}

/** @throws Refused, InvalidArgument */
function textOf({ query, documentId, extensions }: DocumentRequest, trusted: TrustedDocuments): string {
  const persisted = extensions?.['persistedQuery'] as { sha256Hash?: unknown } | undefined;
  const id = documentId ?? persisted?.sha256Hash;
  if (id === undefined) {
    if (typeof query === 'string' && query !== '') return query;
    throw new InvalidArgument('query: the text of a GraphQL operation is needed');
  }
  if (typeof id !== 'string') throw new InvalidArgument('the hash of a document is a text of hex digits');
  const hash = id.replace(/^sha256:/, '').toLowerCase();
  const found = trusted.get(hash);
  if (found !== undefined) return found;
  if (!query) throw new Refused('PERSISTED_QUERY_NOT_FOUND', 404, 'PersistedQueryNotFound');
  if (sha256(query) !== hash) throw new InvalidArgument('the hash is not the SHA-256 of the query');
  return query;
}

const asksForSchema = new WeakMap<DocumentNode, boolean>();

function introspects(document: DocumentNode): boolean {
  const known = asksForSchema.get(document);
  if (known !== undefined) return known;
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      if (name.value === '__schema' || name.value === '__type') found = true;
    },
  });
  asksForSchema.set(document, found);
  return found;
}
