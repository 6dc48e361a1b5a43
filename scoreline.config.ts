import { DEFAULT_DIMENSIONS } from './domain/segments/dimensions.ts';

/**
 * What belongs to the deployment rather than to its environment. Dimension fields become arguments, fields and enum
 * values of the GraphQL schema; run `npm run schema` after a change to see them. Entries of scoreline.config.yaml (or .json) beside this
 * file take the place of these; SCORELINE_CONFIG names another file.
 */
export default {
  dimensions: DEFAULT_DIMENSIONS,
  /** Fields of dimensions that answers of the record have and that are to be shown no more (docs/guides/operations.md). */
  formerDimensions: [],
  /** Scores over fewer responses are suppressed for callers who may not read the responses themselves. */
  smallestCount: 5,
  /**
   * What of the champion's readings people look at (`reviewQueue`): this share of all, by chance; where no class is more
   * probable than `lowConfidence`; where number and text say the opposite. Whether they look at each change of the champion
   * too (`decisions`). And how many people must decide alike.
   */
  review: { sample: 0.01, lowConfidence: 0.45, contradictions: true, decisions: true, approvals: 1 },
  /** The most combinations of dimension values; beyond it new values are filed under "other". */
  cellLimit: 10_000,
  /**
   * How much of it one key (`perKey`) and one source (`perSource`) may add at most, as shares, and how many one key in a minute.
   * Keys that may administer everything have no share. A dimension may also say which values there are:
   * { field: 'region', values: ['Germany', 'Austria'], others: 'reject' }, or others: 'file' to file them under "other".
   */
  cellShares: { perKey: 0.25, perSource: 0.5, perMinute: 1_000 },
  /**
   * How many sources, surveys (with versions) and mappings one key may name that were not there before, for good, and how many
   * mappings in a minute. A role that administers may name ten times as many.
   */
  nameBounds: { sources: 100, surveys: 500, mappings: 1_000, minute: 60 },
  /**
   * What is removed from comments (docs/guides/redaction.md). `countries`: where answers come from besides what their region says,
   * such as ['DE', 'AT']: national forms of their telephone numbers need no other hint. `packs`: the national identifiers that are
   * looked for, such as ['documents', 'de', 'us']; all of them unless named.
   */
  redaction: { countries: [] },
  /**
   * The limits of the open world; docs/guides/limits.md tells what each field costs. `introspection`: roles that may ask for
   * the schema. `trustedOnly`: roles that may send only documents of SCORELINE_TRUSTED_DOCUMENTS. `cost`: the most points of
   * one operation, and of one key in a minute in one process (null: no limit), by role.
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
  /** How long after its end an hour is sealed: answers that come later restate it. In minutes or hours. */
  sealAfter: 'PT1H',
  /** Reads of comments and respondents are always in the audit log; with aggregates: true reads of numbers are too. */
  audit: { aggregates: false },
  /**
   * How often calling a theme must be right: 0.5, 0.6, 0.7, 0.8, 0.9 or 0.95. From the model's held-out examples this gives the
   * probability from which the theme is called; others are called from 0.5 on.
   */
  themePrecision: { cancellation_risk: 0.8 },
  /**
   * For how long what is kept, as ISO 8601 durations: `comments`, `responses`, `sourceEvents` (the items as they arrived).
   * What is not named is kept until it is erased. Such as: { comments: 'P2Y', responses: 'P7Y', sourceEvents: 'P90D' }
   */
  retention: {},
};
