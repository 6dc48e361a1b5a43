import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { type GateSettings, sha256, type TrustedDocuments } from '../../config/gate-settings.ts';
import { cut } from '../../domain/text/text.ts';
import type { Caller } from '../caller.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { measure } from './bounds.ts';
import { Buckets } from './bucket.ts';
import { Budgets } from './budgets.ts';
import { type Cost, Costs } from './cost.ts';
import { INGEST_COST, ROUTE_COSTS, unfolding } from './costs.ts';
import { Documents, operationOf } from './documents.ts';
import { unfoldedFields } from './screen.ts';

/** A GraphQL request as any transport brings it. */
export interface OperationRequest {
  readonly query?: string | null | undefined;
  /** The hash of a trusted document instead of its text: "sha256:HASH" or the hash alone. */
  readonly documentId?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** It came by GET, so it may not change anything. */
  readonly readOnly?: boolean;
  /** Its length as it arrived, and whether that was charged already (`chargeBody`). */
  readonly bytes?: number;
  readonly isPaid?: boolean;
}

/** An operation that may run. */
export interface Admitted {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  /** The variables that the operation declares, as given and valid. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cost: Cost;
}

/** What every operation passes, over every transport. */
export interface Gate {
  /**
   * Reads the document, checks the operation and its variables, and charges the caller's budgets: 1 point and
   * the cost of its size first, whatever the result, and the rest of its cost once it is valid; a document that is not
   * costs its validation.
   * @throws RefusedError, InvalidArgumentError, InvalidOperationError
   */
  admit(caller: Caller, schema: GraphQLSchema, request: OperationRequest): Admitted;
  /**
   * Charges a request to a path beside /graphql, before it is decided whether the caller may make it. Roles
   * restricted to trusted documents may not read there what operations could return.
   * @throws RefusedError
   */
  admitRoute(caller: Caller, path: keyof typeof ROUTE_COSTS): void;
  /**
   * Charges a body of /graphql by its length, before it is read or when it turned out not to be a request.
   * @throws RefusedError
   */
  chargeBody(caller: Caller, bytes: number): void;
  /**
   * Charges a body of /ingest, or more of it. It cannot query anything, so roles restricted to trusted
   * documents may send it too.
   * @throws RefusedError
   */
  admitBody(caller: Caller, what: 'request' | 'more', bytes: number): void;
  /**
   * Counts a body of /ingest whose sender is not known, against one budget for all of them.
   * @throws RefusedError
   */
  admitUnknown(what: 'request' | 'more', bytes: number): void;
  /** Charges more of an operation that is under way; false, and nothing, when the caller's minute does not have it. */
  charge(caller: Caller, points: number): boolean;
  /** Refunds the points of rows that the answer does not have. The refund must depend only on what the answer shows. */
  giveBack(caller: Caller, points: number): void;
}

/** Paths that show nothing that an operation could return. */
const TELL_NO_ANSWERS = new Set<string>(['/metrics', '/console.json', '/bi', 'POST /mcp', 'POST /session']);

/** Bytes of a request per point for reading and checking it. */
const BYTES_A_POINT = 4_096;
/** Points a minute of all senders together whose requests have no valid signature: 12,000 small requests. */
const UNKNOWN_MINUTE = 120_000;
/** What an operation costs that is not valid, besides the point at the door: reading it again takes as long, because it is not kept. */
const invalidPoints = (characters: number): number => Math.min(2_000, 9 + Math.floor(characters / 10));
const sizePoints = (bytes: number): number => Math.floor(bytes / BYTES_A_POINT);

/**
 * @param now epoch milliseconds
 */
export function openGate(settings: GateSettings, trusted: TrustedDocuments, now: () => number): Gate {
  const budgets = new Budgets(settings, now);
  const unknownSenders = new Buckets();
  const introspection = new Set(settings.introspection);
  const trustedOnly = new Set(settings.trustedOnly);
  const untrusted = ({ role }: Caller) =>
    new RefusedError('DOCUMENT_NOT_TRUSTED', 403, `the role ${role} may send trusted documents only`);
  const read = readerOf(new Documents(), budgets);
  const costs = new Costs();
  const asksForSchema = introspectionOf();
  return {
    admit: (caller, schema, request) => {
      const { readOnly = false, bytes = 0, isPaid = false } = request;
      const atDoor = 1 + sizePoints(bytes);
      if (!isPaid) budgets.spend(caller, atDoor);
      const operationName = request.operationName || null;
      const variables = request.variables ?? {};
      const size = measure('variables', variables) + measure('extensions', request.extensions);
      const text = textOf(request, trusted);
      const extra = sizePoints(size + text.length);
      // Values can cost more than their length, and a trusted document arrives as a hash.
      budgets.spend(caller, Math.max(0, 1 + extra - atDoor));
      if (trustedOnly.has(caller.role) && !trusted.has(sha256(text))) throw untrusted(caller);
      const suggests = introspection.has(caller.role);
      const document = read(caller, schema, text, suggests);
      const operation = operationOf(document, operationName);
      if (readOnly && operation.operation === 'mutation')
        throw new RefusedError('BAD_USER_INPUT', 405, 'a mutation is sent by POST');
      if (operation.operation === 'mutation') refuseReadOnly(caller);
      if (!suggests && asksForSchema(document))
        throw new RefusedError(
          'INTROSPECTION_DISABLED',
          403,
          `the role ${caller.role} may not ask for the schema`,
        );
      const declared = declaredOf(operation, variables);
      const valid = { document, operation, operationName, variables: declared };
      const points = costs.of(schema, valid, { size, suggests }) + unfolding(unfoldedFields(operation));
      const requested = points + extra;
      const limit = budgets.within(caller, requested);
      // The rest was charged before.
      budgets.spend(caller, points - 1);
      return { ...valid, cost: { requested, limit } };
    },
    admitRoute: (caller, path) => {
      const points = ROUTE_COSTS[path];
      budgets.within(caller, points);
      budgets.spend(caller, points);
      if (trustedOnly.has(caller.role) && !TELL_NO_ANSWERS.has(path)) throw untrusted(caller);
    },
    charge: (caller, points) => budgets.take(caller, points) === 0,
    giveBack: (caller, points) => budgets.giveBack(caller, points),
    chargeBody: (caller, bytes) => budgets.spend(caller, 1 + sizePoints(bytes)),
    admitBody: (caller, what, bytes) => {
      const points = bodyPoints(what, bytes);
      const { minute } = budgets.of(caller);
      if (minute !== null && points > minute)
        throw new RefusedError(
          'COST_LIMIT_EXCEEDED',
          400,
          `the body costs ${points} points, and a minute has ${minute}; send it in parts`,
        );
      budgets.spend(caller, points);
      refuseReadOnly(caller);
    },
    admitUnknown: (what, bytes) => {
      const wait = unknownSenders.take(
        '',
        Math.min(bodyPoints(what, bytes), UNKNOWN_MINUTE),
        UNKNOWN_MINUTE,
        now(),
      );
      if (wait === 0) return;
      const seconds = Math.ceil(wait / 1_000);
      const message = `too many requests without a valid signature; try again in ${seconds} s`;
      throw new RefusedError('RATE_LIMITED', 429, message, seconds);
    },
  };
}

/** Reads documents, and charges the caller those that are not valid. */
const readerOf =
  (documents: Documents, budgets: Budgets) =>
  (caller: Caller, schema: GraphQLSchema, text: string, suggests: boolean): DocumentNode => {
    try {
      return documents.read(schema, text, suggests);
    } catch (error) {
      budgets.take(caller, invalidPoints(text.length));
      throw error;
    }
  };

/** @throws RefusedError for a key that may not change anything. */
function refuseReadOnly({ readOnly }: Caller): void {
  if (readOnly) throw new RefusedError('FORBIDDEN', 403, 'this key is read-only: it may not change anything');
}

const bodyPoints = (what: 'request' | 'more', bytes: number): number =>
  (what === 'request' ? INGEST_COST.request : 0) + Math.ceil(bytes / INGEST_COST.bytes);

/**
 * The declared variables, with their defaults: compiled queries do not know that a variable that must not be null may have
 * one. Others would only take memory.
 * @throws InvalidArgumentError if a subscription would keep too much.
 */
function declaredOf(
  { operation, variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const declared = Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) => {
      const name = variable.name.value;
      if (Object.hasOwn(given, name) && given[name] !== undefined) return [[name, given[name]]];
      return defaultValue ? [[name, valueFromASTUntyped(defaultValue)]] : [];
    }),
  );
  const most = LIMITS.subscriptionVariables;
  if (operation === 'subscription' && measure('variables', declared) > most)
    throw new InvalidArgumentError(`variables: at most ${most} bytes in a subscription`);
  return declared;
}

const LONGEST_HASH = 64;

/** @throws RefusedError, InvalidArgumentError */
function textOf({ query, documentId, extensions }: OperationRequest, trusted: TrustedDocuments): string {
  const persisted = extensions?.['persistedQuery'] as { sha256Hash?: unknown } | undefined;
  const id = documentId ?? persisted?.sha256Hash ?? null;
  if (id === null) {
    if (typeof query === 'string' && query !== '') return query;
    throw new InvalidArgumentError('query: the text of a GraphQL operation is needed');
  }
  if (typeof id !== 'string')
    throw new InvalidArgumentError('the hash of a document is a text of hex digits');
  const hash = cut(id.replace(/^sha256:/, ''), LONGEST_HASH).toLowerCase();
  const found = trusted.get(hash);
  if (found !== undefined) return found;
  if (!query) throw new RefusedError('PERSISTED_QUERY_NOT_FOUND', 404, 'PersistedQueryNotFound');
  if (sha256(query) !== hash) throw new InvalidArgumentError('the hash is not the SHA-256 of the query');
  return query;
}

/** Whether documents ask for the schema; each is looked through once. */
function introspectionOf(): (document: DocumentNode) => boolean {
  const known = new WeakMap<DocumentNode, boolean>();
  return (document) => {
    const before = known.get(document);
    if (before !== undefined) return before;
    const found = introspects(document);
    known.set(document, found);
    return found;
  };
}

function introspects(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      if (name.value === '__schema' || name.value === '__type') found = true;
    },
  });
  return found;
}
