/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why a model does not classify a text; `Prediction.abstained` says it in words. */
export type AbstentionReason =
  | 'LANGUAGE_NOT_READ'
  | 'LANGUAGE_UNDETERMINED'
  | 'OUT_OF_SCOPE'
  | 'TOO_SHORT'
  | 'UNCERTAIN'
  | 'UNKNOWN_WORDS';

export type AccountCause =
  /** It may recommend, or buy more. */
  | 'POTENTIAL'
  /** It may cancel. */
  | 'RISK';

export type AlertEventKind =
  | 'ACKNOWLEDGED'
  | 'CHANGED'
  | 'DISMISSED'
  | 'ESCALATED'
  | 'RAISED'
  | 'RESOLVED';

export type AlertState =
  /** Someone works on it. */
  | 'ACKNOWLEDGED'
  /** A person closed it. */
  | 'DISMISSED'
  /** No one has said that they work on it. */
  | 'OPEN'
  /** Its cause is over. */
  | 'RESOLVED';

/** role: admin, analyst, segment-owner, model-steward, auditor, dpo, feed, collector, metrics (and what the policies add). attributes narrow it: { "region": ["Germany"] }. */
export type ApiKeyInput = {
  attributes?: unknown;
  /** Never when absent. */
  expiresAt?: string | null | undefined;
  name: string;
  /** Refuses mutations and uploads, whatever the role may do: for tools that only read. */
  readOnly?: boolean;
  role: string;
  /** Binds the key to these sources: it submits and corrects only their responses. Without them it may add to any source but corrects only answers of sources that it was the first to name. At most 50. */
  sources?: Array<string> | null | undefined;
};

export type ApprovalVerb =
  | 'APPROVE'
  | 'EDIT'
  | 'REJECT';

export type AuditOutcome =
  | 'DONE'
  | 'REFUSED';

export type Autonomy =
  /** It acts. */
  | 'ACT'
  /** It records what it would do. */
  | 'OBSERVE'
  /** A person approves each action. */
  | 'PROPOSE';

/** COMBINED: the surveyed class where there is one, else the inferred one. */
export type Basis =
  | 'COMBINED'
  | 'INFERRED'
  | 'SURVEYED';

export type CaseEventKind =
  | 'ASSIGNED'
  | 'CLOSED'
  | 'COMMENTED'
  | 'OPENED'
  | 'STARTED';

export type CaseInput = {
  /** The response or alert that it is about: one open case for each. */
  cause: string | number;
  dueAt?: string | null | undefined;
  owner?: string | null | undefined;
  reason: string;
  severity?: Severity;
  title: string;
};

export type CaseState =
  /** It has an outcome. */
  | 'CLOSED'
  /** Someone works on it. */
  | 'IN_PROGRESS'
  /** No one has begun to work on it. */
  | 'OPEN';

export type ChangeKind =
  | 'CAMPAIGN'
  | 'DEPLOY'
  | 'FLAG'
  | 'INCIDENT'
  | 'PRICE';

/** connector: the vendor's name in lower case, such as canonical; docs/connectors has a page for each. mapping: as in a file's map, over the paths of the vendor's JSON. */
export type ConnectionInput = {
  connector: string;
  /** Absent for a webhook: what it delivers waits in the quarantine until changeConnectionMapping, and is replayed then. */
  mapping?: unknown;
  name: string;
  /** What the vendor signs its deliveries with; absent: one is made, to be given to the vendor. */
  secret?: string | null | undefined;
  /** What its responses are limited to; absent = all that the caller may administer. */
  segment?: SegmentInput | null | undefined;
  /** Binds the connection to these sources, as a key is bound. One whose mapping names the source is bound to that. At most 50. */
  sources?: Array<string> | null | undefined;
  /** The host of the vendor to ask, where customers have different ones, such as fra1.qualtrics.com. */
  vendorHost?: string | null | undefined;
  /** The key of the vendor, to fetch what its webhooks only announce. It is stored encrypted and never shown. */
  vendorKey?: string | null | undefined;
};

/** Why an answer is not counted. SUPERSEDED: a later answer of the person is. WITHIN_PERIOD: one shortly before it is. FLAGGED: a rule flagged it. LEFT_OUT: a person left it out. PUT_BACK: it is counted, because a person put it back. */
export type CountingReason =
  | 'FLAGGED'
  | 'LEFT_OUT'
  | 'PUT_BACK'
  | 'SUPERSEDED'
  | 'WITHIN_PERIOD';

export type DecisionState =
  /** It was carried out. */
  | 'DONE'
  /** It is about to be carried out. */
  | 'DUE'
  /** Its action ended with an error. */
  | 'FAILED'
  /** Nothing is to be done; near misses are such decisions too. */
  | 'NONE'
  /** Its agent only observes. */
  | 'OBSERVED'
  /** It waits for a person. */
  | 'PROPOSED'
  /** A person rejected it, or a later decision took its place. */
  | 'REJECTED';

export type DeliveryState =
  /** Not sent: the target may not see its subject, or one of them was removed. */
  | 'CANCELLED'
  /** Given up: the target refused it, or every attempt failed. It can be replayed. */
  | 'DEAD'
  /** The target took it. */
  | 'DELIVERED'
  /** It is to be sent, at once or after a pause. */
  | 'PENDING';

/** What the demo does. */
export type DemoState =
  /** It was not started, or was removed. */
  | 'ABSENT'
  /** It stopped with an error: `failure` says why, and startDemo tries again. */
  | 'FAILED'
  /** Its history is complete. */
  | 'FILLED'
  /** Its history is being filled. */
  | 'FILLING'
  /** The server ended before the history was complete: startDemo continues. */
  | 'INTERRUPTED'
  /** Its history is complete, and live answers arrive. */
  | 'LIVE';

export type Dimension =
  /** How the respondent was asked. */
  | 'CHANNEL'
  /** How long and how deeply the respondent has been a customer. */
  | 'LIFECYCLE_STAGE'
  /** What was bought or used. */
  | 'PRODUCT_LINE'
  /** Where the respondent is. */
  | 'REGION';

export type FactKind =
  | 'ALERT'
  | 'CHANGE'
  | 'DRIVER'
  | 'EVENT'
  | 'QUOTE'
  | 'SCORE'
  | 'THEME';

export type FiringVerdict =
  | 'NOT_REAL'
  | 'REAL'
  | 'UNDECIDED';

export type Granularity =
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'MONTH'
  | 'QUARTER'
  | 'WEEK'
  | 'YEAR';

export type Head =
  | 'NPS'
  | 'SENTIMENT';

/** What two identifiers are both of. */
export type IdentityKind =
  | 'ACCOUNT'
  | 'RESPONDENT';

export type KnownReason =
  /** Its class or segment has changed. */
  | 'CORRECTED'
  /** Deleted: by the person's right or by the retention policy. */
  | 'ERASED'
  /** Not counted then; it arrived since. */
  | 'LATE'
  /** Restricted until a dispute is settled. */
  | 'RESTRICTED'
  /** The same response, which a model now classifies differently or for the first time. */
  | 'RE_SCORED'
  /** Not counted: left out by a respondent policy, a flag or a person. */
  | 'UNCOUNTED'
  /** Removed: the import that brought it was undone. */
  | 'WITHDRAWN';

export type Kpi =
  /** Accounts that reached a step of onboarding within 30 days after they subscribed, of those that did so 30 days ago or earlier. */
  | 'ACTIVATION'
  /** What those of them that pay more than before add, by what all of them paid before. */
  | 'EXPANSION'
  /** Lifetime value so far: the mean of payments minus refunds within `lifetime` after the first subscription started, of accounts that began in the window and were followed for all of that time. Seen, not extrapolated; those that began later are left out. */
  | 'LIFETIME_VALUE'
  /** What accounts that paid in the period before (as long as the window, in a series the month before) pay in the window, by what they paid before. Only of windows that are over; accounts that did not pay before are left out. */
  | 'NET_REVENUE_RETENTION'
  /** Payments minus refunds. */
  | 'REVENUE'
  /** Of accounts whose last answer, at most a year old, is a detractor. */
  | 'REVENUE_AT_RISK'
  /** By the accounts that paid. */
  | 'REVENUE_PER_ACCOUNT'
  /** Deals won of those decided, with Wilson’s interval. */
  | 'WIN_RATE';

/** Why a language model has not answered. BUDGET: the requests of this hour are spent. */
export type LanguageModelFailure =
  | 'ADDRESS_REFUSED'
  | 'BUDGET'
  | 'MALFORMED'
  | 'NO_ENDPOINT'
  | 'STATUS'
  | 'TIMEOUT'
  | 'TOO_LONG'
  | 'UNREACHABLE';

export type ModelMetric =
  /** Share of texts that the model does not classify. */
  | 'ABSTENTION'
  /** Share of the answers with a surveyed class to which the model gave the same class. */
  | 'ACCURACY'
  /** Over the three classes, 0 to 2; smaller is better. */
  | 'BRIER'
  /** The score of the predicted classes as they are; tested by chi-squared. */
  | 'CLASS_MIX'
  /** Expected calibration error, ten bins. */
  | 'ECE'
  /** MMD² of samples of text embeddings; tested by permutation. */
  | 'EMBEDDINGS'
  /** Share of texts in a language that the model does not read; tested over all languages. */
  | 'LANGUAGE'
  /** Mean number of words; tested over classes of length. */
  | 'LENGTH'
  /** Over detractor, passive, promoter, 0 to 1; smaller is better. The one that raises an alarm. */
  | 'RANKED_PROBABILITY_SCORE'
  /** Share of tokens that the vocabulary does not have; tested over texts with and without one. */
  | 'UNKNOWN_WORDS';

export type ModelStage =
  | 'CANDIDATE'
  | 'CHAMPION'
  | 'RETIRED'
  | 'SHADOW';

/** What is wrong with a sentence of a model; OMITTED: the score or its change is left out. */
export type NarrativeRefusal =
  | 'CAUSE'
  | 'DIRECTION'
  | 'NAME'
  | 'NO_FACT'
  | 'NUMBER'
  | 'OMITTED'
  | 'QUOTE'
  | 'TOO_LONG'
  | 'UNKNOWN_FACT';

export type NarrativeWriter =
  | 'MODEL'
  | 'TEMPLATE';

export type NpsClass =
  | 'DETRACTOR'
  | 'PASSIVE'
  | 'PROMOTER';

export type NpsOrder = {
  by: NpsOrderKey;
  direction?: SortDirection;
};

export type NpsOrderKey =
  /** Change of the score since the previous window: `change` of NpsRow. */
  | 'CHANGE'
  /** The values of the grouped dimensions, in the order of `groupBy`. */
  | 'NAME'
  | 'RESPONSES'
  | 'SCORE'
  /** Start of the bucket. */
  | 'TIME';

export type OnboardingSpeed =
  /** Later, or never. */
  | 'NOT_WITHIN_MONTH'
  /** It started less than 30 days ago. */
  | 'TOO_EARLY'
  /** 7 to 30 days after it. */
  | 'WITHIN_MONTH'
  /** Less than 7 days after the subscription started. */
  | 'WITHIN_WEEK';

/** What is absent is not limited. */
export type QuarantineFilter = {
  /** Fields that the rejections name, such as score. At most 20. */
  fields?: Array<string> | null | undefined;
  /** When it arrived at the earliest. */
  from?: string | null | undefined;
  /** Some of the reasons. At most 20. */
  reasons?: Array<QuarantineReason> | null | undefined;
  /** Some of the statuses. At most 20. */
  statuses?: Array<QuarantineStatus> | null | undefined;
  /** When it arrived, before that. */
  to?: string | null | undefined;
};

/** Why something waits: the delivery cannot be read, the item has not the form that the mapping expects, a value cannot be stored, the mapping does not fit the deployment, or the vendor only announced it. */
export type QuarantineReason =
  | 'BODY'
  | 'MAPPING'
  | 'SCHEMA'
  | 'THIN'
  | 'VALUE';

/** What became of it. The content of all but WAITING and FETCHING is deleted. */
export type QuarantineStatus =
  | 'DISCARDED'
  | 'EXPIRED'
  | 'FETCHING'
  | 'REPLAYED'
  | 'WAITING';

export type QuestionKind =
  /** Whether it changed since the window before. */
  | 'CHANGE'
  /** The groups of one dimension side by side. */
  | 'COMPARE'
  /** The lowest or the highest groups of a dimension. */
  | 'RANKING'
  /** What is the score of a segment in a window. */
  | 'SCORE'
  /** What is mentioned in comments. */
  | 'THEMES'
  /** What happened and what contributes, as `narrative` says it. */
  | 'WHY';

export type QuestionReader =
  | 'GRAMMAR'
  | 'MODEL';

export type Reach =
  | 'ALL'
  | 'NONE'
  | 'SOME';

/** By `answeredAt`; responses of one moment by their ids. */
export type ResponseOrder =
  | 'NEWEST'
  | 'OLDEST';

/** What a rule of retention is about. RESPONSES: whole responses. DIMENSIONS: the values of one dimension; answers and outcomes move to "unknown". COMMENTS: texts. SOURCE_EVENTS: items as they arrived. QUARANTINE: what connections delivered and could not be stored. */
export type RetainedField =
  | 'COMMENTS'
  | 'DIMENSIONS'
  | 'OUTCOMES'
  | 'QUARANTINE'
  | 'RESPONSES'
  | 'SOURCE_EVENTS';

export type ReviewCause =
  /** A caller requested it. */
  | 'DISPUTED'
  /** The respondent is a promoter and the text a detractor’s, or the other way round; another version is champion. */
  | 'HIGH_IMPACT'
  /** No class is probable enough; a version was made champion while its monitor raised an alarm. */
  | 'LOW_CONFIDENCE'
  /** A random sample, so that predictions that look right are checked too. */
  | 'SAMPLED';

export type ReviewDecisionInput = {
  /** The class that the text has, if the model is wrong; null confirms the model. */
  class?: NpsClass | null | undefined;
  /** For a decision about a model: overturns it. */
  overturn?: boolean;
  reason: string;
};

export type ReviewVerdict =
  /** The prediction or the decision was right. */
  | 'CONFIRMED'
  /** The text has another class. */
  | 'CORRECTED'
  /** The decision was wrong. */
  | 'OVERTURNED';

/** Values of one dimension are OR-ed, dimensions are AND-ed; absent = all that the caller may see. Answers without a value have "unknown", which a blank value asks for too. */
export type SegmentInput = {
  /** How the respondent was asked. At most 500. */
  channel?: Array<string> | null | undefined;
  /** How long and how deeply the respondent has been a customer. At most 500. */
  lifecycleStage?: Array<string> | null | undefined;
  /** What was bought or used. At most 500. */
  productLine?: Array<string> | null | undefined;
  /** Where the respondent is. At most 500. */
  region?: Array<string> | null | undefined;
};

export type Sentiment =
  | 'NEGATIVE'
  | 'NEUTRAL'
  | 'POSITIVE';

export type Severity =
  | 'CRITICAL'
  | 'INFO'
  | 'WARNING';

export type SortDirection =
  | 'ASC'
  | 'DESC';

export type TargetChanges = {
  /** true: what is due waits until it is false again. */
  disabled?: boolean | null | undefined;
  /** The events that it gets. At most 8. */
  events?: Array<TargetEvent> | null | undefined;
  name?: string | null | undefined;
  /** The most deliveries a minute: 1 to 6000. */
  rate?: number | null | undefined;
  role?: string | null | undefined;
  secret?: string | null | undefined;
  /** What its role is narrowed to; absent = all that the role may see. */
  segment?: SegmentInput | null | undefined;
  settings?: unknown;
};

export type TargetEvent =
  | 'ALERT_CHANGED'
  | 'ALERT_ESCALATED'
  | 'ALERT_RAISED'
  | 'ALERT_RESOLVED'
  | 'CASE_CLOSED'
  | 'CASE_OPENED'
  | 'DECISION_PROPOSED'
  | 'NARRATIVE_WRITTEN';

/** settings: as docs/guides/targets.md lists them for each kind, and includeComment: true to send comments of customers in cases, where the role may read them. */
export type TargetInput = {
  /** The events that it gets. At most 8. */
  events: Array<TargetEvent>;
  kind: TargetKind;
  name: string;
  /** The most deliveries a minute: 1 to 6000. 60 where absent. */
  rate?: number | null | undefined;
  /** A role of the policies: what it may not read, it is not sent. */
  role: string;
  /** What authenticates Scoreline there. Of a webhook, absent: it is made here. */
  secret?: string | null | undefined;
  /** What its role is narrowed to; absent = all that the role may see. */
  segment?: SegmentInput | null | undefined;
  settings: unknown;
};

export type TargetKind =
  | 'EMAIL'
  | 'HUBSPOT'
  | 'KAFKA'
  | 'PAGERDUTY'
  | 'SALESFORCE'
  | 'SEGMENT'
  | 'SLACK'
  | 'TEAMS'
  | 'WEBHOOK'
  | 'ZENDESK';

export type TraceDirection =
  | 'DOWNSTREAM'
  | 'UPSTREAM';

/** VERIFIED: proven. VERIFIED_WITH_ERASURES: proven, some sealed responses were erased since. RESTATED: proven, and other than first sealed: late, corrected, rescored, withdrawn or restricted responses. MISMATCH: something was changed; the reason names it. UNVERIFIABLE: the reason says what is missing. */
export type Verdict =
  | 'MISMATCH'
  | 'RESTATED'
  | 'UNVERIFIABLE'
  | 'VERIFIED'
  | 'VERIFIED_WITH_ERASURES';

export type VerificationCheck =
  | 'ANSWERS'
  | 'CHECKPOINTS'
  | 'LOG'
  | 'MODELS_AND_CELLS'
  | 'ROLLUPS'
  | 'SEALS';

/** How a day compares with its weekday. */
export type VolumeVerdict =
  | 'NOT_KNOWN_YET'
  | 'TOO_FEW'
  | 'TOO_MANY'
  | 'USUAL';

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { name: string, role: string, rights: Array<string>, smallestCount: number, attributes: unknown, sources: Array<string> | null, expiresAt: string | null, policyVersion: string, languageModel: string | null }, dimensions: Array<{ field: string, enumValue: string, label: string, description: string }> };

export type AccountsOfQueryVariables = Exact<{
  about: Array<string | number> | string | number;
}>;


export type AccountsOfQuery = { accountsOf: Array<{ about: string | null, account: string | null, owner: string | null, cause: AccountCause, since: string | null, decidedAt: string, reasons: Array<string>, probability: number | null, facts: { detractor: boolean, promoter: boolean, scoresFall: boolean, namesCancellation: boolean, usageFell: boolean, usageGrew: boolean, pays: boolean } | null, moneyAtStake: Array<{ amount: number, currency: string }>, alert: { id: string } | null, case: { id: string, title: string } | null, decision: { id: string } | null }> };

export type MarkedImportsQueryVariables = Exact<{ [key: string]: never; }>;


export type MarkedImportsQuery = { imports: { edges: Array<{ node: { id: string, name: string, startedAt: string, undoneAt: string | null } }> } };

export type MarkedModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type MarkedModelsQuery = { modelVersions: Array<{ id: string, version: number, history: Array<{ to: ModelStage, recordedAt: string }> }> };

export type MarkedChangesQueryVariables = Exact<{
  from: string;
  to: string;
  segment?: SegmentInput | null | undefined;
}>;


export type MarkedChangesQuery = { changes: { edges: Array<{ node: { id: string, kind: ChangeKind, title: string, at: string, until: string | null, link: string | null, segmentValues: Array<{ value: string }> } }> } };

export type DimensionValuesQueryVariables = Exact<{
  dimension: Dimension;
}>;


export type DimensionValuesQuery = { dimensionValues: Array<string> };

export type AccessKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type AccessKeysQuery = { apiKeys: Array<{ id: string, name: string, role: string, attributes: unknown, sources: Array<string> | null, readOnly: boolean, createdAt: string, createdBy: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, revokedBy: string | null }> };

export type AccessRolesQueryVariables = Exact<{ [key: string]: never; }>;


export type AccessRolesQuery = { roles: Array<{ name: string, permissions: Array<{ group: string, reach: Reach }> }> };

export type AccessPermissionsQueryVariables = Exact<{
  role: string;
  attributes?: unknown;
}>;


export type AccessPermissionsQuery = { permissions: Array<{ group: string, reach: Reach, segments: Array<string>, more: number }> };

export type AccessSessionsQueryVariables = Exact<{
  first: number;
  actor?: string | null | undefined;
}>;


export type AccessSessionsQuery = { browserSessions: { edges: Array<{ node: { id: string, actor: string, name: string, role: string, createdAt: string, lastSeenAt: string | null, expiresAt: string } }>, pageInfo: { hasNextPage: boolean } } };

export type AccessEndSessionsMutationVariables = Exact<{
  actor?: string | null | undefined;
  id?: string | number | null | undefined;
  reason: string;
}>;


export type AccessEndSessionsMutation = { endBrowserSessions: number };

export type AccessCreateKeyMutationVariables = Exact<{
  input: ApiKeyInput;
}>;


export type AccessCreateKeyMutation = { createApiKey: { id: string, key: string } };

export type AccessRevokeKeyMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type AccessRevokeKeyMutation = { revokeApiKey: boolean };

export type AgentsListQueryVariables = Exact<{ [key: string]: never; }>;


export type AgentsListQuery = { agents: Array<{ name: string, description: string, version: number, autonomy: Autonomy, defaultAutonomy: Autonomy, enabled: boolean, changedBy: string | null, changedAt: string | null, reason: string | null, lastRunAt: string | null, observed: number | null, error: string | null, decisions: Array<{ state: DecisionState, count: number }> }> };

export type AgentsDryRunQueryVariables = Exact<{
  name: string;
}>;


export type AgentsDryRunQuery = { agentDryRun: Array<{ key: string, action: unknown, nearMiss: boolean, reason: string }> };

export type AgentsDecisionsQueryVariables = Exact<{
  agent?: string | null | undefined;
  state?: Array<DecisionState> | DecisionState | null | undefined;
  first: number;
}>;


export type AgentsDecisionsQuery = { decisions: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { id: string, agent: string, key: string, state: DecisionState, nearMiss: boolean, reason: string, decidedAt: string } }> } };

export type AgentsDecisionQueryVariables = Exact<{
  id: string | number;
}>;


export type AgentsDecisionQuery = { node:
    | { __typename: 'AgentDecision', agent: string, key: string, policy: string, state: DecisionState, autonomy: Autonomy, action: unknown, nearMiss: boolean, reason: string, inputs: unknown, inputHash: string, outcome: string | null, about: Array<string>, traceId: string | null, decidedAt: string, settledAt: string | null, id: string, alternatives: Array<{ action: unknown, reason: string }>, approval: { verb: ApprovalVerb, by: string, at: string, reason: string, edited: unknown } | null, replay: { same: boolean, reason: string | null } }
    | { __typename: 'Alert', id: string }
    | { __typename: 'Case', id: string }
    | { __typename: 'Connection', id: string }
    | { __typename: 'Import', id: string }
    | { __typename: 'LineageRecord', id: string }
    | { __typename: 'ModelVersion', id: string }
    | { __typename: 'Outcome', id: string }
    | { __typename: 'Response', id: string }
   | null };

export type AgentsSetMutationVariables = Exact<{
  name: string;
  autonomy: Autonomy;
  enabled: boolean;
  reason: string;
}>;


export type AgentsSetMutation = { setAgent: { name: string, autonomy: Autonomy, enabled: boolean } };

export type AgentsApproveMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type AgentsApproveMutation = { approveDecision: { id: string, state: DecisionState, outcome: string | null } };

export type AgentsEditMutationVariables = Exact<{
  id: string | number;
  action: unknown;
  reason: string;
}>;


export type AgentsEditMutation = { editDecision: { id: string, state: DecisionState, outcome: string | null } };

export type AgentsRejectMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type AgentsRejectMutation = { rejectDecision: { id: string, state: DecisionState, outcome: string | null } };

export type AlertsListQueryVariables = Exact<{
  state: Array<AlertState> | AlertState;
  first: number;
}>;


export type AlertsListQuery = { alerts: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { id: string, state: AlertState, severity: Severity, rule: string, title: string, summary: string, since: string, raisedAt: string, changedAt: string, segmentValues: Array<{ field: string, value: string }> } }> } };

export type AlertsLiveSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AlertsLiveSubscription = { alertUpdates: { position: string, alert: { id: string, state: AlertState, severity: Severity, rule: string, title: string, summary: string, since: string, raisedAt: string, changedAt: string, segmentValues: Array<{ field: string, value: string }> } } };

export type AlertsOneQueryVariables = Exact<{
  id: string | number;
}>;


export type AlertsOneQuery = { node:
    | { __typename: 'AgentDecision', id: string }
    | { __typename: 'Alert', state: AlertState, severity: Severity, rule: string, title: string, summary: string, since: string, raisedAt: string, changedAt: string, resolvedAt: string | null, facts: unknown, evidence: Array<string>, id: string, segmentValues: Array<{ field: string, value: string }>, before: { id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean } | null, after: { id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean } | null, decision: { id: string, agent: string, policy: string, state: DecisionState, reason: string, decidedAt: string, action: unknown, alternatives: Array<{ action: unknown, reason: string }>, replay: { same: boolean, reason: string | null } } | null, events: Array<{ at: string, kind: AlertEventKind, by: string, reason: string }> }
    | { __typename: 'Case', id: string }
    | { __typename: 'Connection', id: string }
    | { __typename: 'Import', id: string }
    | { __typename: 'LineageRecord', id: string }
    | { __typename: 'ModelVersion', id: string }
    | { __typename: 'Outcome', id: string }
    | { __typename: 'Response', id: string }
   | null };

export type AlertsAccountsQueryVariables = Exact<{
  cause: AccountCause;
  first: number;
}>;


export type AlertsAccountsQuery = { accountsAtRisk: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { account: string | null, owner: string | null, reasons: Array<string>, alert: { id: string } | null, decision: { id: string } | null } }> } };

export type AlertsChangeQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  beforeFrom: string;
  beforeTo: string;
  afterFrom: string;
  afterTo: string;
}>;


export type AlertsChangeQuery = { npsChange: { difference: number | null, low: number | null, high: number | null, pValue: number | null, before: { responses: number | null, suppressed: boolean }, after: { responses: number | null, suppressed: boolean } } };

export type AlertsSeriesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  every: Granularity;
}>;


export type AlertsSeriesQuery = { npsSeries: Array<{ time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean }> };

export type AlertsDriversQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  beforeFrom: string;
  beforeTo: string;
  afterFrom: string;
  afterTo: string;
  by: Array<Dimension> | Dimension;
  themes: boolean;
}>;


export type AlertsDriversQuery = { drivers: Array<{ theme: string | null, mix: number | null, rate: number | null, low: number | null, high: number | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type AlertsExamplesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  class?: Array<NpsClass> | NpsClass | null | undefined;
}>;


export type AlertsExamplesQuery = { responses: { edges: Array<{ node: { id: string, answeredAt: string, score: number | null, class: NpsClass | null, comment: string | null, segmentValues: Array<{ field: string, value: string }> } }> } };

export type AlertsAcknowledgeMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type AlertsAcknowledgeMutation = { acknowledgeAlert: { id: string, state: AlertState, changedAt: string } };

export type AlertsDismissMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type AlertsDismissMutation = { dismissAlert: { id: string, state: AlertState, changedAt: string } };

export type AlertsOpenCaseMutationVariables = Exact<{
  input: CaseInput;
}>;


export type AlertsOpenCaseMutation = { openCase: { id: string } };

export type AlertsNarrativeQueryVariables = Exact<{
  id: string | number;
}>;


export type AlertsNarrativeQuery = { narratives: { edges: Array<{ node: { id: string, writtenAt: string, sentences: Array<{ text: string, facts: Array<{ id: string, cites: Array<string> }> }> } }> } };

export type AuditLogQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  actor?: string | null | undefined;
  action?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type AuditLogQuery = { auditLog: { edges: Array<{ node: { seq: number, at: string, actor: string, actorName: string, role: string, policyVersion: string | null, purpose: string | null, action: string, subject: unknown, outcome: AuditOutcome, previous: string | null, hash: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AuditChainQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditChainQuery = { auditChain: { sound: boolean, problem: string | null, rows: number, signedRows: number, hash: string | null, checkedAt: string } };

export type BusinessCurvesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  horizon: string;
}>;


export type BusinessCurvesQuery = { retentionCurves: Array<{ class: NpsClass | null, day: number, accounts: number | null, watched: number | null, cancelled: number | null, retention: number | null, retentionLow: number | null, retentionHigh: number | null, suppressed: boolean }> };

export type BusinessChurnQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  groupBy: Array<Dimension> | Dimension;
  horizon: string;
}>;


export type BusinessChurnQuery = { all: Array<{ class: NpsClass | null, accounts: number | null, cancelled: number | null, churn: number | null, suppressed: boolean }>, groups: Array<{ class: NpsClass | null, accounts: number | null, cancelled: number | null, churn: number | null, retentionLow: number | null, retentionHigh: number | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }>, churnAssociation: Array<{ adjustedFor: Array<Dimension>, oddsRatio: number | null, low: number | null, high: number | null, accounts: number | null, otherAccounts: number | null, strata: number | null, leftOut: number | null, notFollowed: number | null, suppressed: boolean }> };

export type BusinessFiguresQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  lifetime: string;
}>;


export type BusinessFiguresQuery = { kpis: Array<{ kpi: Kpi, currency: string | null, value: number | null, low: number | null, high: number | null, n: number | null, leftOut: number | null, suppressed: boolean }>, onboardingSpeed: Array<{ speed: OnboardingSpeed, accounts: number | null, score: number | null, low: number | null, high: number | null, leftOut: number | null, suppressed: boolean }> };

export type BusinessCasesQueryVariables = Exact<{
  from: string;
  to: string;
}>;


export type BusinessCasesQuery = { caseMetrics: Array<{ severity: Severity | null, opened: number, closed: number, late: number, answers: number, hoursToAct: number | null, hoursToActLow: number | null, hoursToActHigh: number | null, hoursToClose: number | null, hoursToCloseLow: number | null, hoursToCloseHigh: number | null, hoursFromAnswer: number | null, hoursFromAnswerLow: number | null, hoursFromAnswerHigh: number | null }> };

export type CasesBoardQueryVariables = Exact<{
  state: Array<CaseState> | CaseState;
  first: number;
}>;


export type CasesBoardQuery = { cases: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { id: string, state: CaseState, severity: Severity, title: string, owner: string | null, dueAt: string | null, openedAt: string, closedAt: string | null, outcome: string | null, segmentValues: Array<{ field: string, value: string }> } }> } };

export type CasesLiveSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type CasesLiveSubscription = { caseUpdates: { position: string, case: { id: string } } };

export type CasesOneQueryVariables = Exact<{
  id: string | number;
}>;


export type CasesOneQuery = { node:
    | { __typename: 'AgentDecision', id: string }
    | { __typename: 'Alert', id: string }
    | { __typename: 'Case', state: CaseState, severity: Severity, title: string, owner: string | null, playbook: string | null, dueAt: string | null, openedAt: string, actedAt: string | null, closedAt: string | null, outcome: string | null, cause: string | null, id: string, segmentValues: Array<{ field: string, value: string }>, events: Array<{ at: string, kind: CaseEventKind, by: string, reason: string }> }
    | { __typename: 'Connection', id: string }
    | { __typename: 'Import', id: string }
    | { __typename: 'LineageRecord', id: string }
    | { __typename: 'ModelVersion', id: string }
    | { __typename: 'Outcome', id: string }
    | { __typename: 'Response', id: string }
   | null };

export type CasesCauseQueryVariables = Exact<{
  id: string | number;
}>;


export type CasesCauseQuery = { node:
    | { __typename: 'AgentDecision', id: string }
    | { __typename: 'Alert', title: string, summary: string, state: AlertState, id: string }
    | { __typename: 'Case', id: string }
    | { __typename: 'Connection', id: string }
    | { __typename: 'Import', id: string }
    | { __typename: 'LineageRecord', id: string }
    | { __typename: 'ModelVersion', id: string }
    | { __typename: 'Outcome', id: string }
    | { __typename: 'Response', score: number | null, class: NpsClass | null, comment: string | null, answeredAt: string, id: string }
   | null };

export type CasesAssignMutationVariables = Exact<{
  id: string | number;
  owner: string;
  reason: string;
}>;


export type CasesAssignMutation = { assignCase: { id: string, state: CaseState, owner: string | null } };

export type CasesStartMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type CasesStartMutation = { startCase: { id: string, state: CaseState } };

export type CasesCommentMutationVariables = Exact<{
  id: string | number;
  comment: string;
}>;


export type CasesCommentMutation = { commentCase: { id: string, state: CaseState } };

export type CasesCloseMutationVariables = Exact<{
  id: string | number;
  outcome: string;
  reason: string;
}>;


export type CasesCloseMutation = { closeCase: { id: string, state: CaseState, outcome: string | null } };

export type DataFirstDeliveryQueryVariables = Exact<{
  id: string | number;
}>;


export type DataFirstDeliveryQuery = { node:
    | { id: string, accepted: number, ignored: number, refused: number, lastRefusal: string | null, lastDeliveryAt: string | null, files: Array<{ path: string, state: string, message: string | null }>, quarantine: { edges: Array<{ node: { id: string, reason: QuarantineReason, field: string | null, advice: string } }> } }
    | Record<PropertyKey, never>
   | null };

export type DataSampleQueryVariables = Exact<{
  item: string | number;
}>;


export type DataSampleQuery = { quarantinedFields: Array<{ path: string, value: string }> | null };

export type DataMapConnectionMutationVariables = Exact<{
  id: string | number;
  mapping: unknown;
}>;


export type DataMapConnectionMutation = { changeConnectionMapping: { id: string }, replayQuarantined: { replayed: number, failed: number, remaining: number } };

export type DataConnectionsQueryVariables = Exact<{
  after?: string | number | null | undefined;
}>;


export type DataConnectionsQuery = { connections: Array<{ id: string, name: string, connector: string, path: string, createdAt: string, createdBy: string, rotatedAt: string | null, formerSecretUntil: string | null, lastDeliveryAt: string | null, deliveries: number, accepted: number, duplicates: number, rejected: number, ignored: number, lastError: string | null, lastErrorAt: string | null, lastRefusal: string | null, lastRefusedAt: string | null, sources: Array<string> | null, waiting: number, fetching: { hasKey: boolean, waiting: number, openUntil: string | null, lastError: string | null } | null }> };

export type DataCreateConnectionMutationVariables = Exact<{
  input: ConnectionInput;
}>;


export type DataCreateConnectionMutation = { createConnection: { secret: string, connection: { id: string, name: string, path: string } } };

export type DataRotateConnectionMutationVariables = Exact<{
  id: string | number;
}>;


export type DataRotateConnectionMutation = { rotateConnection: { secret: string, connection: { id: string, name: string, path: string } } };

export type DataRemoveConnectionMutationVariables = Exact<{
  id: string | number;
}>;


export type DataRemoveConnectionMutation = { removeConnection: boolean };

export type DataSourcesQueryVariables = Exact<{
  after?: string | null | undefined;
  whole: boolean;
}>;


export type DataSourcesQuery = { sources: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { name: string, responsesLast30Days: number, lastAnsweredAt: string, complete: boolean, lastReceivedAt: string, lagSeconds: number, deliveries?: { rejected: number, lastAcceptedAt: string | null, rejectedByCode: Array<{ code: string, count: number }> } | null, quality?: { silenceSeconds: number | null, typicalGapSeconds: number | null, missedInSilence: number | null, stale: boolean, items: number, invalidShare: number | null, duplicateShare: number | null, today: { accepted: number, weekday: string, low: number | null, high: number | null, verdict: VolumeVerdict }, yesterday: { accepted: number, weekday: string, low: number | null, high: number | null, verdict: VolumeVerdict }, missing: Array<{ field: string, share: number }>, clockSkew: { aheadShare: number, medianAheadSeconds: number | null, lateShare: number, medianDelaySeconds: number } | null, wordings: Array<{ node: string, survey: string, version: string, firstSeenAt: string, isNew: boolean }> } | null } }>, unattributed?: { rejected: number, rejectedByCode: Array<{ code: string, count: number }> } | null } };

export type DataImportsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type DataImportsQuery = { imports: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, source: string, by: string, startedAt: string, finishedAt: string | null, undoneAt: string | null, accepted: number, duplicates: number, rejected: number, leftOut: number, undo: { by: string | null, reason: string | null, removed: number, restored: number, stayed: number } | null } }> } };

export type DataUndoImportMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type DataUndoImportMutation = { undoImport: { id: string, undo: { complete: boolean | null, removed: number, restored: number, stayed: number, held: number | null, restricted: number | null, facts: number | null } | null } };

export type DataFirstVisitQueryVariables = Exact<{ [key: string]: never; }>;


export type DataFirstVisitQuery = { responses: { edges: Array<{ node: { id: string } }> }, demo: { state: DemoState, progress: number, answers: number, failure: string | null } };

export type DataLoadExampleMutationVariables = Exact<{ [key: string]: never; }>;


export type DataLoadExampleMutation = { loadExample: { id: string, accepted: number, rejected: number } };

export type DataStartDemoMutationVariables = Exact<{ [key: string]: never; }>;


export type DataStartDemoMutation = { startDemo: { state: DemoState, progress: number, answers: number, failure: string | null } };

export type DataQuarantineQueryVariables = Exact<{
  connection: string | number;
  filter?: QuarantineFilter | null | undefined;
  after?: string | number | null | undefined;
}>;


export type DataQuarantineQuery = { node:
    | { id: string, waiting: number, unkept: number, refused: number, quarantine: { reasons: Array<{ reason: QuarantineReason, count: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: QuarantineStatus, reason: QuarantineReason, code: string, field: string | null, advice: string, position: string, bytes: number, receivedAt: string, attempts: number, attemptedAt: string | null, dueAt: string | null, lastError: string | null, expiresAt: string, settledAt: string | null } }> } }
    | Record<PropertyKey, never>
   | null };

export type DataReplayMutationVariables = Exact<{
  connection: string | number;
  ids?: Array<string | number> | string | number | null | undefined;
  filter?: QuarantineFilter | null | undefined;
  triedBefore?: string | null | undefined;
}>;


export type DataReplayMutation = { replayQuarantined: { replayed: number, failed: number, remaining: number, startedAt: string, problems: Array<{ reason: QuarantineReason, code: string, field: string | null, count: number }> } };

export type DataDiscardMutationVariables = Exact<{
  connection: string | number;
  ids?: Array<string | number> | string | number | null | undefined;
  filter?: QuarantineFilter | null | undefined;
}>;


export type DataDiscardMutation = { discardQuarantined: number };

export type DataQuarantinedContentQueryVariables = Exact<{
  item: string | number;
}>;


export type DataQuarantinedContentQuery = { quarantinedContent: string | null };

export type DataRetentionRulesQueryVariables = Exact<{ [key: string]: never; }>;


export type DataRetentionRulesQuery = { retentionRules: Array<{ field: RetainedField, dimension: string | null, source: string | null, keep: string, configured: boolean, setBy: string | null, setAt: string | null, reason: string | null }> };

export type DataRetentionDueQueryVariables = Exact<{
  field: RetainedField;
  dimension?: Dimension | null | undefined;
  source?: string | null | undefined;
  keep: string;
}>;


export type DataRetentionDueQuery = { retentionDue: number };

export type DataSetRetentionMutationVariables = Exact<{
  field: RetainedField;
  dimension?: Dimension | null | undefined;
  source?: string | null | undefined;
  keep?: string | null | undefined;
  reason: string;
}>;


export type DataSetRetentionMutation = { setRetention: Array<{ field: RetainedField, dimension: string | null, source: string | null, keep: string }> };

export type ExploreLinesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  every: Granularity;
  rolling?: string | null | undefined;
  basis: Basis;
  groupBy: Array<Dimension> | Dimension;
}>;


export type ExploreLinesQuery = { npsSeries: Array<{ id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type ExploreScoresQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
  basis: Basis;
  groupBy: Array<Dimension> | Dimension;
  first?: number | null | undefined;
  orderBy: Array<NpsOrder> | NpsOrder;
}>;


export type ExploreScoresQuery = { nps: Array<{ id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, promoters: number | null, passives: number | null, detractors: number | null, change: number | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type ExploreWhyQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  beforeFrom: string;
  beforeTo: string;
  afterFrom: string;
  afterTo: string;
  by: Array<Dimension> | Dimension;
  themes: boolean;
  basis: Basis;
}>;


export type ExploreWhyQuery = { npsChange: { difference: number | null, low: number | null, high: number | null, pValue: number | null, before: { id: string, score: number | null, responses: number | null, suppressed: boolean }, after: { id: string, score: number | null, responses: number | null, suppressed: boolean } }, drivers: Array<{ theme: string | null, mix: number | null, rate: number | null, low: number | null, high: number | null, responsesBefore: number | null, responsesAfter: number | null, shareBefore: number | null, shareAfter: number | null, scoreBefore: number | null, scoreAfter: number | null, before: string | null, after: string | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type LineageGroupsQueryVariables = Exact<{
  id: string | number;
  direction: TraceDirection;
}>;


export type LineageGroupsQuery = { lineageGroups: { complete: boolean, reason: string | null, node: { id: string, kind: string, label: string, recordedAt: string | null }, groups: Array<{ kind: string, depth: number, count: number | null }>, links: Array<{ from: string, to: string, relation: string }> } };

export type LineageMembersQueryVariables = Exact<{
  id: string | number;
  direction: TraceDirection;
  kind: string;
  contains?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type LineageMembersQuery = { lineageMembers: { nodes: Array<{ id: string, kind: string, label: string, recordedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type LineagePathQueryVariables = Exact<{
  from: string | number;
  to: string | number;
}>;


export type LineagePathQuery = { path: { complete: boolean, reason: string | null, nodes: Array<{ id: string, kind: string, label: string, recordedAt: string | null }>, edges: Array<{ from: string, to: string, relation: string }> } | null };

export type LineageImpactQueryVariables = Exact<{
  id: string | number;
}>;


export type LineageImpactQuery = { impact: { totals: { rollups: number | null, segments: number | null, responses: number | null, inferred: number | null, firstHour: string | null, lastHour: string | null, suppressed: boolean, complete: boolean, reason: string | null }, decisions: { nodes: Array<{ id: string, label: string }>, pageInfo: { hasNextPage: boolean } } | null, alerts: { nodes: Array<{ id: string, label: string }>, pageInfo: { hasNextPage: boolean } } | null } };

export type LineageScoreQueryVariables = Exact<{
  id: string | number;
}>;


export type LineageScoreQuery = { npsRow: { id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean } | null };

export type LineagePresentQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
  basis: Basis;
}>;


export type LineagePresentQuery = { nps: Array<{ id: string, responses: number | null, suppressed: boolean }> };

export type VerifyScoreQueryVariables = Exact<{
  id: string | number;
}>;


export type VerifyScoreQuery = { verify: { verdict: Verdict, reason: string | null, stated: number | null, recomputed: number | null, responses: number, erased: number, rollups: number, root: string | null, offender: string | null, steps: Array<{ check: VerificationCheck, passed: boolean | null, says: string }> } };

export type ExportProofQueryVariables = Exact<{
  id: string | number;
}>;


export type ExportProofQuery = { exportProof: unknown };

export type ScoreAsKnownQueryVariables = Exact<{
  id: string | number;
  knownAt: string;
}>;


export type ScoreAsKnownQuery = { npsAsKnownAt: { knownAt: string, known: { score: number | null, low: number | null, high: number | null, responses: number | null }, now: { score: number | null, low: number | null, high: number | null, responses: number | null }, differences: Array<{ reason: KnownReason, promoters: number, passives: number, detractors: number, responses: number, facts: Array<{ responseId: string, known: NpsClass | null, now: NpsClass | null, recordedAt: string }> }> } };

export type ModelVersionsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelVersionsQuery = { modelVersions: Array<{ id: string, version: number, label: string, stage: ModelStage, trainedAt: string | null, encoder: string, languages: Array<string>, inUse: boolean, companion: { id: string, version: number, languages: Array<string> } | null, companionOf: Array<{ version: number, stage: ModelStage }> }> };

export type ModelReignsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelReignsQuery = { modelVersions: Array<{ id: string, history: Array<{ id: string, to: ModelStage, cause: string }> }> };

export type ModelVersionDetailQueryVariables = Exact<{
  id: string | number;
}>;


export type ModelVersionDetailQuery = { node:
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { version: number, label: string, stage: ModelStage, trainedAt: string | null, encoder: string, languages: Array<string>, artefact: string, evaluation: unknown, id: string, trainingSets: Array<{ hash: string, head: string, examples: number, description: string, until: string | null }>, features: Array<{ key: string, name: string, version: number, source: string, description: string }>, history: Array<{ id: string, from: ModelStage | null, to: ModelStage, cause: string, actor: string, reason: string, recordedAt: string, underReview: boolean, verdicts: Array<{ by: string, at: string, verdict: ReviewVerdict, reason: string }> }> }
    | { id: string }
    | { id: string }
   | null };

export type ModelQualityOfQueryVariables = Exact<{
  id: string | number;
  from: string;
  to: string;
}>;


export type ModelQualityOfQuery = { modelQuality: { judged: number | null, accuracy: number | null, rankedProbabilityScore: number | null, brier: number | null, macroF1: number | null, ece: number | null, abstention: number | null, scored: number | null, confusion: unknown, complete: boolean, accuracyInterval: { low: number, high: number } | null, rankedProbabilityScoreInterval: { low: number, high: number } | null, brierInterval: { low: number, high: number } | null, abstentions: Array<{ reason: AbstentionReason | null, n: number }> | null, mixChange: { shift: number, low: number, high: number, pValue: number } | null } };

export type ModelComparisonOfQueryVariables = Exact<{
  challenger: string | number;
  champion: string | number;
  from: string;
  to: string;
}>;


export type ModelComparisonOfQuery = { modelComparison: { judged: number, difference: number, low: number, high: number, better: boolean, parts: Array<{ judged: number, difference: number, low: number, high: number, better: boolean, challenger: { version: number } | null, champion: { version: number } | null }> | null } | null };

export type ModelReadingsOfQueryVariables = Exact<{
  id: string | number;
  metrics?: Array<ModelMetric> | ModelMetric | null | undefined;
  from: string;
}>;


export type ModelReadingsOfQuery = { modelReadings: Array<{ metric: ModelMetric, from: string, until: string, n: number, referenceN: number, value: number, reference: number | null, low: number | null, high: number | null, adjustedPValue: number | null, alarm: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type TryTextQueryVariables = Exact<{
  text: string;
  id: string | number;
}>;


export type TryTextQuery = { classify: Array<{ class: NpsClass | null, detractor: number, passive: number, promoter: number, sentiment: Sentiment | null, uncertainty: number, abstained: string | null, themes: Array<{ theme: string, probability: number, called: boolean }>, explanation: Array<{ token: string, share: number }> }> };

export type TrainModelMutationVariables = Exact<{
  reason: string;
}>;


export type TrainModelMutation = { trainModel: { id: string, version: number } };

export type PairModelsMutationVariables = Exact<{
  id: string | number;
  companion: string | number;
  reason: string;
}>;


export type PairModelsMutation = { pairModels: { id: string, version: number } };

export type ShadowModelMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type ShadowModelMutation = { shadowModel: { id: string, stage: ModelStage } };

export type PromoteModelMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type PromoteModelMutation = { promoteModel: { id: string, stage: ModelStage } };

export type RollBackModelMutationVariables = Exact<{
  reason: string;
}>;


export type RollBackModelMutation = { rollbackModel: { id: string, version: number, stage: ModelStage } };

export type DisputeModelDecisionMutationVariables = Exact<{
  decision: string | number;
  reason: string;
}>;


export type DisputeModelDecisionMutation = { disputeDecision: { id: string } | null };

export type OverviewAskQueryVariables = Exact<{
  question: string;
}>;


export type OverviewAskQuery = { ask: { kind: QuestionKind | null, by: QuestionReader | null, sentences: Array<string>, examples: Array<string>, failure: LanguageModelFailure | null, query: { name: string, documentId: string, text: string, variables: unknown } | null } };

export type OverviewNarrativeQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
  basis: Basis;
  rewrite: boolean;
}>;


export type OverviewNarrativeQuery = { narrative: { by: NarrativeWriter, refused: Array<NarrativeRefusal>, failure: LanguageModelFailure | null, sentences: Array<{ text: string, facts: Array<{ id: string, cites: Array<string> }> }> } };

export type OverviewNewestQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type OverviewNewestQuery = { responses: { edges: Array<{ node: { id: string, answeredAt: string, score: number | null, class: NpsClass | null, comment: string | null, segmentValues: Array<{ field: string, value: string }> } }> } };

export type OverviewSegmentsQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
  basis: Basis;
  groupBy: Array<Dimension> | Dimension;
}>;


export type OverviewSegmentsQuery = { all: Array<{ id: string, score: number | null, promoters: number | null, passives: number | null, detractors: number | null, suppressed: boolean }>, groups: Array<{ id: string, score: number | null, low: number | null, high: number | null, responses: number | null, promoters: number | null, passives: number | null, detractors: number | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type OverviewThemesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
  basis: Basis;
}>;


export type OverviewThemesQuery = { themes: Array<{ theme: string, responses: number | null, share: number | null, score: number | null, low: number | null, high: number | null, contribution: number | null, contributionLow: number | null, contributionHigh: number | null, suppressed: boolean }> };

export type OverviewTrendQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  every: Granularity;
  basis: Basis;
}>;


export type OverviewTrendQuery = { npsSeries: Array<{ id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean }> };

export type OverviewDriversQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  beforeFrom: string;
  beforeTo: string;
  afterFrom: string;
  afterTo: string;
  by: Array<Dimension> | Dimension;
  themes: boolean;
  basis: Basis;
}>;


export type OverviewDriversQuery = { drivers: Array<{ theme: string | null, mix: number | null, rate: number | null, low: number | null, high: number | null, before: string | null, after: string | null, responsesBefore: number | null, responsesAfter: number | null, scoreBefore: number | null, scoreAfter: number | null, suppressed: boolean, segmentValues: Array<{ field: string, value: string }> }> };

export type OverviewScoreQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
  basis: Basis;
}>;


export type OverviewScoreQuery = { nps: Array<{ id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, promoters: number | null, passives: number | null, detractors: number | null, suppressed: boolean }> };

export type OverviewLiveSubscriptionVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  basis: Basis;
  after?: string | null | undefined;
}>;


export type OverviewLiveSubscription = { npsUpdates: { position: string, lagMs: number | null, row: { id: string, time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, promoters: number | null, passives: number | null, detractors: number | null, suppressed: boolean } } };

export type OverviewChangeQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  beforeFrom: string;
  beforeTo: string;
  afterFrom: string;
  afterTo: string;
  basis: Basis;
}>;


export type OverviewChangeQuery = { npsChange: { difference: number | null, low: number | null, high: number | null, pValue: number | null, before: { id: string, score: number | null, responses: number | null, suppressed: boolean }, after: { id: string, responses: number | null, suppressed: boolean } } };

export type OverviewWeekQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewWeekQuery = { narratives: { edges: Array<{ node: { id: string, title: string, until: string | null, writtenAt: string, sentences: Array<{ text: string, facts: Array<{ id: string, kind: FactKind, cites: Array<string>, numbers: unknown }> }> } }> } };

export type PeopleSubjectQueryVariables = Exact<{
  respondent: string;
}>;


export type PeopleSubjectQuery = { subject: unknown };

export type PeopleRestrictMutationVariables = Exact<{
  respondent: string;
  restricted: boolean;
  reason: string;
}>;


export type PeopleRestrictMutation = { restrictSubject: number };

export type PeopleRectifyMutationVariables = Exact<{
  response: string | number;
  score?: number | null | undefined;
  comment?: string | null | undefined;
  reason: string;
}>;


export type PeopleRectifyMutation = { correctResponse: boolean };

export type PeopleEraseMutationVariables = Exact<{
  respondent: string;
  reason: string;
}>;


export type PeopleEraseMutation = { eraseSubject: { known: boolean, responses: number, complete: boolean, remaining: Array<string>, trainingSets: Array<string>, models: Array<{ version: number, stage: ModelStage }>, records: Array<{ id: string, at: string, by: string, reason: string, responses: number, complete: boolean, completedAt: string | null, trainingSets: Array<string>, wrappedBy: Array<string>, copiesUnreadableSince: string | null }> } };

export type PeopleMergesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PeopleMergesQuery = { merges: { edges: Array<{ node: { id: string, kind: IdentityKind, from: string | null, into: string | null, by: string, reason: string | null, at: string, undoneAt: string | null, undoneBy: string | null, undoReason: string | null, goneAt: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PeopleMergeMutationVariables = Exact<{
  kind: IdentityKind;
  from: string;
  into: string;
  reason: string;
}>;


export type PeopleMergeMutation = { mergeIdentities: string };

export type PeopleUndoMergeMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type PeopleUndoMergeMutation = { undoMerge: boolean };

export type PeopleErasuresQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PeopleErasuresQuery = { erasures: { edges: Array<{ node: { id: string, at: string, by: string, reason: string, responses: number, complete: boolean, completedAt: string | null, trainingSets: Array<string>, wrappedBy: Array<string>, copiesUnreadableSince: string | null, models: Array<{ version: number }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PeopleHoldsQueryVariables = Exact<{ [key: string]: never; }>;


export type PeopleHoldsQuery = { legalHolds: Array<{ id: string, segment: unknown, actor: string, reason: string, placedAt: string, releasedAt: string | null }> };

export type PeoplePlaceHoldMutationVariables = Exact<{
  respondent: string;
  reason: string;
}>;


export type PeoplePlaceHoldMutation = { placeLegalHold: Array<string> };

export type PeopleReleaseHoldMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type PeopleReleaseHoldMutation = { releaseLegalHold: boolean };

export type ResponsesPageQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  class?: Array<NpsClass> | NpsClass | null | undefined;
  themes?: Array<string> | string | null | undefined;
  sentiment?: Array<Sentiment> | Sentiment | null | undefined;
  sources?: Array<string> | string | null | undefined;
  text?: string | null | undefined;
  counted: boolean;
  order: ResponseOrder;
  first: number;
  after?: string | null | undefined;
}>;


export type ResponsesPageQuery = { responses: { searchedTo: string | null, edges: Array<{ node: { id: string, answeredAt: string, score: number | null, class: NpsClass | null, comment: string | null, source: string, segmentValues: Array<{ field: string, value: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ResponsesHeadQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from?: string | null | undefined;
  class?: Array<NpsClass> | NpsClass | null | undefined;
  themes?: Array<string> | string | null | undefined;
  sentiment?: Array<Sentiment> | Sentiment | null | undefined;
  sources?: Array<string> | string | null | undefined;
  text?: string | null | undefined;
  counted: boolean;
  first: number;
}>;


export type ResponsesHeadQuery = { responses: { edges: Array<{ node: { id: string } }> } };

export type ResponsesWindowQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
}>;


export type ResponsesWindowQuery = { nps: Array<{ id: string, time: string, until: string, responses: number | null, promoters: number | null, passives: number | null, detractors: number | null, suppressed: boolean }> };

export type ResponsesCountsQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  predictions: boolean;
}>;


export type ResponsesCountsQuery = { responseCounts: { responses: number, complete: boolean, sources: Array<{ source: string, responses: number }>, sentiments?: { negative: number, neutral: number, positive: number } | null } };

export type ResponsesThemesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  asOf?: string | null | undefined;
}>;


export type ResponsesThemesQuery = { themes: Array<{ theme: string, responses: number | null, suppressed: boolean }> };

export type ResponsesSourcesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
}>;


export type ResponsesSourcesQuery = { sources: { edges: Array<{ node: { name: string } }> } };

export type ResponsesLiveSubscriptionVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  window: string;
  after?: string | null | undefined;
}>;


export type ResponsesLiveSubscription = { npsUpdates: { position: string, lagMs: number | null, row: { id: string } } };

export type ResponsesAnswerQueryVariables = Exact<{
  id: string | number;
}>;


export type ResponsesAnswerQuery = { node:
    | { __typename: 'AgentDecision', id: string }
    | { __typename: 'Alert', id: string }
    | { __typename: 'Case', id: string }
    | { __typename: 'Connection', id: string }
    | { __typename: 'Import', id: string }
    | { __typename: 'LineageRecord', id: string }
    | { __typename: 'ModelVersion', id: string }
    | { __typename: 'Outcome', id: string }
    | { __typename: 'Response', externalId: string, source: string, answeredAt: string, receivedAt: string, score: number | null, scale: string, class: NpsClass | null, survey: string, surveyVersion: string, comment: string | null, respondent: string | null, id: string, counting: { counted: boolean, reason: CountingReason | null, rule: string | null, since: string | null, instead: string | null, flags: Array<string> | null }, segmentValues: Array<{ field: string, value: string }>, prediction: { class: NpsClass | null, promoter: number, passive: number, detractor: number, sentiment: Sentiment | null, negative: number, neutral: number, positive: number, uncertainty: number, abstained: string | null, modelVersion: { id: string, version: number }, themes: Array<{ theme: string, probability: number, called: boolean }> } | null }
   | null };

export type ResponsesExplanationQueryVariables = Exact<{
  id: string | number;
  head: Head;
}>;


export type ResponsesExplanationQuery = { node:
    | { __typename: 'AgentDecision', id: string }
    | { __typename: 'Alert', id: string }
    | { __typename: 'Case', id: string }
    | { __typename: 'Connection', id: string }
    | { __typename: 'Import', id: string }
    | { __typename: 'LineageRecord', id: string }
    | { __typename: 'ModelVersion', id: string }
    | { __typename: 'Outcome', id: string }
    | { __typename: 'Response', id: string, prediction: { explanation: Array<{ token: string, share: number }> } | null }
   | null };

export type ResponsesLineageQueryVariables = Exact<{
  id: string | number;
}>;


export type ResponsesLineageQuery = { trace: { nodes: Array<{ id: string, kind: string, label: string, recordedAt: string | null }> }, reviews: { nodes: Array<{ id: string, label: string, recordedAt: string | null }> } };

export type ResponsesDisputeMutationVariables = Exact<{
  response: string | number;
  reason: string;
}>;


export type ResponsesDisputeMutation = { disputeResponse: { id: string } | null };

export type ResponsesCorrectMutationVariables = Exact<{
  response: string | number;
  score?: number | null | undefined;
  comment?: string | null | undefined;
  reason: string;
}>;


export type ResponsesCorrectMutation = { correctResponse: boolean };

export type ResponsesRestrictMutationVariables = Exact<{
  respondent: string;
  restricted: boolean;
  reason: string;
}>;


export type ResponsesRestrictMutation = { restrictSubject: number };

export type ResponsesCountMutationVariables = Exact<{
  response: string | number;
  counted: boolean;
  reason: string;
}>;


export type ResponsesCountMutation = { countResponse: boolean };

export type ResponsesEraseMutationVariables = Exact<{
  respondent: string;
  reason: string;
}>;


export type ResponsesEraseMutation = { eraseSubject: { known: boolean, responses: number, complete: boolean, remaining: Array<string> } };

export type ReviewQueueQueryVariables = Exact<{
  first: number;
  decided: boolean;
}>;


export type ReviewQueueQuery = { reviewQueue: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { id: string, cause: ReviewCause, reason: string | null, queuedAt: string, claimedUntil: string | null, decidedAt: string | null, approvals: number, blocked: string | null, modelVersion: { id: string, version: number, label: string } | null, decision: { id: string, label: string } | null, decisions: Array<{ by: string, at: string, verdict: ReviewVerdict, class: NpsClass | null, reason: string }>, response: { id: string, externalId: string, answeredAt: string, score: number | null, class: NpsClass | null, comment: string | null, source: string, segmentValues: Array<{ field: string, value: string }>, prediction: { class: NpsClass | null, detractor: number, passive: number, promoter: number, abstained: string | null } | null } | null } }> } };

export type ReviewExplanationQueryVariables = Exact<{
  id: string | number;
}>;


export type ReviewExplanationQuery = { node:
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string, prediction: { explanation: Array<{ token: string, share: number }> } | null }
   | null };

export type ReviewCountsQueryVariables = Exact<{ [key: string]: never; }>;


export type ReviewCountsQuery = { reviewCounts: { waiting: number, claimed: number, decided: number, own: number } };

export type ClaimReviewMutationVariables = Exact<{
  id: string | number;
}>;


export type ClaimReviewMutation = { claimReview: { id: string, claimedUntil: string | null } };

export type ReleaseReviewMutationVariables = Exact<{
  id: string | number;
}>;


export type ReleaseReviewMutation = { releaseReview: { id: string, claimedUntil: string | null } };

export type DecideReviewMutationVariables = Exact<{
  id: string | number;
  input: ReviewDecisionInput;
}>;


export type DecideReviewMutation = { decideReview: { id: string, decidedAt: string | null, blocked: string | null } };

export type RulesListQueryVariables = Exact<{ [key: string]: never; }>;


export type RulesListQuery = { rules: Array<{ name: string, version: number, rule: unknown, enabled: boolean, problem: string | null, createdBy: string, createdAt: string | null, reason: string, test: { from: string, to: string, fired: number, real: number | null, undecided: number | null } | null }> };

export type RulesVersionsQueryVariables = Exact<{
  name: string;
}>;


export type RulesVersionsQuery = { ruleVersions: Array<{ name: string, version: number, rule: unknown, enabled: boolean, problem: string | null, createdBy: string, createdAt: string | null, reason: string, test: { from: string, to: string, fired: number, real: number | null, undecided: number | null } | null }> };

export type RulesReplayQueryVariables = Exact<{
  rule: unknown;
  from: string;
  to: string;
}>;


export type RulesReplayQuery = { replayRule: { from: string, to: string, fired: number, real: number, undecided: number, statedFalseAlarmsPerYear: number | null, firings: Array<{ at: string, verdict: FiringVerdict }> } };

export type RulesSeriesQueryVariables = Exact<{
  segment?: SegmentInput | null | undefined;
  from: string;
  to: string;
  every: Granularity;
}>;


export type RulesSeriesQuery = { npsSeries: Array<{ time: string, until: string, score: number | null, low: number | null, high: number | null, responses: number | null, suppressed: boolean }> };

export type RulesSaveMutationVariables = Exact<{
  name: string;
  rule: unknown;
  enabled: boolean;
  reason: string;
}>;


export type RulesSaveMutation = { saveRule: { name: string, version: number, rule: unknown, enabled: boolean, problem: string | null, createdBy: string, createdAt: string | null, reason: string, test: { from: string, to: string, fired: number, real: number | null, undecided: number | null } | null } };

export type TargetsListQueryVariables = Exact<{ [key: string]: never; }>;


export type TargetsListQuery = { targets: Array<{ id: string, name: string, kind: TargetKind, settings: unknown, hasSecret: boolean, events: Array<TargetEvent>, role: string, segment: unknown, rate: number, createdAt: string, createdBy: string, failures: number, pausedUntil: string | null, disabledAt: string | null, disabledReason: string | null }> };

export type TargetsRolesQueryVariables = Exact<{ [key: string]: never; }>;


export type TargetsRolesQuery = { roles: Array<{ name: string }> };

export type TargetsDeliveriesQueryVariables = Exact<{
  target?: string | number | null | undefined;
  state?: Array<DeliveryState> | DeliveryState | null | undefined;
  first: number;
}>;


export type TargetsDeliveriesQuery = { deliveries: { pageInfo: { hasNextPage: boolean }, edges: Array<{ node: { id: string, event: TargetEvent, subject: string, state: DeliveryState, attempts: number, due: string, createdAt: string, settledAt: string | null, lastStatus: number | null, lastError: string | null, remoteId: string | null, target: { id: string, name: string } } }> } };

export type TargetsCreateMutationVariables = Exact<{
  input: TargetInput;
}>;


export type TargetsCreateMutation = { createTarget: { secret: string | null, target: { id: string, name: string } } };

export type TargetsUpdateMutationVariables = Exact<{
  id: string | number;
  input: TargetChanges;
  reason: string;
}>;


export type TargetsUpdateMutation = { updateTarget: { id: string, disabledAt: string | null } };

export type TargetsRemoveMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type TargetsRemoveMutation = { removeTarget: boolean };

export type TargetsTestMutationVariables = Exact<{
  id: string | number;
  event: TargetEvent;
  send: boolean;
}>;


export type TargetsTestMutation = { testTarget: { sent: boolean, delivered: boolean, status: number | null, error: string | null, request: { method: string, url: string, headers: unknown, body: string } } };

export type TargetsReplayMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type TargetsReplayMutation = { replayDelivery: { id: string, state: DeliveryState } };

export type TargetsReplayAllMutationVariables = Exact<{
  target: string | number;
  reason: string;
}>;


export type TargetsReplayAllMutation = { replayDeliveries: number };

export type TargetsOnCallQueryVariables = Exact<{ [key: string]: never; }>;


export type TargetsOnCallQuery = { onCall: { version: number, plan: unknown, createdBy: string, createdAt: string, reason: string, quietUntil: string | null, now: Array<{ schedule: string, target: string, next: string, until: string }>, steps: Array<{ step: number, minutes: number, schedule: string | null, target: string }> } | null };

export type TargetsSaveOnCallMutationVariables = Exact<{
  plan: unknown;
  reason: string;
}>;


export type TargetsSaveOnCallMutation = { saveOnCall: { version: number } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    name
    role
    rights
    smallestCount
    attributes
    sources
    expiresAt
    policyVersion
    languageModel
  }
  dimensions {
    field
    enumValue
    label
    description
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const AccountsOfDocument = new TypedDocumentString(`
    query AccountsOf($about: [ID!]!) {
  accountsOf(about: $about) {
    about
    account
    owner
    cause
    since
    decidedAt
    reasons
    probability
    facts {
      detractor
      promoter
      scoresFall
      namesCancellation
      usageFell
      usageGrew
      pays
    }
    moneyAtStake {
      amount
      currency
    }
    alert {
      id
    }
    case {
      id
      title
    }
    decision {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<AccountsOfQuery, AccountsOfQueryVariables>;
export const MarkedImportsDocument = new TypedDocumentString(`
    query MarkedImports {
  imports(first: 50) {
    edges {
      node {
        id
        name
        startedAt
        undoneAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MarkedImportsQuery, MarkedImportsQueryVariables>;
export const MarkedModelsDocument = new TypedDocumentString(`
    query MarkedModels {
  modelVersions {
    id
    version
    history {
      to
      recordedAt
    }
  }
}
    `) as unknown as TypedDocumentString<MarkedModelsQuery, MarkedModelsQueryVariables>;
export const MarkedChangesDocument = new TypedDocumentString(`
    query MarkedChanges($from: DateTime!, $to: DateTime!, $segment: SegmentInput) {
  changes(from: $from, to: $to, segment: $segment, first: 200) {
    edges {
      node {
        id
        kind
        title
        at
        until
        link
        segmentValues {
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MarkedChangesQuery, MarkedChangesQueryVariables>;
export const DimensionValuesDocument = new TypedDocumentString(`
    query DimensionValues($dimension: Dimension!) {
  dimensionValues(dimension: $dimension)
}
    `) as unknown as TypedDocumentString<DimensionValuesQuery, DimensionValuesQueryVariables>;
export const AccessKeysDocument = new TypedDocumentString(`
    query AccessKeys {
  apiKeys {
    id
    name
    role
    attributes
    sources
    readOnly
    createdAt
    createdBy
    expiresAt
    lastUsedAt
    revokedAt
    revokedBy
  }
}
    `) as unknown as TypedDocumentString<AccessKeysQuery, AccessKeysQueryVariables>;
export const AccessRolesDocument = new TypedDocumentString(`
    query AccessRoles {
  roles {
    name
    permissions {
      group
      reach
    }
  }
}
    `) as unknown as TypedDocumentString<AccessRolesQuery, AccessRolesQueryVariables>;
export const AccessPermissionsDocument = new TypedDocumentString(`
    query AccessPermissions($role: String!, $attributes: JSON) {
  permissions(role: $role, attributes: $attributes) {
    group
    reach
    segments
    more
  }
}
    `) as unknown as TypedDocumentString<AccessPermissionsQuery, AccessPermissionsQueryVariables>;
export const AccessSessionsDocument = new TypedDocumentString(`
    query AccessSessions($first: Int!, $actor: String) {
  browserSessions(first: $first, actor: $actor) {
    edges {
      node {
        id
        actor
        name
        role
        createdAt
        lastSeenAt
        expiresAt
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<AccessSessionsQuery, AccessSessionsQueryVariables>;
export const AccessEndSessionsDocument = new TypedDocumentString(`
    mutation AccessEndSessions($actor: String, $id: ID, $reason: String!) {
  endBrowserSessions(actor: $actor, id: $id, reason: $reason)
}
    `) as unknown as TypedDocumentString<AccessEndSessionsMutation, AccessEndSessionsMutationVariables>;
export const AccessCreateKeyDocument = new TypedDocumentString(`
    mutation AccessCreateKey($input: ApiKeyInput!) {
  createApiKey(input: $input) {
    id
    key
  }
}
    `) as unknown as TypedDocumentString<AccessCreateKeyMutation, AccessCreateKeyMutationVariables>;
export const AccessRevokeKeyDocument = new TypedDocumentString(`
    mutation AccessRevokeKey($id: ID!, $reason: String!) {
  revokeApiKey(id: $id, reason: $reason)
}
    `) as unknown as TypedDocumentString<AccessRevokeKeyMutation, AccessRevokeKeyMutationVariables>;
export const AgentsListDocument = new TypedDocumentString(`
    query AgentsList {
  agents {
    name
    description
    version
    autonomy
    defaultAutonomy
    enabled
    changedBy
    changedAt
    reason
    lastRunAt
    observed
    error
    decisions {
      state
      count
    }
  }
}
    `) as unknown as TypedDocumentString<AgentsListQuery, AgentsListQueryVariables>;
export const AgentsDryRunDocument = new TypedDocumentString(`
    query AgentsDryRun($name: String!) {
  agentDryRun(name: $name) {
    key
    action
    nearMiss
    reason
  }
}
    `) as unknown as TypedDocumentString<AgentsDryRunQuery, AgentsDryRunQueryVariables>;
export const AgentsDecisionsDocument = new TypedDocumentString(`
    query AgentsDecisions($agent: String, $state: [DecisionState!], $first: Int!) {
  decisions(agent: $agent, state: $state, first: $first) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        id
        agent
        key
        state
        nearMiss
        reason
        decidedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AgentsDecisionsQuery, AgentsDecisionsQueryVariables>;
export const AgentsDecisionDocument = new TypedDocumentString(`
    query AgentsDecision($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on AgentDecision {
      agent
      key
      policy
      state
      autonomy
      action
      nearMiss
      reason
      inputs
      inputHash
      outcome
      about
      traceId
      decidedAt
      settledAt
      alternatives {
        action
        reason
      }
      approval {
        verb
        by
        at
        reason
        edited
      }
      replay {
        same
        reason
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AgentsDecisionQuery, AgentsDecisionQueryVariables>;
export const AgentsSetDocument = new TypedDocumentString(`
    mutation AgentsSet($name: String!, $autonomy: Autonomy!, $enabled: Boolean!, $reason: String!) {
  setAgent(name: $name, autonomy: $autonomy, enabled: $enabled, reason: $reason) {
    name
    autonomy
    enabled
  }
}
    `) as unknown as TypedDocumentString<AgentsSetMutation, AgentsSetMutationVariables>;
export const AgentsApproveDocument = new TypedDocumentString(`
    mutation AgentsApprove($id: ID!, $reason: String!) {
  approveDecision(id: $id, reason: $reason) {
    id
    state
    outcome
  }
}
    `) as unknown as TypedDocumentString<AgentsApproveMutation, AgentsApproveMutationVariables>;
export const AgentsEditDocument = new TypedDocumentString(`
    mutation AgentsEdit($id: ID!, $action: JSON!, $reason: String!) {
  editDecision(id: $id, action: $action, reason: $reason) {
    id
    state
    outcome
  }
}
    `) as unknown as TypedDocumentString<AgentsEditMutation, AgentsEditMutationVariables>;
export const AgentsRejectDocument = new TypedDocumentString(`
    mutation AgentsReject($id: ID!, $reason: String!) {
  rejectDecision(id: $id, reason: $reason) {
    id
    state
    outcome
  }
}
    `) as unknown as TypedDocumentString<AgentsRejectMutation, AgentsRejectMutationVariables>;
export const AlertsListDocument = new TypedDocumentString(`
    query AlertsList($state: [AlertState!]!, $first: Int!) {
  alerts(state: $state, first: $first) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        id
        state
        severity
        rule
        title
        summary
        since
        raisedAt
        changedAt
        segmentValues {
          field
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsListQuery, AlertsListQueryVariables>;
export const AlertsLiveDocument = new TypedDocumentString(`
    subscription AlertsLive($after: String) {
  alertUpdates(after: $after) {
    position
    alert {
      id
      state
      severity
      rule
      title
      summary
      since
      raisedAt
      changedAt
      segmentValues {
        field
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsLiveSubscription, AlertsLiveSubscriptionVariables>;
export const AlertsOneDocument = new TypedDocumentString(`
    query AlertsOne($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Alert {
      state
      severity
      rule
      title
      summary
      since
      raisedAt
      changedAt
      resolvedAt
      facts
      evidence
      segmentValues {
        field
        value
      }
      before {
        id
        time
        until
        score
        low
        high
        responses
        suppressed
      }
      after {
        id
        time
        until
        score
        low
        high
        responses
        suppressed
      }
      decision {
        id
        agent
        policy
        state
        reason
        decidedAt
        action
        alternatives {
          action
          reason
        }
        replay {
          same
          reason
        }
      }
      events {
        at
        kind
        by
        reason
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsOneQuery, AlertsOneQueryVariables>;
export const AlertsAccountsDocument = new TypedDocumentString(`
    query AlertsAccounts($cause: AccountCause!, $first: Int!) {
  accountsAtRisk(cause: $cause, first: $first) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        account
        owner
        reasons
        alert {
          id
        }
        decision {
          id
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsAccountsQuery, AlertsAccountsQueryVariables>;
export const AlertsChangeDocument = new TypedDocumentString(`
    query AlertsChange($segment: SegmentInput, $beforeFrom: DateTime!, $beforeTo: DateTime!, $afterFrom: DateTime!, $afterTo: DateTime!) {
  npsChange(
    segment: $segment
    beforeFrom: $beforeFrom
    beforeTo: $beforeTo
    afterFrom: $afterFrom
    afterTo: $afterTo
  ) {
    difference
    low
    high
    pValue
    before {
      responses
      suppressed
    }
    after {
      responses
      suppressed
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsChangeQuery, AlertsChangeQueryVariables>;
export const AlertsSeriesDocument = new TypedDocumentString(`
    query AlertsSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {
  npsSeries(segment: $segment, from: $from, to: $to, every: $every) {
    time
    until
    score
    low
    high
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<AlertsSeriesQuery, AlertsSeriesQueryVariables>;
export const AlertsDriversDocument = new TypedDocumentString(`
    query AlertsDrivers($segment: SegmentInput, $beforeFrom: DateTime!, $beforeTo: DateTime!, $afterFrom: DateTime!, $afterTo: DateTime!, $by: [Dimension!]!, $themes: Boolean!) {
  drivers(
    segment: $segment
    beforeFrom: $beforeFrom
    beforeTo: $beforeTo
    afterFrom: $afterFrom
    afterTo: $afterTo
    by: $by
    themes: $themes
  ) {
    segmentValues {
      field
      value
    }
    theme
    mix
    rate
    low
    high
    suppressed
  }
}
    `) as unknown as TypedDocumentString<AlertsDriversQuery, AlertsDriversQueryVariables>;
export const AlertsExamplesDocument = new TypedDocumentString(`
    query AlertsExamples($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $class: [NpsClass!]) {
  responses(segment: $segment, from: $from, to: $to, class: $class, first: 40) {
    edges {
      node {
        id
        answeredAt
        score
        class
        comment
        segmentValues {
          field
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsExamplesQuery, AlertsExamplesQueryVariables>;
export const AlertsAcknowledgeDocument = new TypedDocumentString(`
    mutation AlertsAcknowledge($id: ID!, $reason: String!) {
  acknowledgeAlert(id: $id, reason: $reason) {
    id
    state
    changedAt
  }
}
    `) as unknown as TypedDocumentString<AlertsAcknowledgeMutation, AlertsAcknowledgeMutationVariables>;
export const AlertsDismissDocument = new TypedDocumentString(`
    mutation AlertsDismiss($id: ID!, $reason: String!) {
  dismissAlert(id: $id, reason: $reason) {
    id
    state
    changedAt
  }
}
    `) as unknown as TypedDocumentString<AlertsDismissMutation, AlertsDismissMutationVariables>;
export const AlertsOpenCaseDocument = new TypedDocumentString(`
    mutation AlertsOpenCase($input: CaseInput!) {
  openCase(input: $input) {
    id
  }
}
    `) as unknown as TypedDocumentString<AlertsOpenCaseMutation, AlertsOpenCaseMutationVariables>;
export const AlertsNarrativeDocument = new TypedDocumentString(`
    query AlertsNarrative($id: ID!) {
  narratives(about: $id, kind: ALERT, first: 1) {
    edges {
      node {
        id
        writtenAt
        sentences {
          text
          facts {
            id
            cites
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertsNarrativeQuery, AlertsNarrativeQueryVariables>;
export const AuditLogDocument = new TypedDocumentString(`
    query AuditLog($first: Int!, $after: String, $actor: String, $action: String, $from: DateTime, $to: DateTime) {
  auditLog(
    first: $first
    after: $after
    actor: $actor
    action: $action
    from: $from
    to: $to
  ) {
    edges {
      node {
        seq
        at
        actor
        actorName
        role
        policyVersion
        purpose
        action
        subject
        outcome
        previous
        hash
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditLogQuery, AuditLogQueryVariables>;
export const AuditChainDocument = new TypedDocumentString(`
    query AuditChain {
  auditChain {
    sound
    problem
    rows
    signedRows
    hash
    checkedAt
  }
}
    `) as unknown as TypedDocumentString<AuditChainQuery, AuditChainQueryVariables>;
export const BusinessCurvesDocument = new TypedDocumentString(`
    query BusinessCurves($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $horizon: Duration!) {
  retentionCurves(segment: $segment, from: $from, to: $to, horizon: $horizon) {
    class
    day
    accounts
    watched
    cancelled
    retention
    retentionLow
    retentionHigh
    suppressed
  }
}
    `) as unknown as TypedDocumentString<BusinessCurvesQuery, BusinessCurvesQueryVariables>;
export const BusinessChurnDocument = new TypedDocumentString(`
    query BusinessChurn($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $groupBy: [Dimension!]!, $horizon: Duration!) {
  all: churnBySegment(segment: $segment, from: $from, to: $to, horizon: $horizon) {
    class
    accounts
    cancelled
    churn
    suppressed
  }
  groups: churnBySegment(
    segment: $segment
    from: $from
    to: $to
    groupBy: $groupBy
    horizon: $horizon
  ) {
    segmentValues {
      field
      value
    }
    class
    accounts
    cancelled
    churn
    retentionLow
    retentionHigh
    suppressed
  }
  churnAssociation(
    segment: $segment
    from: $from
    to: $to
    adjustFor: $groupBy
    horizon: $horizon
  ) {
    adjustedFor
    oddsRatio
    low
    high
    accounts
    otherAccounts
    strata
    leftOut
    notFollowed
    suppressed
  }
}
    `) as unknown as TypedDocumentString<BusinessChurnQuery, BusinessChurnQueryVariables>;
export const BusinessFiguresDocument = new TypedDocumentString(`
    query BusinessFigures($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $lifetime: Duration!) {
  kpis(segment: $segment, from: $from, to: $to, lifetime: $lifetime) {
    kpi
    currency
    value
    low
    high
    n
    leftOut
    suppressed
  }
  onboardingSpeed(segment: $segment, from: $from, to: $to) {
    speed
    accounts
    score
    low
    high
    leftOut
    suppressed
  }
}
    `) as unknown as TypedDocumentString<BusinessFiguresQuery, BusinessFiguresQueryVariables>;
export const BusinessCasesDocument = new TypedDocumentString(`
    query BusinessCases($from: DateTime!, $to: DateTime!) {
  caseMetrics(from: $from, to: $to) {
    severity
    opened
    closed
    late
    answers
    hoursToAct
    hoursToActLow
    hoursToActHigh
    hoursToClose
    hoursToCloseLow
    hoursToCloseHigh
    hoursFromAnswer
    hoursFromAnswerLow
    hoursFromAnswerHigh
  }
}
    `) as unknown as TypedDocumentString<BusinessCasesQuery, BusinessCasesQueryVariables>;
export const CasesBoardDocument = new TypedDocumentString(`
    query CasesBoard($state: [CaseState!]!, $first: Int!) {
  cases(state: $state, first: $first) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        id
        state
        severity
        title
        owner
        dueAt
        openedAt
        closedAt
        outcome
        segmentValues {
          field
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CasesBoardQuery, CasesBoardQueryVariables>;
export const CasesLiveDocument = new TypedDocumentString(`
    subscription CasesLive($after: String) {
  caseUpdates(after: $after) {
    position
    case {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<CasesLiveSubscription, CasesLiveSubscriptionVariables>;
export const CasesOneDocument = new TypedDocumentString(`
    query CasesOne($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Case {
      state
      severity
      title
      owner
      playbook
      dueAt
      openedAt
      actedAt
      closedAt
      outcome
      cause
      segmentValues {
        field
        value
      }
      events {
        at
        kind
        by
        reason
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CasesOneQuery, CasesOneQueryVariables>;
export const CasesCauseDocument = new TypedDocumentString(`
    query CasesCause($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Alert {
      title
      summary
      state
    }
    ... on Response {
      score
      class
      comment
      answeredAt
    }
  }
}
    `) as unknown as TypedDocumentString<CasesCauseQuery, CasesCauseQueryVariables>;
export const CasesAssignDocument = new TypedDocumentString(`
    mutation CasesAssign($id: ID!, $owner: String!, $reason: String!) {
  assignCase(id: $id, owner: $owner, reason: $reason) {
    id
    state
    owner
  }
}
    `) as unknown as TypedDocumentString<CasesAssignMutation, CasesAssignMutationVariables>;
export const CasesStartDocument = new TypedDocumentString(`
    mutation CasesStart($id: ID!, $reason: String!) {
  startCase(id: $id, reason: $reason) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<CasesStartMutation, CasesStartMutationVariables>;
export const CasesCommentDocument = new TypedDocumentString(`
    mutation CasesComment($id: ID!, $comment: String!) {
  commentCase(id: $id, comment: $comment) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<CasesCommentMutation, CasesCommentMutationVariables>;
export const CasesCloseDocument = new TypedDocumentString(`
    mutation CasesClose($id: ID!, $outcome: String!, $reason: String!) {
  closeCase(id: $id, outcome: $outcome, reason: $reason) {
    id
    state
    outcome
  }
}
    `) as unknown as TypedDocumentString<CasesCloseMutation, CasesCloseMutationVariables>;
export const DataFirstDeliveryDocument = new TypedDocumentString(`
    query DataFirstDelivery($id: ID!) {
  node(id: $id) {
    ... on Connection {
      id
      accepted
      ignored
      refused
      lastRefusal
      lastDeliveryAt
      files {
        path
        state
        message
      }
      quarantine(filter: {statuses: [WAITING]}, first: 1) {
        edges {
          node {
            id
            reason
            field
            advice
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DataFirstDeliveryQuery, DataFirstDeliveryQueryVariables>;
export const DataSampleDocument = new TypedDocumentString(`
    query DataSample($item: ID!) {
  quarantinedFields(item: $item) {
    path
    value
  }
}
    `) as unknown as TypedDocumentString<DataSampleQuery, DataSampleQueryVariables>;
export const DataMapConnectionDocument = new TypedDocumentString(`
    mutation DataMapConnection($id: ID!, $mapping: JSON!) {
  changeConnectionMapping(id: $id, mapping: $mapping) {
    id
  }
  replayQuarantined(connection: $id) {
    replayed
    failed
    remaining
  }
}
    `) as unknown as TypedDocumentString<DataMapConnectionMutation, DataMapConnectionMutationVariables>;
export const DataConnectionsDocument = new TypedDocumentString(`
    query DataConnections($after: ID) {
  connections(after: $after) {
    id
    name
    connector
    path
    createdAt
    createdBy
    rotatedAt
    formerSecretUntil
    lastDeliveryAt
    deliveries
    accepted
    duplicates
    rejected
    ignored
    lastError
    lastErrorAt
    lastRefusal
    lastRefusedAt
    sources
    waiting
    fetching {
      hasKey
      waiting
      openUntil
      lastError
    }
  }
}
    `) as unknown as TypedDocumentString<DataConnectionsQuery, DataConnectionsQueryVariables>;
export const DataCreateConnectionDocument = new TypedDocumentString(`
    mutation DataCreateConnection($input: ConnectionInput!) {
  createConnection(input: $input) {
    secret
    connection {
      id
      name
      path
    }
  }
}
    `) as unknown as TypedDocumentString<DataCreateConnectionMutation, DataCreateConnectionMutationVariables>;
export const DataRotateConnectionDocument = new TypedDocumentString(`
    mutation DataRotateConnection($id: ID!) {
  rotateConnection(id: $id) {
    secret
    connection {
      id
      name
      path
    }
  }
}
    `) as unknown as TypedDocumentString<DataRotateConnectionMutation, DataRotateConnectionMutationVariables>;
export const DataRemoveConnectionDocument = new TypedDocumentString(`
    mutation DataRemoveConnection($id: ID!) {
  removeConnection(id: $id)
}
    `) as unknown as TypedDocumentString<DataRemoveConnectionMutation, DataRemoveConnectionMutationVariables>;
export const DataSourcesDocument = new TypedDocumentString(`
    query DataSources($after: String, $whole: Boolean!) {
  sources(first: 20, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        name
        responsesLast30Days
        lastAnsweredAt
        complete
        lastReceivedAt
        lagSeconds
        deliveries @include(if: $whole) {
          rejected
          rejectedByCode {
            code
            count
          }
          lastAcceptedAt
        }
        quality @include(if: $whole) {
          today {
            accepted
            weekday
            low
            high
            verdict
          }
          yesterday {
            accepted
            weekday
            low
            high
            verdict
          }
          silenceSeconds
          typicalGapSeconds
          missedInSilence
          stale
          items
          invalidShare
          duplicateShare
          missing {
            field
            share
          }
          clockSkew {
            aheadShare
            medianAheadSeconds
            lateShare
            medianDelaySeconds
          }
          wordings {
            node
            survey
            version
            firstSeenAt
            isNew
          }
        }
      }
    }
    unattributed @include(if: $whole) {
      rejected
      rejectedByCode {
        code
        count
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DataSourcesQuery, DataSourcesQueryVariables>;
export const DataImportsDocument = new TypedDocumentString(`
    query DataImports($after: String) {
  imports(first: 20, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        name
        source
        by
        startedAt
        finishedAt
        undoneAt
        accepted
        duplicates
        rejected
        leftOut
        undo {
          by
          reason
          removed
          restored
          stayed
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DataImportsQuery, DataImportsQueryVariables>;
export const DataUndoImportDocument = new TypedDocumentString(`
    mutation DataUndoImport($id: ID!, $reason: String!) {
  undoImport(id: $id, reason: $reason) {
    id
    undo {
      complete
      removed
      restored
      stayed
      held
      restricted
      facts
    }
  }
}
    `) as unknown as TypedDocumentString<DataUndoImportMutation, DataUndoImportMutationVariables>;
export const DataFirstVisitDocument = new TypedDocumentString(`
    query DataFirstVisit {
  responses(first: 1) {
    edges {
      node {
        id
      }
    }
  }
  demo {
    state
    progress
    answers
    failure
  }
}
    `) as unknown as TypedDocumentString<DataFirstVisitQuery, DataFirstVisitQueryVariables>;
export const DataLoadExampleDocument = new TypedDocumentString(`
    mutation DataLoadExample {
  loadExample {
    id
    accepted
    rejected
  }
}
    `) as unknown as TypedDocumentString<DataLoadExampleMutation, DataLoadExampleMutationVariables>;
export const DataStartDemoDocument = new TypedDocumentString(`
    mutation DataStartDemo {
  startDemo(liveMinutes: 60) {
    state
    progress
    answers
    failure
  }
}
    `) as unknown as TypedDocumentString<DataStartDemoMutation, DataStartDemoMutationVariables>;
export const DataQuarantineDocument = new TypedDocumentString(`
    query DataQuarantine($connection: ID!, $filter: QuarantineFilter, $after: ID) {
  node(id: $connection) {
    ... on Connection {
      id
      waiting
      unkept
      refused
      quarantine(filter: $filter, first: 25, after: $after) {
        reasons {
          reason
          count
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            status
            reason
            code
            field
            advice
            position
            bytes
            receivedAt
            attempts
            attemptedAt
            dueAt
            lastError
            expiresAt
            settledAt
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DataQuarantineQuery, DataQuarantineQueryVariables>;
export const DataReplayDocument = new TypedDocumentString(`
    mutation DataReplay($connection: ID!, $ids: [ID!], $filter: QuarantineFilter, $triedBefore: DateTime) {
  replayQuarantined(
    connection: $connection
    ids: $ids
    filter: $filter
    triedBefore: $triedBefore
  ) {
    replayed
    failed
    remaining
    startedAt
    problems {
      reason
      code
      field
      count
    }
  }
}
    `) as unknown as TypedDocumentString<DataReplayMutation, DataReplayMutationVariables>;
export const DataDiscardDocument = new TypedDocumentString(`
    mutation DataDiscard($connection: ID!, $ids: [ID!], $filter: QuarantineFilter) {
  discardQuarantined(connection: $connection, ids: $ids, filter: $filter)
}
    `) as unknown as TypedDocumentString<DataDiscardMutation, DataDiscardMutationVariables>;
export const DataQuarantinedContentDocument = new TypedDocumentString(`
    query DataQuarantinedContent($item: ID!) {
  quarantinedContent(item: $item)
}
    `) as unknown as TypedDocumentString<DataQuarantinedContentQuery, DataQuarantinedContentQueryVariables>;
export const DataRetentionRulesDocument = new TypedDocumentString(`
    query DataRetentionRules {
  retentionRules {
    field
    dimension
    source
    keep
    configured
    setBy
    setAt
    reason
  }
}
    `) as unknown as TypedDocumentString<DataRetentionRulesQuery, DataRetentionRulesQueryVariables>;
export const DataRetentionDueDocument = new TypedDocumentString(`
    query DataRetentionDue($field: RetainedField!, $dimension: Dimension, $source: String, $keep: String!) {
  retentionDue(field: $field, dimension: $dimension, source: $source, keep: $keep)
}
    `) as unknown as TypedDocumentString<DataRetentionDueQuery, DataRetentionDueQueryVariables>;
export const DataSetRetentionDocument = new TypedDocumentString(`
    mutation DataSetRetention($field: RetainedField!, $dimension: Dimension, $source: String, $keep: String, $reason: String!) {
  setRetention(
    field: $field
    dimension: $dimension
    source: $source
    keep: $keep
    reason: $reason
  ) {
    field
    dimension
    source
    keep
  }
}
    `) as unknown as TypedDocumentString<DataSetRetentionMutation, DataSetRetentionMutationVariables>;
export const ExploreLinesDocument = new TypedDocumentString(`
    query ExploreLines($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!, $rolling: Duration, $basis: Basis!, $groupBy: [Dimension!]!) {
  npsSeries(
    segment: $segment
    from: $from
    to: $to
    every: $every
    rolling: $rolling
    basis: $basis
    groupBy: $groupBy
  ) {
    id
    time
    until
    segmentValues {
      field
      value
    }
    score
    low
    high
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<ExploreLinesQuery, ExploreLinesQueryVariables>;
export const ExploreScoresDocument = new TypedDocumentString(`
    query ExploreScores($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $groupBy: [Dimension!]!, $first: Int, $orderBy: [NpsOrder!]!) {
  nps(
    segment: $segment
    window: $window
    asOf: $asOf
    basis: $basis
    groupBy: $groupBy
    first: $first
    orderBy: $orderBy
  ) {
    id
    time
    until
    segmentValues {
      field
      value
    }
    score
    low
    high
    responses
    promoters
    passives
    detractors
    change
    suppressed
  }
}
    `) as unknown as TypedDocumentString<ExploreScoresQuery, ExploreScoresQueryVariables>;
export const ExploreWhyDocument = new TypedDocumentString(`
    query ExploreWhy($segment: SegmentInput, $beforeFrom: DateTime!, $beforeTo: DateTime!, $afterFrom: DateTime!, $afterTo: DateTime!, $by: [Dimension!]!, $themes: Boolean!, $basis: Basis!) {
  npsChange(
    segment: $segment
    beforeFrom: $beforeFrom
    beforeTo: $beforeTo
    afterFrom: $afterFrom
    afterTo: $afterTo
    basis: $basis
  ) {
    before {
      id
      score
      responses
      suppressed
    }
    after {
      id
      score
      responses
      suppressed
    }
    difference
    low
    high
    pValue
  }
  drivers(
    segment: $segment
    beforeFrom: $beforeFrom
    beforeTo: $beforeTo
    afterFrom: $afterFrom
    afterTo: $afterTo
    by: $by
    themes: $themes
    basis: $basis
  ) {
    segmentValues {
      field
      value
    }
    theme
    mix
    rate
    low
    high
    responsesBefore
    responsesAfter
    shareBefore
    shareAfter
    scoreBefore
    scoreAfter
    before
    after
    suppressed
  }
}
    `) as unknown as TypedDocumentString<ExploreWhyQuery, ExploreWhyQueryVariables>;
export const LineageGroupsDocument = new TypedDocumentString(`
    query LineageGroups($id: ID!, $direction: TraceDirection!) {
  lineageGroups(id: $id, direction: $direction) {
    node {
      id
      kind
      label
      recordedAt
    }
    groups {
      kind
      depth
      count
    }
    links {
      from
      to
      relation
    }
    complete
    reason
  }
}
    `) as unknown as TypedDocumentString<LineageGroupsQuery, LineageGroupsQueryVariables>;
export const LineageMembersDocument = new TypedDocumentString(`
    query LineageMembers($id: ID!, $direction: TraceDirection!, $kind: String!, $contains: String, $after: String) {
  lineageMembers(
    id: $id
    direction: $direction
    kind: $kind
    contains: $contains
    first: 50
    after: $after
  ) {
    nodes {
      id
      kind
      label
      recordedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<LineageMembersQuery, LineageMembersQueryVariables>;
export const LineagePathDocument = new TypedDocumentString(`
    query LineagePath($from: ID!, $to: ID!) {
  path(from: $from, to: $to) {
    nodes {
      id
      kind
      label
      recordedAt
    }
    edges {
      from
      to
      relation
    }
    complete
    reason
  }
}
    `) as unknown as TypedDocumentString<LineagePathQuery, LineagePathQueryVariables>;
export const LineageImpactDocument = new TypedDocumentString(`
    query LineageImpact($id: ID!) {
  impact(id: $id, first: 1) {
    totals {
      rollups
      segments
      responses
      inferred
      firstHour
      lastHour
      suppressed
      complete
      reason
    }
    decisions(first: 5) {
      nodes {
        id
        label
      }
      pageInfo {
        hasNextPage
      }
    }
    alerts(first: 5) {
      nodes {
        id
        label
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LineageImpactQuery, LineageImpactQueryVariables>;
export const LineageScoreDocument = new TypedDocumentString(`
    query LineageScore($id: ID!) {
  npsRow(id: $id) {
    id
    time
    until
    score
    low
    high
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<LineageScoreQuery, LineageScoreQueryVariables>;
export const LineagePresentDocument = new TypedDocumentString(`
    query LineagePresent($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
  nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
    id
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<LineagePresentQuery, LineagePresentQueryVariables>;
export const VerifyScoreDocument = new TypedDocumentString(`
    query VerifyScore($id: ID!) {
  verify(id: $id) {
    verdict
    reason
    stated
    recomputed
    responses
    erased
    rollups
    root
    offender
    steps {
      check
      passed
      says
    }
  }
}
    `) as unknown as TypedDocumentString<VerifyScoreQuery, VerifyScoreQueryVariables>;
export const ExportProofDocument = new TypedDocumentString(`
    query ExportProof($id: ID!) {
  exportProof(id: $id)
}
    `) as unknown as TypedDocumentString<ExportProofQuery, ExportProofQueryVariables>;
export const ScoreAsKnownDocument = new TypedDocumentString(`
    query ScoreAsKnown($id: ID!, $knownAt: DateTime!) {
  npsAsKnownAt(id: $id, knownAt: $knownAt) {
    knownAt
    known {
      score
      low
      high
      responses
    }
    now {
      score
      low
      high
      responses
    }
    differences {
      reason
      promoters
      passives
      detractors
      responses
      facts(first: 20) {
        responseId
        known
        now
        recordedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ScoreAsKnownQuery, ScoreAsKnownQueryVariables>;
export const ModelVersionsDocument = new TypedDocumentString(`
    query ModelVersions {
  modelVersions {
    id
    version
    label
    stage
    trainedAt
    encoder
    languages
    inUse
    companion {
      id
      version
      languages
    }
    companionOf {
      version
      stage
    }
  }
}
    `) as unknown as TypedDocumentString<ModelVersionsQuery, ModelVersionsQueryVariables>;
export const ModelReignsDocument = new TypedDocumentString(`
    query ModelReigns {
  modelVersions {
    id
    history {
      id
      to
      cause
    }
  }
}
    `) as unknown as TypedDocumentString<ModelReignsQuery, ModelReignsQueryVariables>;
export const ModelVersionDetailDocument = new TypedDocumentString(`
    query ModelVersionDetail($id: ID!) {
  node(id: $id) {
    id
    ... on ModelVersion {
      version
      label
      stage
      trainedAt
      encoder
      languages
      artefact
      evaluation
      trainingSets {
        hash
        head
        examples
        description
        until
      }
      features {
        key
        name
        version
        source
        description
      }
      history {
        id
        from
        to
        cause
        actor
        reason
        recordedAt
        underReview
        verdicts {
          by
          at
          verdict
          reason
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModelVersionDetailQuery, ModelVersionDetailQueryVariables>;
export const ModelQualityOfDocument = new TypedDocumentString(`
    query ModelQualityOf($id: ID!, $from: DateTime!, $to: DateTime!) {
  modelQuality(modelVersion: $id, from: $from, to: $to) {
    judged
    accuracy
    accuracyInterval {
      low
      high
    }
    rankedProbabilityScore
    rankedProbabilityScoreInterval {
      low
      high
    }
    brier
    brierInterval {
      low
      high
    }
    macroF1
    ece
    abstention
    abstentions {
      reason
      n
    }
    scored
    confusion
    complete
    mixChange {
      shift
      low
      high
      pValue
    }
  }
}
    `) as unknown as TypedDocumentString<ModelQualityOfQuery, ModelQualityOfQueryVariables>;
export const ModelComparisonOfDocument = new TypedDocumentString(`
    query ModelComparisonOf($challenger: ID!, $champion: ID!, $from: DateTime!, $to: DateTime!) {
  modelComparison(
    challenger: $challenger
    champion: $champion
    from: $from
    to: $to
  ) {
    judged
    difference
    low
    high
    better
    parts {
      challenger {
        version
      }
      champion {
        version
      }
      judged
      difference
      low
      high
      better
    }
  }
}
    `) as unknown as TypedDocumentString<ModelComparisonOfQuery, ModelComparisonOfQueryVariables>;
export const ModelReadingsOfDocument = new TypedDocumentString(`
    query ModelReadingsOf($id: ID!, $metrics: [ModelMetric!], $from: DateTime!) {
  modelReadings(modelVersion: $id, metrics: $metrics, from: $from, first: 500) {
    metric
    from
    until
    n
    referenceN
    value
    reference
    low
    high
    adjustedPValue
    alarm
    segmentValues {
      field
      value
    }
  }
}
    `) as unknown as TypedDocumentString<ModelReadingsOfQuery, ModelReadingsOfQueryVariables>;
export const TryTextDocument = new TypedDocumentString(`
    query TryText($text: String!, $id: ID!) {
  classify(texts: [$text], modelVersion: $id) {
    class
    detractor
    passive
    promoter
    sentiment
    uncertainty
    abstained
    themes {
      theme
      probability
      called
    }
    explanation {
      token
      share
    }
  }
}
    `) as unknown as TypedDocumentString<TryTextQuery, TryTextQueryVariables>;
export const TrainModelDocument = new TypedDocumentString(`
    mutation TrainModel($reason: String!) {
  trainModel(reason: $reason) {
    id
    version
  }
}
    `) as unknown as TypedDocumentString<TrainModelMutation, TrainModelMutationVariables>;
export const PairModelsDocument = new TypedDocumentString(`
    mutation PairModels($id: ID!, $companion: ID!, $reason: String!) {
  pairModels(id: $id, companion: $companion, reason: $reason) {
    id
    version
  }
}
    `) as unknown as TypedDocumentString<PairModelsMutation, PairModelsMutationVariables>;
export const ShadowModelDocument = new TypedDocumentString(`
    mutation ShadowModel($id: ID!, $reason: String!) {
  shadowModel(id: $id, reason: $reason) {
    id
    stage
  }
}
    `) as unknown as TypedDocumentString<ShadowModelMutation, ShadowModelMutationVariables>;
export const PromoteModelDocument = new TypedDocumentString(`
    mutation PromoteModel($id: ID!, $reason: String!) {
  promoteModel(id: $id, reason: $reason) {
    id
    stage
  }
}
    `) as unknown as TypedDocumentString<PromoteModelMutation, PromoteModelMutationVariables>;
export const RollBackModelDocument = new TypedDocumentString(`
    mutation RollBackModel($reason: String!) {
  rollbackModel(reason: $reason) {
    id
    version
    stage
  }
}
    `) as unknown as TypedDocumentString<RollBackModelMutation, RollBackModelMutationVariables>;
export const DisputeModelDecisionDocument = new TypedDocumentString(`
    mutation DisputeModelDecision($decision: ID!, $reason: String!) {
  disputeDecision(decision: $decision, reason: $reason) {
    id
  }
}
    `) as unknown as TypedDocumentString<DisputeModelDecisionMutation, DisputeModelDecisionMutationVariables>;
export const OverviewAskDocument = new TypedDocumentString(`
    query OverviewAsk($question: String!) {
  ask(question: $question) {
    kind
    by
    sentences
    examples
    failure
    query {
      name
      documentId
      text
      variables
    }
  }
}
    `) as unknown as TypedDocumentString<OverviewAskQuery, OverviewAskQueryVariables>;
export const OverviewNarrativeDocument = new TypedDocumentString(`
    query OverviewNarrative($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $rewrite: Boolean!) {
  narrative(
    segment: $segment
    window: $window
    asOf: $asOf
    basis: $basis
    rewrite: $rewrite
  ) {
    by
    refused
    failure
    sentences {
      text
      facts {
        id
        cites
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OverviewNarrativeQuery, OverviewNarrativeQueryVariables>;
export const OverviewNewestDocument = new TypedDocumentString(`
    query OverviewNewest($segment: SegmentInput, $from: DateTime, $to: DateTime) {
  responses(segment: $segment, from: $from, to: $to, first: 30) {
    edges {
      node {
        id
        answeredAt
        score
        class
        comment
        segmentValues {
          field
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OverviewNewestQuery, OverviewNewestQueryVariables>;
export const OverviewSegmentsDocument = new TypedDocumentString(`
    query OverviewSegments($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $groupBy: [Dimension!]!) {
  all: nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
    id
    score
    promoters
    passives
    detractors
    suppressed
  }
  groups: nps(
    segment: $segment
    window: $window
    asOf: $asOf
    basis: $basis
    groupBy: $groupBy
    orderBy: [{by: RESPONSES, direction: DESC}]
    first: 200
  ) {
    id
    segmentValues {
      field
      value
    }
    score
    low
    high
    responses
    promoters
    passives
    detractors
    suppressed
  }
}
    `) as unknown as TypedDocumentString<OverviewSegmentsQuery, OverviewSegmentsQueryVariables>;
export const OverviewThemesDocument = new TypedDocumentString(`
    query OverviewThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
  themes(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
    theme
    responses
    share
    score
    low
    high
    contribution
    contributionLow
    contributionHigh
    suppressed
  }
}
    `) as unknown as TypedDocumentString<OverviewThemesQuery, OverviewThemesQueryVariables>;
export const OverviewTrendDocument = new TypedDocumentString(`
    query OverviewTrend($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!, $basis: Basis!) {
  npsSeries(segment: $segment, from: $from, to: $to, every: $every, basis: $basis) {
    id
    time
    until
    score
    low
    high
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<OverviewTrendQuery, OverviewTrendQueryVariables>;
export const OverviewDriversDocument = new TypedDocumentString(`
    query OverviewDrivers($segment: SegmentInput, $beforeFrom: DateTime!, $beforeTo: DateTime!, $afterFrom: DateTime!, $afterTo: DateTime!, $by: [Dimension!]!, $themes: Boolean!, $basis: Basis!) {
  drivers(
    segment: $segment
    beforeFrom: $beforeFrom
    beforeTo: $beforeTo
    afterFrom: $afterFrom
    afterTo: $afterTo
    by: $by
    themes: $themes
    basis: $basis
  ) {
    segmentValues {
      field
      value
    }
    theme
    mix
    rate
    low
    high
    before
    after
    responsesBefore
    responsesAfter
    scoreBefore
    scoreAfter
    suppressed
  }
}
    `) as unknown as TypedDocumentString<OverviewDriversQuery, OverviewDriversQueryVariables>;
export const OverviewScoreDocument = new TypedDocumentString(`
    query OverviewScore($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
  nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
    id
    time
    until
    score
    low
    high
    responses
    promoters
    passives
    detractors
    suppressed
  }
}
    `) as unknown as TypedDocumentString<OverviewScoreQuery, OverviewScoreQueryVariables>;
export const OverviewLiveDocument = new TypedDocumentString(`
    subscription OverviewLive($segment: SegmentInput, $window: Duration!, $basis: Basis!, $after: String) {
  npsUpdates(segment: $segment, window: $window, basis: $basis, after: $after) {
    position
    lagMs
    row {
      id
      time
      until
      score
      low
      high
      responses
      promoters
      passives
      detractors
      suppressed
    }
  }
}
    `) as unknown as TypedDocumentString<OverviewLiveSubscription, OverviewLiveSubscriptionVariables>;
export const OverviewChangeDocument = new TypedDocumentString(`
    query OverviewChange($segment: SegmentInput, $beforeFrom: DateTime!, $beforeTo: DateTime!, $afterFrom: DateTime!, $afterTo: DateTime!, $basis: Basis!) {
  npsChange(
    segment: $segment
    beforeFrom: $beforeFrom
    beforeTo: $beforeTo
    afterFrom: $afterFrom
    afterTo: $afterTo
    basis: $basis
  ) {
    difference
    low
    high
    pValue
    before {
      id
      score
      responses
      suppressed
    }
    after {
      id
      responses
      suppressed
    }
  }
}
    `) as unknown as TypedDocumentString<OverviewChangeQuery, OverviewChangeQueryVariables>;
export const OverviewWeekDocument = new TypedDocumentString(`
    query OverviewWeek {
  narratives(kind: WEEK, first: 20) {
    edges {
      node {
        id
        title
        until
        writtenAt
        sentences {
          text
          facts {
            id
            kind
            cites
            numbers
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OverviewWeekQuery, OverviewWeekQueryVariables>;
export const PeopleSubjectDocument = new TypedDocumentString(`
    query PeopleSubject($respondent: String!) {
  subject(respondent: $respondent)
}
    `) as unknown as TypedDocumentString<PeopleSubjectQuery, PeopleSubjectQueryVariables>;
export const PeopleRestrictDocument = new TypedDocumentString(`
    mutation PeopleRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {
  restrictSubject(
    respondent: $respondent
    restricted: $restricted
    reason: $reason
  )
}
    `) as unknown as TypedDocumentString<PeopleRestrictMutation, PeopleRestrictMutationVariables>;
export const PeopleRectifyDocument = new TypedDocumentString(`
    mutation PeopleRectify($response: ID!, $score: Int, $comment: String, $reason: String!) {
  correctResponse(
    response: $response
    score: $score
    comment: $comment
    reason: $reason
  )
}
    `) as unknown as TypedDocumentString<PeopleRectifyMutation, PeopleRectifyMutationVariables>;
export const PeopleEraseDocument = new TypedDocumentString(`
    mutation PeopleErase($respondent: String!, $reason: String!) {
  eraseSubject(respondent: $respondent, reason: $reason) {
    known
    responses
    complete
    remaining
    trainingSets
    models {
      version
      stage
    }
    records {
      id
      at
      by
      reason
      responses
      complete
      completedAt
      trainingSets
      wrappedBy
      copiesUnreadableSince
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleEraseMutation, PeopleEraseMutationVariables>;
export const PeopleMergesDocument = new TypedDocumentString(`
    query PeopleMerges($first: Int!, $after: String) {
  merges(first: $first, after: $after) {
    edges {
      node {
        id
        kind
        from
        into
        by
        reason
        at
        undoneAt
        undoneBy
        undoReason
        goneAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleMergesQuery, PeopleMergesQueryVariables>;
export const PeopleMergeDocument = new TypedDocumentString(`
    mutation PeopleMerge($kind: IdentityKind!, $from: String!, $into: String!, $reason: String!) {
  mergeIdentities(kind: $kind, from: $from, into: $into, reason: $reason)
}
    `) as unknown as TypedDocumentString<PeopleMergeMutation, PeopleMergeMutationVariables>;
export const PeopleUndoMergeDocument = new TypedDocumentString(`
    mutation PeopleUndoMerge($id: ID!, $reason: String!) {
  undoMerge(id: $id, reason: $reason)
}
    `) as unknown as TypedDocumentString<PeopleUndoMergeMutation, PeopleUndoMergeMutationVariables>;
export const PeopleErasuresDocument = new TypedDocumentString(`
    query PeopleErasures($first: Int!, $after: String) {
  erasures(first: $first, after: $after) {
    edges {
      node {
        id
        at
        by
        reason
        responses
        complete
        completedAt
        trainingSets
        wrappedBy
        copiesUnreadableSince
        models {
          version
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleErasuresQuery, PeopleErasuresQueryVariables>;
export const PeopleHoldsDocument = new TypedDocumentString(`
    query PeopleHolds {
  legalHolds {
    id
    segment
    actor
    reason
    placedAt
    releasedAt
  }
}
    `) as unknown as TypedDocumentString<PeopleHoldsQuery, PeopleHoldsQueryVariables>;
export const PeoplePlaceHoldDocument = new TypedDocumentString(`
    mutation PeoplePlaceHold($respondent: String!, $reason: String!) {
  placeLegalHold(respondent: $respondent, reason: $reason)
}
    `) as unknown as TypedDocumentString<PeoplePlaceHoldMutation, PeoplePlaceHoldMutationVariables>;
export const PeopleReleaseHoldDocument = new TypedDocumentString(`
    mutation PeopleReleaseHold($id: ID!, $reason: String!) {
  releaseLegalHold(id: $id, reason: $reason)
}
    `) as unknown as TypedDocumentString<PeopleReleaseHoldMutation, PeopleReleaseHoldMutationVariables>;
export const ResponsesPageDocument = new TypedDocumentString(`
    query ResponsesPage($segment: SegmentInput, $from: DateTime, $to: DateTime, $class: [NpsClass!], $themes: [String!], $sentiment: [Sentiment!], $sources: [String!], $text: String, $counted: Boolean!, $order: ResponseOrder!, $first: Int!, $after: String) {
  responses(
    segment: $segment
    from: $from
    to: $to
    class: $class
    themes: $themes
    sentiment: $sentiment
    sources: $sources
    text: $text
    counted: $counted
    order: $order
    first: $first
    after: $after
  ) {
    edges {
      node {
        id
        answeredAt
        score
        class
        comment
        source
        segmentValues {
          field
          value
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    searchedTo
  }
}
    `) as unknown as TypedDocumentString<ResponsesPageQuery, ResponsesPageQueryVariables>;
export const ResponsesHeadDocument = new TypedDocumentString(`
    query ResponsesHead($segment: SegmentInput, $from: DateTime, $class: [NpsClass!], $themes: [String!], $sentiment: [Sentiment!], $sources: [String!], $text: String, $counted: Boolean!, $first: Int!) {
  responses(
    segment: $segment
    from: $from
    class: $class
    themes: $themes
    sentiment: $sentiment
    sources: $sources
    text: $text
    counted: $counted
    first: $first
  ) {
    edges {
      node {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesHeadQuery, ResponsesHeadQueryVariables>;
export const ResponsesWindowDocument = new TypedDocumentString(`
    query ResponsesWindow($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {
  nps(segment: $segment, window: $window, asOf: $asOf) {
    id
    time
    until
    responses
    promoters
    passives
    detractors
    suppressed
  }
}
    `) as unknown as TypedDocumentString<ResponsesWindowQuery, ResponsesWindowQueryVariables>;
export const ResponsesCountsDocument = new TypedDocumentString(`
    query ResponsesCounts($segment: SegmentInput, $from: DateTime, $to: DateTime, $predictions: Boolean!) {
  responseCounts(segment: $segment, from: $from, to: $to) {
    responses
    complete
    sources {
      source
      responses
    }
    sentiments @include(if: $predictions) {
      negative
      neutral
      positive
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesCountsQuery, ResponsesCountsQueryVariables>;
export const ResponsesThemesDocument = new TypedDocumentString(`
    query ResponsesThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {
  themes(segment: $segment, window: $window, asOf: $asOf) {
    theme
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<ResponsesThemesQuery, ResponsesThemesQueryVariables>;
export const ResponsesSourcesDocument = new TypedDocumentString(`
    query ResponsesSources($segment: SegmentInput) {
  sources(segment: $segment, first: 20) {
    edges {
      node {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesSourcesQuery, ResponsesSourcesQueryVariables>;
export const ResponsesLiveDocument = new TypedDocumentString(`
    subscription ResponsesLive($segment: SegmentInput, $window: Duration!, $after: String) {
  npsUpdates(segment: $segment, window: $window, after: $after) {
    position
    lagMs
    row {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesLiveSubscription, ResponsesLiveSubscriptionVariables>;
export const ResponsesAnswerDocument = new TypedDocumentString(`
    query ResponsesAnswer($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Response {
      externalId
      source
      answeredAt
      receivedAt
      score
      scale
      class
      survey
      surveyVersion
      comment
      respondent
      counting {
        counted
        reason
        rule
        since
        instead
        flags
      }
      segmentValues {
        field
        value
      }
      prediction {
        modelVersion {
          id
          version
        }
        class
        promoter
        passive
        detractor
        sentiment
        negative
        neutral
        positive
        uncertainty
        abstained
        themes {
          theme
          probability
          called
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesAnswerQuery, ResponsesAnswerQueryVariables>;
export const ResponsesExplanationDocument = new TypedDocumentString(`
    query ResponsesExplanation($id: ID!, $head: Head!) {
  node(id: $id) {
    __typename
    id
    ... on Response {
      prediction {
        explanation(head: $head) {
          token
          share
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesExplanationQuery, ResponsesExplanationQueryVariables>;
export const ResponsesLineageDocument = new TypedDocumentString(`
    query ResponsesLineage($id: ID!) {
  trace(id: $id, first: 50) {
    nodes {
      id
      kind
      label
      recordedAt
    }
  }
  reviews: lineageMembers(
    id: $id
    direction: DOWNSTREAM
    kind: "Review"
    first: 10
  ) {
    nodes {
      id
      label
      recordedAt
    }
  }
}
    `) as unknown as TypedDocumentString<ResponsesLineageQuery, ResponsesLineageQueryVariables>;
export const ResponsesDisputeDocument = new TypedDocumentString(`
    mutation ResponsesDispute($response: ID!, $reason: String!) {
  disputeResponse(response: $response, reason: $reason) {
    id
  }
}
    `) as unknown as TypedDocumentString<ResponsesDisputeMutation, ResponsesDisputeMutationVariables>;
export const ResponsesCorrectDocument = new TypedDocumentString(`
    mutation ResponsesCorrect($response: ID!, $score: Int, $comment: String, $reason: String!) {
  correctResponse(
    response: $response
    score: $score
    comment: $comment
    reason: $reason
  )
}
    `) as unknown as TypedDocumentString<ResponsesCorrectMutation, ResponsesCorrectMutationVariables>;
export const ResponsesRestrictDocument = new TypedDocumentString(`
    mutation ResponsesRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {
  restrictSubject(
    respondent: $respondent
    restricted: $restricted
    reason: $reason
  )
}
    `) as unknown as TypedDocumentString<ResponsesRestrictMutation, ResponsesRestrictMutationVariables>;
export const ResponsesCountDocument = new TypedDocumentString(`
    mutation ResponsesCount($response: ID!, $counted: Boolean!, $reason: String!) {
  countResponse(response: $response, counted: $counted, reason: $reason)
}
    `) as unknown as TypedDocumentString<ResponsesCountMutation, ResponsesCountMutationVariables>;
export const ResponsesEraseDocument = new TypedDocumentString(`
    mutation ResponsesErase($respondent: String!, $reason: String!) {
  eraseSubject(respondent: $respondent, reason: $reason) {
    known
    responses
    complete
    remaining
  }
}
    `) as unknown as TypedDocumentString<ResponsesEraseMutation, ResponsesEraseMutationVariables>;
export const ReviewQueueDocument = new TypedDocumentString(`
    query ReviewQueue($first: Int!, $decided: Boolean!) {
  reviewQueue(first: $first, decided: $decided) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        id
        cause
        reason
        queuedAt
        claimedUntil
        decidedAt
        approvals
        blocked
        modelVersion {
          id
          version
          label
        }
        decision {
          id
          label
        }
        decisions {
          by
          at
          verdict
          class
          reason
        }
        response {
          id
          externalId
          answeredAt
          score
          class
          comment
          source
          segmentValues {
            field
            value
          }
          prediction {
            class
            detractor
            passive
            promoter
            abstained
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReviewQueueQuery, ReviewQueueQueryVariables>;
export const ReviewExplanationDocument = new TypedDocumentString(`
    query ReviewExplanation($id: ID!) {
  node(id: $id) {
    id
    ... on Response {
      prediction {
        explanation {
          token
          share
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReviewExplanationQuery, ReviewExplanationQueryVariables>;
export const ReviewCountsDocument = new TypedDocumentString(`
    query ReviewCounts {
  reviewCounts {
    waiting
    claimed
    decided
    own
  }
}
    `) as unknown as TypedDocumentString<ReviewCountsQuery, ReviewCountsQueryVariables>;
export const ClaimReviewDocument = new TypedDocumentString(`
    mutation ClaimReview($id: ID!) {
  claimReview(id: $id) {
    id
    claimedUntil
  }
}
    `) as unknown as TypedDocumentString<ClaimReviewMutation, ClaimReviewMutationVariables>;
export const ReleaseReviewDocument = new TypedDocumentString(`
    mutation ReleaseReview($id: ID!) {
  releaseReview(id: $id) {
    id
    claimedUntil
  }
}
    `) as unknown as TypedDocumentString<ReleaseReviewMutation, ReleaseReviewMutationVariables>;
export const DecideReviewDocument = new TypedDocumentString(`
    mutation DecideReview($id: ID!, $input: ReviewDecisionInput!) {
  decideReview(id: $id, input: $input) {
    id
    decidedAt
    blocked
  }
}
    `) as unknown as TypedDocumentString<DecideReviewMutation, DecideReviewMutationVariables>;
export const RulesListDocument = new TypedDocumentString(`
    query RulesList {
  rules {
    name
    version
    rule
    enabled
    problem
    createdBy
    createdAt
    reason
    test {
      from
      to
      fired
      real
      undecided
    }
  }
}
    `) as unknown as TypedDocumentString<RulesListQuery, RulesListQueryVariables>;
export const RulesVersionsDocument = new TypedDocumentString(`
    query RulesVersions($name: String!) {
  ruleVersions(name: $name) {
    name
    version
    rule
    enabled
    problem
    createdBy
    createdAt
    reason
    test {
      from
      to
      fired
      real
      undecided
    }
  }
}
    `) as unknown as TypedDocumentString<RulesVersionsQuery, RulesVersionsQueryVariables>;
export const RulesReplayDocument = new TypedDocumentString(`
    query RulesReplay($rule: JSON!, $from: DateTime!, $to: DateTime!) {
  replayRule(rule: $rule, from: $from, to: $to) {
    from
    to
    fired
    real
    undecided
    statedFalseAlarmsPerYear
    firings {
      at
      verdict
    }
  }
}
    `) as unknown as TypedDocumentString<RulesReplayQuery, RulesReplayQueryVariables>;
export const RulesSeriesDocument = new TypedDocumentString(`
    query RulesSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {
  npsSeries(segment: $segment, from: $from, to: $to, every: $every) {
    time
    until
    score
    low
    high
    responses
    suppressed
  }
}
    `) as unknown as TypedDocumentString<RulesSeriesQuery, RulesSeriesQueryVariables>;
export const RulesSaveDocument = new TypedDocumentString(`
    mutation RulesSave($name: String!, $rule: JSON!, $enabled: Boolean!, $reason: String!) {
  saveRule(name: $name, rule: $rule, enabled: $enabled, reason: $reason) {
    name
    version
    rule
    enabled
    problem
    createdBy
    createdAt
    reason
    test {
      from
      to
      fired
      real
      undecided
    }
  }
}
    `) as unknown as TypedDocumentString<RulesSaveMutation, RulesSaveMutationVariables>;
export const TargetsListDocument = new TypedDocumentString(`
    query TargetsList {
  targets {
    id
    name
    kind
    settings
    hasSecret
    events
    role
    segment
    rate
    createdAt
    createdBy
    failures
    pausedUntil
    disabledAt
    disabledReason
  }
}
    `) as unknown as TypedDocumentString<TargetsListQuery, TargetsListQueryVariables>;
export const TargetsRolesDocument = new TypedDocumentString(`
    query TargetsRoles {
  roles {
    name
  }
}
    `) as unknown as TypedDocumentString<TargetsRolesQuery, TargetsRolesQueryVariables>;
export const TargetsDeliveriesDocument = new TypedDocumentString(`
    query TargetsDeliveries($target: ID, $state: [DeliveryState!], $first: Int!) {
  deliveries(target: $target, state: $state, first: $first) {
    pageInfo {
      hasNextPage
    }
    edges {
      node {
        id
        event
        subject
        state
        attempts
        due
        createdAt
        settledAt
        lastStatus
        lastError
        remoteId
        target {
          id
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TargetsDeliveriesQuery, TargetsDeliveriesQueryVariables>;
export const TargetsCreateDocument = new TypedDocumentString(`
    mutation TargetsCreate($input: TargetInput!) {
  createTarget(input: $input) {
    secret
    target {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<TargetsCreateMutation, TargetsCreateMutationVariables>;
export const TargetsUpdateDocument = new TypedDocumentString(`
    mutation TargetsUpdate($id: ID!, $input: TargetChanges!, $reason: String!) {
  updateTarget(id: $id, input: $input, reason: $reason) {
    id
    disabledAt
  }
}
    `) as unknown as TypedDocumentString<TargetsUpdateMutation, TargetsUpdateMutationVariables>;
export const TargetsRemoveDocument = new TypedDocumentString(`
    mutation TargetsRemove($id: ID!, $reason: String!) {
  removeTarget(id: $id, reason: $reason)
}
    `) as unknown as TypedDocumentString<TargetsRemoveMutation, TargetsRemoveMutationVariables>;
export const TargetsTestDocument = new TypedDocumentString(`
    mutation TargetsTest($id: ID!, $event: TargetEvent!, $send: Boolean!) {
  testTarget(id: $id, event: $event, send: $send) {
    sent
    delivered
    status
    error
    request {
      method
      url
      headers
      body
    }
  }
}
    `) as unknown as TypedDocumentString<TargetsTestMutation, TargetsTestMutationVariables>;
export const TargetsReplayDocument = new TypedDocumentString(`
    mutation TargetsReplay($id: ID!, $reason: String!) {
  replayDelivery(id: $id, reason: $reason) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<TargetsReplayMutation, TargetsReplayMutationVariables>;
export const TargetsReplayAllDocument = new TypedDocumentString(`
    mutation TargetsReplayAll($target: ID!, $reason: String!) {
  replayDeliveries(target: $target, reason: $reason)
}
    `) as unknown as TypedDocumentString<TargetsReplayAllMutation, TargetsReplayAllMutationVariables>;
export const TargetsOnCallDocument = new TypedDocumentString(`
    query TargetsOnCall {
  onCall {
    version
    plan
    createdBy
    createdAt
    reason
    quietUntil
    now {
      schedule
      target
      next
      until
    }
    steps {
      step
      minutes
      schedule
      target
    }
  }
}
    `) as unknown as TypedDocumentString<TargetsOnCallQuery, TargetsOnCallQueryVariables>;
export const TargetsSaveOnCallDocument = new TypedDocumentString(`
    mutation TargetsSaveOnCall($plan: JSON!, $reason: String!) {
  saveOnCall(plan: $plan, reason: $reason) {
    version
  }
}
    `) as unknown as TypedDocumentString<TargetsSaveOnCallMutation, TargetsSaveOnCallMutationVariables>;