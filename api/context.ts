import DataLoader from 'dataloader';
import type { Targets } from '../agents/delivery/targets.ts';
import type { AnyAgent } from '../agents/loop/agent.ts';
import type { ReviewRules } from '../domain/models/review-rules.ts';
import type { NameRedaction } from '../domain/privacy/names.ts';
import type { RedactionRules } from '../domain/privacy/redact.ts';
import type { Retention } from '../domain/privacy/retention.ts';
import type { ScoreRow } from '../domain/scores/score.ts';
import type { CellLimits } from '../domain/segments/cell-filing.ts';
import type { Dimension } from '../domain/segments/dimensions.ts';
import type { LineageStore } from '../graph/lineage-store.ts';
import type { Samples } from '../ingestion/demo/samples.ts';
import type { UploadImports } from '../ingestion/files/upload/upload-imports.ts';
import type { Uploads } from '../ingestion/files/upload/uploads.ts';
import type { Identities } from '../ingestion/identities/accept-identities.ts';
import type { HandOver } from '../ingestion/kafka/hand-over.ts';
import type { OutcomeIngestor } from '../ingestion/outcomes/outcome-ingestor.ts';
import type { Inbox } from '../ingestion/pipeline/inbox.ts';
import type { Ingestor } from '../ingestion/pipeline/ingestor.ts';
import type { BatchAccount } from '../ingestion/pipeline/outcome.ts';
import type { Connections } from '../ingestion/webhooks/connections.ts';
import type { ProofDeps } from '../proof/export-proof.ts';
import type { SealSettings } from '../proof/seal-options.ts';
import type { Scoring } from '../scoring/service.ts';
import type { ScopedReader } from '../store/access/scoped-views.ts';
import type { AuditTrail } from '../store/audit/audit-trail.ts';
import { type AgedField, readAgedFields } from '../store/data-subjects/aged-fields.ts';
import type { Identifier } from '../store/data-subjects/merges.ts';
import type { ScopedSession, Store } from '../store/database/client.ts';
import type { SubjectEncryption } from '../store/encryption/subject-encryption.ts';
import { idsOf, readChampion } from '../store/models/models.ts';
import { type PredictionRow, readPredictions } from '../store/models/predictions.ts';
import type { StoredCellDictionary } from '../store/responses/cell-dictionary.ts';
import { type CountingState, readCountingStates } from '../store/responses/counting-states.ts';
import type { MappingRegistry, RecordedMapping } from '../store/responses/mappings.ts';
import { type ResponseRow, readResponsesById } from '../store/responses/responses.ts';
import { MadeFrom } from '../store/scores/made-from.ts';
import { type RulesRegistry, readFiledBy } from '../store/segments/rule-versions.ts';
import type { IdentityKind } from '../store/tables/identities.ts';
import type { Access } from './access/access.ts';
import type { Caller } from './caller.ts';
import type { CompiledQueries } from './compiled.ts';
import type { Cost } from './gate/cost.ts';
import type { Gate } from './gate/gate.ts';
import type { ModelAccess } from './gate/model-access.ts';
import { type Log, logOfRequest } from './log.ts';
import type { LiveFeed } from './subscriptions/live-feed.ts';

/** The dependencies of the API, the same for every request. */
export interface ApiDeps {
  readonly store: Store;
  /** Callers' reads go through it. */
  readonly scopedReader: ScopedReader;
  /** Decrypts personal data. */
  readonly encryption: SubjectEncryption;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  readonly segmentRules: RulesRegistry;
  readonly dimensions: readonly Dimension[];
  readonly cellLimits: CellLimits;
  readonly ingestor: Ingestor;
  /** The step behind all routes for outcomes. */
  readonly outcomes: OutcomeIngestor;
  /** Merges identifiers that senders name. */
  readonly identities: Identities;
  /** The simulated answers and the example file. */
  readonly samples: Samples;
  /** Files that callers send, and their imports. */
  readonly uploads: Uploads;
  readonly uploadImports: UploadImports;
  /** Redacts corrected comments. */
  readonly redaction?: RedactionRules | undefined;
  /** Removes names from comments, where the deployment asks for it. */
  readonly names?: NameRedaction | undefined;
  /** Lineage as a session sees it. */
  readonly lineage: (session: ScopedSession) => LineageStore;
  readonly seals: SealSettings & Pick<ProofDeps, 'sign'>;
  readonly scoring: Scoring;
  /** How often calling a theme must be right, by theme. */
  readonly themePrecision: Readonly<Record<string, number>>;
  readonly feed: LiveFeed;
  /** What watches and acts by itself. */
  readonly agents: readonly AnyAgent[];
  /** Vendors' accounts that deliver by webhook. */
  readonly connections: Connections;
  /** Systems that events are sent to. */
  readonly targets: Targets;
  /** The language model that may rewrite narratives and read questions; null: none is configured. */
  readonly languageModel: ModelAccess | null;
  /** Authentication and authorisation of callers. */
  readonly access: Access;
  /** Where browsers reach this server; undefined: not configured. */
  readonly publicUrl?: string | undefined;
  /** What is queued for review, and how many must decide alike. */
  readonly reviewRules: ReviewRules;
  /** The lookups that find a person, by identifier or pseudonym. */
  readonly identify: (respondent: string) => string[];
  /** The pseudonym of a person or an account, with its lookups, by identifier or pseudonym. */
  readonly pseudonymOf: (given: string, kind: IdentityKind) => Identifier;
  /** For how long what a connection delivers and cannot be stored is kept, ISO 8601. */
  readonly quarantineFor: string;
  /** The rules of retention that the configuration declares. */
  readonly retention: Retention;
  /** How many of the responses the lineage graph still holds, if there is one besides the database. */
  readonly graphHolds: (responseIds: readonly string[], xact: number) => Promise<number>;
  /** Schedules a rewrite of the embedded database's files. */
  readonly filesDue: () => void;
  /** Executes queries, compiled where that is worth it. */
  readonly queries: CompiledQueries;
  /** What every operation passes before it runs. */
  readonly gate: Gate;
  /** Where responses of /ingest/responses go before they are stored; undefined: they are stored at once. */
  readonly handOver?: HandOver | undefined;
  /** What the doors of responses have in memory. */
  readonly inbox: Inbox;
  /** Rotates encryption and signing keys; returns what was done. */
  readonly changeKeys: (action: 'rotate' | 'rewrap' | 'pepper' | 'retire' | 'signing') => Promise<string>;
  /** Who read or changed what. */
  readonly audit: AuditTrail;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** Called with the result of each batch that arrived. */
  readonly onIngested: (account: BatchAccount) => void;
}

/** The dependencies for one caller: the database and its lineage through the scoped views. */
export interface ScopedDeps extends Omit<ApiDeps, 'store' | 'scopedReader' | 'lineage'> {
  readonly store: ScopedSession;
  /**
   * Not through the scoped views: for changes, and for what concerns more than one caller sees (proofs, keys,
   * the audit).
   */
  readonly record: Store;
  readonly lineage: LineageStore;
}

/** Fields of a response that are never released without a row in the audit log. */
export type Sensitive = 'comment' | 'respondent' | 'staff';
/** Ids of the responses whose field one operation released. */
type Released = Readonly<Record<Sensitive, Set<string>>>;

/** One masked value, reported in `extensions.masked`. */
export interface Masked {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/**
 * A window up to now without responses, and the time of the newest response that the caller may read; reported
 * in `extensions.emptyWindows`.
 */
export interface EmptyWindow {
  readonly path: readonly (string | number)[];
  readonly newest: string;
}

/**
 * A value of a segment that no cell in the caller's scope has, as `extensions.unknownSegmentValues` lists it.
 */
export interface UnknownValue {
  readonly path: readonly (string | number)[];
  readonly dimension: string;
  readonly value: string;
  readonly didYouMean: readonly string[];
}

/**
 * One request: caller and purpose, what was masked and what was released, and loaders that live as long as it.
 */
export interface ApiContext {
  readonly deps: ScopedDeps;
  /** The same object in every copy: Apollo copies the context of each operation. */
  readonly key: object;
  readonly caller: Caller;
  /** The caller's stated purpose. */
  readonly purpose: string | null;
  readonly masked: Masked[];
  readonly unknown: UnknownValue[];
  readonly emptyWindows: EmptyWindow[];
  readonly released: Released;
  /** Once it is known; a subscription's updates do not report it. */
  cost: Cost | null;
  /** Points of it that were refunded. */
  givenBack: number;
  /** Whether what any process committed before is known to it. */
  hasBegun: boolean;
  /** What the rows of its scores are made from, where that is asked for. */
  madeFrom: MadeFrom[] | null;
  /** Whether long lists are returned as promises of their items, so that the event loop turns between them. */
  rowsInSlices: boolean;
  /** Where the answer is written from texts: what makes those of rows of scores (`api/schema/row-texts.ts`). */
  rowTexts: { write(name: string, rows: readonly ScoreRow[]): boolean } | null;
  readonly responses: DataLoader<string, ResponseRow | null>;
  readonly mappings: DataLoader<number, RecordedMapping>;
  readonly countings: DataLoader<string, CountingState>;
  /** What retention took from a response. */
  readonly aged: DataLoader<string, readonly AgedField[]>;
  /** The version of the segment rules that filed it, by response id. */
  readonly filedBy: DataLoader<string, number | null>;
  /** The champion's prediction by response id. */
  readonly predictions: DataLoader<string, PredictionRow | null>;
}

/** Refunds points of the operation (`Gate.giveBack`). */
export function giveBack(context: ApiContext, points: number): void {
  context.deps.gate.giveBack(context.caller, points);
  context.givenBack += points;
}

/** Notes what the rows of one field are made from, where that is asked for. */
export function noteMadeFrom({ madeFrom, deps, caller }: ApiContext): MadeFrom | undefined {
  const made = madeFrom ? new MadeFrom(deps.cells, caller.scope) : undefined;
  if (made) madeFrom?.push(made);
  return made;
}

/** A context for one operation of the caller; its log lines have the id of the request. */
export function createContext(
  shared: ApiDeps,
  caller: Caller,
  purpose: string | null,
  requestId: string,
): ApiContext {
  const { scopedReader, ...rest } = { ...shared, log: logOfRequest(shared.log, requestId) };
  const store = scopedReader.as(caller.scope);
  const deps: ScopedDeps = { ...rest, store, record: shared.store, lineage: shared.lineage(store) };
  return {
    deps,
    key: {},
    caller,
    purpose,
    masked: [],
    unknown: [],
    emptyWindows: [],
    released: { comment: new Set(), respondent: new Set(), staff: new Set() },
    cost: null,
    givenBack: 0,
    hasBegun: false,
    madeFrom: null,
    rowsInSlices: false,
    rowTexts: null,
    responses: new DataLoader(async (ids) => {
      const rows = await readResponsesById(deps, caller.scope, ids);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    countings: new DataLoader(async (ids) => {
      const states = await readCountingStates(deps.store, caller.scope, ids);
      return ids.map((id) => states.get(id) as CountingState);
    }),
    aged: new DataLoader(async (ids) => {
      const aged = await readAgedFields(deps.store, deps.record, ids);
      return ids.map((id) => aged.get(id) ?? []);
    }),
    filedBy: new DataLoader(async (ids) => {
      const versions = await readFiledBy(deps.store, ids);
      return ids.map((id) => versions.get(id) ?? null);
    }),
    mappings: new DataLoader((ids) => Promise.all(ids.map((id) => deps.mappings.get(deps.store, id)))),
    predictions: new DataLoader(async (ids) => {
      const champion = await readChampion(deps.store);
      if (!champion) return ids.map(() => null);
      const rows = await readPredictions(deps, caller.scope, ids, idsOf(champion.parts));
      const byId = new Map(rows.map((row) => [row.responseId, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
  };
}
