import { DEFAULT_DIMENSIONS } from './domain/segments/dimensions.ts';

/**
 * The deployment's configuration. Dimension fields become arguments, fields and enum values of the GraphQL
 * schema; run `npm run schema` after a change to see them. Entries of scoreline.config.yaml (or .json) beside
 * this file replace these; SCORELINE_CONFIG names another file.
 */
export default {
  dimensions: DEFAULT_DIMENSIONS,
  /** Fields of removed dimensions that stored responses still have (docs/guides/operations.md). */
  formerDimensions: [],
  /** Scores over fewer responses are suppressed for callers who may not read the responses themselves. */
  smallestCount: 5,
  /**
   * What people review (`reviewQueue`): the share `sample` of the champion's predictions; those in which no
   * class has a higher probability than `lowConfidence`; those that contradict the respondent's number
   * (`contradictions`); and each change of the champion (`decisions`). `approvals`: how many people must decide
   * alike.
   */
  review: { sample: 0.01, lowConfidence: 0.45, contradictions: true, decisions: true, approvals: 1 },
  /** The most combinations of dimension values; beyond it new values are filed under "other". */
  cellLimit: 10_000,
  /**
   * How many of these one key (`perKey`) and one source (`perSource`) may add, as shares, and how many one key
   * per minute. Keys that may administer everything have no share. A dimension may also declare its values: {
   * field: 'region', values: ['Germany', 'Austria'], others: 'reject' }, or others: 'file' to file them under
   * "other".
   */
  cellShares: { perKey: 0.25, perSource: 0.5, perMinute: 1_000 },
  /**
   * How many new sources, surveys (with versions) and mappings one key may add, and how many mappings per
   * minute. A role that administers may add ten times as many.
   */
  nameBounds: { sources: 100, surveys: 500, mappings: 1_000, minute: 60 },
  /**
   * What is removed from comments (docs/guides/redaction.md). `countries`: where responses come from besides
   * what their region says, such as ['DE', 'AT']: national forms of their telephone numbers need no other hint.
   * `packs`: the national identifiers to look for, such as ['documents', 'de', 'us']; all of them by default.
   * `names`: 'on' removes names of persons and streets too, by a model that costs 7 to 50 ms a comment; `keep` lists
   * names that stay, such as those of your products.
   */
  redaction: { countries: [], names: 'off' },
  /**
   * Limits of operations; docs/guides/limits.md lists the cost of each field. `introspection`: roles that may
   * introspect the schema. `trustedOnly`: roles that may send only documents of SCORELINE_TRUSTED_DOCUMENTS and those that
   * ship: the example queries and the dashboard's.
   * `cost`: the most points of one operation, and of one key per minute and process (null: no limit), by role.
   */
  limits: {
    introspection: ['admin', 'analyst', 'segment-owner', 'model-steward', 'auditor', 'dpo', 'collector'],
    trustedOnly: [],
    cost: {
      default: { operation: 10_000, minute: 6_000_000 },
      admin: { operation: 10_000, minute: null },
      feed: { operation: 1_000, minute: 120_000 },
    },
  },
  /** How long after it ends an hour is sealed: later responses restate it. In minutes or hours. */
  sealAfter: 'PT1H',
  /** Reads of comments and respondents are always in the audit log; with aggregates: true reads of numbers are too. */
  audit: { aggregates: false },
  /**
   * How often calling a theme must be right: 0.5, 0.6, 0.7, 0.8, 0.9 or 0.95. The model's held-out examples
   * give the probability from which the theme is called; other themes are called from 0.5 on.
   */
  themePrecision: { cancellation_risk: 0.8 },
  /**
   * Hosts, addresses and networks that targets may be at besides public addresses (docs/guides/targets.md), such as
   * ['hooks.internal', '10.1.0.0/16'].
   */
  targets: { allow: [] },
  /**
   * Hosts, addresses and networks at which vendors may be asked for what their webhooks only announce (docs/guides/thin-events.md), besides
   * the hosts that they document: a gateway of your own, such as ['gateway.internal'].
   */
  connections: { allow: [] },
  /**
   * Agents (docs/guides/agents.md). `accountWatch.capacity`: alerts of each kind that a team acts on in a week. `retraining`: the
   * triggers of a training (one that is null starts none), the least days between two (`restDays`), and the least labels that the next one
   * would see for the first time (`fewestNew`).
   */
  agents: {
    accountWatch: { capacity: 20 },
    retraining: {
      drift: { fewestAlarms: 1 },
      calibration: { above: 0.1, fewestAnswers: 200 },
      labels: { fewestNew: 1_000 },
      schedule: { everyDays: 90 },
      restDays: 28,
      fewestNew: 200,
    },
  },
  /**
   * The language model of SCORELINE_LLM_URL (docs/guides/narratives.md). `allow`: hosts, addresses and networks that it may be at
   * besides public addresses, such as ['ollama.internal', '127.0.0.1']. `seconds`: how long an answer may take. `requestsPerHour`: of
   * one key and process.
   */
  llm: { allow: [], seconds: 30, requestsPerHour: 60 },
  /**
   * How long each kind is kept, as ISO 8601 durations: `comments`, `responses`, `outcomes`, `sourceEvents` (the original
   * items). Kinds that are not named are kept until they are erased. Example: { comments: 'P2Y', responses:
   * 'P7Y', sourceEvents: 'P90D' }
   */
  retention: {},
  /**
   * The rules that flag answers which programs probably sent (docs/guides/counting.md): `action` is 'off', 'flag' or 'leave-out', with
   * how many alike answers within how many seconds. Example: { burst: { action: 'leave-out', answers: 50, seconds: 30 } }
   */
  flags: {},
};
