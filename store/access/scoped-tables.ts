import { UNKNOWN } from '../../domain/segments/dimensions.ts';
import { SCOPE_SETTING } from '../database/scoped-view-names.ts';
import { isOfStaff } from './staff-rows.ts';

/* Which rows and columns of each table one scope sees: the definitions of the scoped views. */

const FINGERPRINT = `current_setting('${SCOPE_SETTING}', true)`;
const EVERYTHING = `(SELECT s.everything FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT})`;
/** The columns of `scope`: the cells whose fields of that group the scope sees. */
export type Column = 'score' | 'response' | 'comment' | 'respondent' | 'prediction' | 'staff';
/**
 * Whether the scope sees the cell under any of the groups. The set of cells is read once per statement, and
 * costs the same for any number of cells; the empty set is added so that it is unpacked once, not per row.
 * COALESCE keeps the planner from underestimating how many rows a set leaves, and is false without a scope.
 */
export const sees = (cell: string, ...groups: Column[]) =>
  `coalesce((SELECT ${groups.map((group) => `s.${group}`).join(' + ')} + '{}' FROM public.scope s
    WHERE s.fingerprint = ${FINGERPRINT}) @> ${cell}, false)`;
const THEMES = (['score', 'response', 'prediction'] as const)
  .map((column) => sees('t.cell_id', column))
  .join(' AND ');
const ANY: Column[] = ['score', 'response', 'prediction'];
/**
 * Rows about a set of cells count subsets of the answers. A caller sees them with the right to read every answer of every one of
 * those cells. Rows about everything have the unbounded set.
 */
const seesAll = (row: string) =>
  `((${EVERYTHING} OR (NOT isempty(${row}.cells) AND ${ANY.map((column) => sees(`${row}.cells`, column)).join(' AND ')}))
    AND (NOT ${isOfStaff(`${row}.cells`)} OR ${sees(`${row}.cells`, 'staff')}))`;
const belongsTo = (table: string, key: string, more = 'true') =>
  `EXISTS (SELECT FROM public.${table} o WHERE o.id = t.${key} AND ${seesAll('o')} AND ${more})`;
/** A case of a restricted response is kept, and shown to no one. */
const isUsed = (row: string) => `(${row}.response_id IS NULL OR EXISTS (SELECT FROM public.response_key k
    JOIN public.response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = ${row}.response_id)
  OR EXISTS (SELECT FROM public.uncounted_response u WHERE u.id = ${row}.response_id))`;

const ofResponse = (key: string) =>
  `EXISTS (SELECT FROM public.response_key k WHERE k.id = t.${key} AND ${sees('k.cell_id', 'response')})`;

const seesEvery = (column: Column) =>
  `(SELECT s.${column} = '{(,)}' FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT})`;
const EVERY_SCORE = seesEvery('score');
const SOME_SCORE = `coalesce((SELECT NOT isempty(s.score) FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT}), false)`;
/** The value of a cell in the dimension of that attribute. */
const valueIn = (attribute: string) => `coalesce(nullif(c.attributes ->> ${attribute}, ''), '${UNKNOWN}')`;
/**
 * The segments whose change events the scope sees: each value that one names occurs in one of its cells whose scores the scope reads. Not
 * correlated with the row: it is computed once for each statement.
 */
const SEEN_SEGMENTS = `SELECT g.segment FROM (SELECT DISTINCT segment FROM public.change_event) g
  WHERE (SELECT NOT isempty(s.score) FROM public.scope s WHERE s.fingerprint = ${FINGERPRINT})
    AND NOT EXISTS (SELECT FROM jsonb_each(g.segment) d, jsonb_array_elements_text(d.value) v
      WHERE NOT EXISTS (SELECT FROM public.cell c WHERE ${sees('c.id', 'score')} AND ${valueIn('d.key')} = v.value
        AND NOT EXISTS (SELECT FROM jsonb_each(g.segment) e WHERE NOT jsonb_exists(e.value, ${valueIn('e.key')}))))`;

/** What the view of a table shows. */
export interface Guard {
  /** Which rows are shown; t is the table. */
  readonly where: string;
  /** Columns of which only the rows of some cells are shown. */
  readonly masked?: Readonly<Record<string, Column>>;
  /** Columns that are shown by an expression. */
  readonly shown?: Readonly<Record<string, string>>;
  /** Columns that are left out. */
  readonly hidden?: readonly string[];
}

/** Tables of facts, whose rows belong to cells. */
export const SCOPED_TABLES = {
  response: {
    where: sees('t.cell_id', 'score', 'response'),
    // Comments are decrypted with the owner's id, so it has the same mask: see
    // store/encryption/subject-encryption.ts.
    masked: {
      comment: 'comment',
      subject_id: 'comment',
      external_id: 'response',
      account_id: 'respondent',
    },
  },
  // Those that are kept apart and not counted; which answer stands for one is shown where that is seen too.
  uncounted_response: {
    where: sees('t.cell_id', 'response'),
    masked: { comment: 'comment', subject_id: 'comment', account_id: 'respondent' },
    shown: {
      instead: `CASE WHEN EXISTS (SELECT FROM public.response_key k WHERE k.id = t.instead AND ${sees('k.cell_id', 'response')})
        THEN t.instead END`,
    },
  },
  counting_verdict: {
    where: ofResponse('response_id'),
    hidden: ['actor', 'actor_name', 'reason'],
  },
  // That an answer is flagged says that there are others like it, of any segment.
  response_flag: { where: seesEvery('response'), hidden: ['found'] },
  // That a comment was deleted says that there was one.
  aged_field: {
    where: `EXISTS (SELECT FROM public.response_key k WHERE k.id = t.response_id
      AND CASE WHEN t.field = 'comments' THEN ${sees('k.cell_id', 'comment')} ELSE ${sees('k.cell_id', 'response')} END)`,
  },
  response_key: {
    where: sees('t.cell_id', ...ANY),
    masked: { subject_id: 'respondent', content_hash: 'response' },
    hidden: ['revision', 'revised_at', 'event_id'],
  },
  source_event: {
    where: `EXISTS (SELECT FROM public.response_key k WHERE k.id = t.response_id AND ${sees('k.cell_id', ...ANY)})`,
    hidden: [
      'subject_id',
      'sealed',
      'content',
      'import_id',
      'import_line',
      'undone_at',
      'replaced',
      'stood',
      'sent',
    ],
  },
  prediction: { where: sees('t.cell_id', 'score', 'prediction') },
  // Money and time of accounts need the right to read the answers of the cell one by one.
  outcome: {
    where: `(NOT t.restricted AND ${sees('t.cell_id', 'response')})`,
    masked: {
      subject_id: 'respondent',
      account_id: 'respondent',
      owner: 'respondent',
      staff_id: 'staff',
      owner_id: 'staff',
    },
    hidden: ['former_hashes', 'revision', 'revised_at', 'position', 'sealed', 'import_id'],
  },
  rollup_minute: { where: sees('t.cell_id', 'score') },
  rollup_hour: { where: sees('t.cell_id', 'score', 'prediction') },
  rollup_day: { where: sees('t.cell_id', 'score') },
  rollup_mapping: { where: sees('t.cell_id', 'score', 'prediction') },
  // Subsets of the answers that scores count need the right to read the answers one by one.
  theme_hour: { where: THEMES },
  theme_day: { where: THEMES },
  // How far a statement's snapshot is, which counts in memory are compared with: no entry's time, kind or content.
  journal: { where: SOME_SCORE, hidden: ['recorded_at', 'kind', 'payload'] },
  // The maker would reveal who submits responses.
  cell: { where: sees('t.id', ...ANY), hidden: ['made_by', 'source', 'overflow', 'used'] },
  // Which of its releases are shown is read through the views: see store/disclosure/score-guard.ts.
  disclosure_cell: { where: sees('t.cell_id', 'score') },
  // Its place in the log would reveal how much of other cells is sealed; the manifest is for proofs.
  seal: { where: sees('t.cell_id', 'score', 'prediction'), hidden: ['id', 'manifest'] },
  // A review of a decision belongs to no cell.
  review: {
    where: `(t.cell_id IS NULL OR ${sees('t.cell_id', 'prediction')})`,
    hidden: ['reason', 'claimed_by', 'claimed_until'],
  },
  monitor_reading: { where: EVERYTHING },
  alert: { where: seesAll('t'), hidden: ['key'] },
  alert_event: { where: belongsTo('alert', 'alert_id') },
  alert_escalation: { where: belongsTo('alert', 'alert_id'), hidden: ['target_id'] },
  agent_decision: { where: seesAll('t') },
  agent_approval: { where: belongsTo('agent_decision', 'decision_id') },
  case_record: { where: `${seesAll('t')} AND ${isUsed('t')}` },
  case_event: { where: belongsTo('case_record', 'case_id', isUsed('o')) },
  delivery: { where: seesAll('t'), hidden: ['claimed_until'] },
  // Rates of few people need the right to read their answers one by one.
  invitation: {
    where: `${sees('t.cell_id', 'score')} AND ${sees('t.cell_id', 'response')}`,
    hidden: ['external_id', 'received_at', 'content_hash', 'former_hashes', 'revision', 'revised_at'],
  },
  // Who sent it, and how it was corrected, is its sender's.
  change_event: {
    where: `(${EVERY_SCORE} OR t.segment IN (${SEEN_SEGMENTS}))`,
    hidden: [
      'external_id',
      'received_at',
      'content_hash',
      'former_hashes',
      'revision',
      'revised_at',
      'import_id',
    ],
  },
} satisfies Readonly<Record<string, Guard>>;

/** Tables without data of cells: models, and names of sources and surveys. */
export const OPEN = [
  'feature_definition',
  'feature_set',
  'mapping_version',
  'model_event',
  'model_theme',
  'model_training_set',
  'model_version',
  'scale_rule',
  'source',
  'survey_version',
  'training_set',
] as const;
