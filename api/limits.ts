import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import type { GraphQLError, ValidationContext, ValidationRule } from 'graphql';
import { MOST_ITEMS } from '../ingestion/pipeline/read-items.ts';

/** Limits of one request. Every limit is named in its error and in docs/guides/limits.md. */
export const LIMITS = {
  depth: 10,
  aliases: 30,
  /** Values of the filters of responses. */
  themes: 50,
  sources: 50,
  outcomeKinds: 12,
  /** Comments among them. */
  tokens: 4_000,
  /** Characters of a document, and nesting of its brackets, and of lists and objects in values. */
  document: 200_000,
  nesting: 50,
  /** Values in the variables of one request. */
  values: 100_000,
  /** Fields of a document after expansion, including its fragments. */
  fields: 5_000,
  /** Operations that cost more are executed row by row, in slices, and not as compiled code. */
  compiledPoints: 200,
  /**
   * Fields of a query that may be compiled, and the points that its uses must have cost for each of them: as much
   * as compiling takes.
   */
  compiledQuery: 500,
  compilingPoints: 2,
  /** Fields of all cached compiled queries, and the bytes of their documents that count as one. */
  compiledFields: 20_000,
  compiledBytes: 4_000,
  /** How often one field may occur in one selection, and how many directives at one location. */
  repeats: 30,
  directives: 5,
  /** Fragments of a document: validation compares each two of them. */
  fragments: 100,
  /** Bytes of a GraphQL request. */
  graphqlBody: 4 * 1024 * 1024,
  /**
   * Bytes of it that are read before they are charged, and lists, objects, names and items of it as JSON:
   * parsing so many takes 25 ms.
   */
  readUnpaid: 64 * 1024,
  parts: 150_000,
  /** Bytes of one ingest request. */
  ingestBody: 16 * 1024 * 1024,
  /** Bytes of a request that begins or ends an import. */
  importBody: 16 * 1024,
  /** Bytes of one key's unanswered ingest requests. */
  openBodies: 64 * 1024 * 1024,
  /** Bytes of the unanswered ingest requests and messages of all senders. */
  inbox: 256 * 1024 * 1024,
  /** Bytes of one part of a file, of one file, and of all files of one key; and how many files. */
  uploadPart: 8 * 1024 * 1024,
  upload: 1024 * 1024 * 1024,
  uploads: 2 * 1024 * 1024 * 1024,
  uploadFiles: 20,
  /** Milliseconds that looking at a file takes. */
  previewMs: 20_000,
  /** Bytes of one webhook delivery, and of the deliveries of one connection that are on their way at once. */
  webhookBody: 1024 * 1024,
  openWebhooks: 8 * 1024 * 1024,
  /** Bytes of one answer to a survey of our own: the longest comment, as forms write it. */
  surveyBody: 256 * 1024,
  /** Items of one ingest request, and of one mutation. */
  batch: MOST_ITEMS,
  mutation: 2_000,
  /** Values of one dimension in a segment, and the bytes of all of its values, which are part of score ids. */
  segmentValues: 500,
  segmentBytes: 2_500,
  page: 500,
  /** Rows of one answer. */
  rows: 20_000,
  /** Rows of one file of /bi, over all pages of a connection; and files of one key that are written at once. */
  biRows: 100_000,
  biOpen: 4,
  /** Bytes of one message to /mcp, and rows that one of its tools answers with. */
  mcpBody: 256 * 1024,
  toolRows: 1_000,
  /** Texts of one `classify`, and characters of one text. */
  texts: 100,
  text: 20_000,
  /**
   * Concurrent operations on one WebSocket, and WebSockets waiting for `connection_init`: in all, and per
   * address.
   */
  socketOperations: 100,
  socketsWaiting: 2_000,
  socketsWaitingOfAddress: 500,
  /** Per key: open WebSockets, event streams, and subscriptions over both. */
  sockets: 1_000,
  streams: 1_000,
  subscriptions: 2_000,
  /** Bytes of memory that a subscription keeps for its life (document, variables, rows) that count as one subscription. */
  subscriptionBytes: 64 * 1024,
  /** Bytes of the variables of a subscription, which are kept for its life. */
  subscriptionVariables: 16 * 1024,
  /** Bytes that may wait for a subscriber that does not read. */
  unread: 1024 * 1024,
} as const;

/** As validation errors like all others, instead of thrown. */
const reported = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) => {
      context?.reportError(error);
    },
  ],
};

/** Validation rules besides the specification's: the same over HTTP, SSE and WebSocket. */
export const LIMIT_RULES: readonly ValidationRule[] = [
  maxDepthRule({ n: LIMITS.depth, ignoreIntrospection: true, ...reported }) as unknown as ValidationRule,
  maxAliasesRule({ n: LIMITS.aliases, allowList: [], ...reported }) as unknown as ValidationRule,
];
