import { readQuarantinedOf } from '../connections/quarantine-person.ts';
import { statement } from '../database/statement.ts';
import { outcomesOfSubjects } from '../outcomes/outcome-rights.ts';
import { RESPONSE_COLUMNS } from '../responses/response-row.ts';
import { openReason } from '../reviews/review-reasons.ts';
import { type DataSubject, SUBJECT_IDS, subjectParameters } from './data-subject.ts';
import type { SubjectDeps } from './erase.ts';
import { MOST_MERGES, readMerges } from './merge-list.ts';
import { giveOwnKeys } from './own-keys.ts';

/** Everything stored about a person, as portable JSON. */
export interface SubjectAccessReport {
  readonly pseudonym: string | null;
  readonly restricted: boolean;
  readonly legalHold: boolean;
  readonly responses: readonly object[];
  /** Items they sent whose response was replaced by another person's under the same id. */
  readonly otherEvents: readonly object[];
  /** Hashes of training sets that contain their responses. */
  readonly trainingSets: readonly string[];
  /** What became of them: payments, subscriptions, tickets. */
  readonly outcomes: readonly object[];
  /** Which of their identifiers were merged, also where that was undone. */
  readonly merges: readonly object[];
  /** What connections delivered of them and could not be stored. */
  readonly quarantined: readonly object[];
}

const SUBJECTS = statement(
  'subject_rows',
  `SELECT id, restricted, held FROM subject_key WHERE id IN ${SUBJECT_IDS} ORDER BY id`,
);
const RESPONSES = statement(
  'subject_responses',
  `SELECT r.*, s.name AS source, v.name AS survey, v.version AS "surveyVersion", c.attributes FROM (
      SELECT r.id, r.answered_at AS "answeredAt", r.received_at AS "receivedAt", r.cell_id, r.mapping_version_id,
        r.external_id AS "externalId", r.score, r.class, r.comment, r.subject_id AS "subjectId",
        r.account_id AS "accountId", r.source_event_id AS "sourceEventId", false AS restricted, NULL AS uncounted
      FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
      WHERE k.subject_id = ANY ($1::uuid[])
      UNION ALL
      SELECT x.id, x.answered_at, x.received_at, x.cell_id, x.mapping_version_id, x.external_id, x.score, x.class, x.comment,
        x.subject_id, x.account_id, x.source_event_id, h.counting IS NULL, h.counting
      FROM restricted_response h, jsonb_to_record(h.row) AS x (${RESPONSE_COLUMNS}) WHERE h.subject_id = ANY ($1::uuid[])
    ) r JOIN mapping_version m ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id
      JOIN survey_version v ON v.id = m.survey_version_id JOIN cell c ON c.id = r.cell_id
    ORDER BY r."answeredAt", r.id`,
);
const EVENTS = statement(
  'subject_events',
  `SELECT e.id, e.response_id AS "responseId", e.position, e.received_at AS "receivedAt", e.subject_id AS "subjectId", e.sealed, e.content,
      e.sent
    FROM source_event e WHERE e.subject_id = ANY ($1::uuid[]) ORDER BY e.received_at, e.id`,
);
const PREDICTIONS = statement(
  'subject_predictions',
  `SELECT p.response_id AS "responseId", p.model_version_id AS "modelVersion", p.class, p.detractor, p.passive, p.promoter,
      p.sentiment, p.negative, p.neutral, p.positive, p.uncertainty, p.abstained, p.words, p.tokens,
      p.unknown_tokens AS "unknownTokens", p.language, p.predicted_at AS "predictedAt",
      (SELECT coalesce(jsonb_object_agg(t.theme->>'name', p.themes[t.place]), '{}')
        FROM jsonb_array_elements(m.artefact->'heads'->'themes') WITH ORDINALITY AS t (theme, place)) AS themes
    FROM response_key k JOIN prediction p ON p.response_id = k.id AND p.answered_at = k.answered_at
      JOIN model_version m ON m.id = p.model_version_id
    WHERE k.id = ANY ($1::uuid[]) ORDER BY p.response_id, p.model_version_id`,
);
const REVIEWS = statement(
  'subject_reviews',
  `SELECT v.id, v.response_id AS "responseId", v.cause, v.reason, v.model_version_id AS "modelVersion", v.queued_at AS "queuedAt",
      v.decided_at AS "decidedAt", coalesce((SELECT jsonb_agg(jsonb_build_object('by', d.actor_name, 'at', d.decided_at,
        'verdict', d.verdict, 'class', d.class, 'reason', d.reason) ORDER BY d.id)
        FROM review_decision d WHERE d.review_id = v.id), '[]') AS decisions
    FROM review v WHERE v.response_id = ANY ($1::uuid[]) ORDER BY v.queued_at, v.id`,
);
/** With what people did in it, and what was sent of it. */
const CASES = statement(
  'subject_cases',
  `SELECT c.id, c.response_id AS "responseId", c.state, c.severity, c.title, c.playbook, c.owner, c.opened_at AS "openedAt",
      c.due_at AS "dueAt", c.acted_at AS "actedAt", c.closed_at AS "closedAt", c.outcome,
      coalesce((SELECT jsonb_agg(jsonb_build_object('kind', e.kind, 'by', e.actor_name, 'reason', e.reason, 'at', e.at) ORDER BY e.id)
        FROM case_event e WHERE e.case_id = c.id), '[]') AS events,
      coalesce((SELECT jsonb_agg(jsonb_build_object('event', d.event, 'to', t.name, 'kind', t.kind, 'state', d.state, 'at', d.created_at)
          ORDER BY d.created_at, d.id)
        FROM delivery d JOIN target t ON t.id = d.target_id WHERE d.subject = 'Case:' || c.id), '[]') AS deliveries
    FROM case_record c WHERE c.response_id = ANY ($1::uuid[]) ORDER BY c.opened_at, c.id`,
);
const MEMBERS = statement(
  'subject_members',
  'SELECT DISTINCT hash FROM training_set_member WHERE response_id = ANY ($1::uuid[]) ORDER BY 1',
);

/** And other columns of the statement, unchanged. */
interface ResponseRow {
  readonly id: string;
  readonly class: 0 | 1 | 2 | null;
  readonly comment: string | null;
  readonly subjectId: string | null;
  readonly sourceEventId: string;
  readonly cell_id: number;
  readonly mapping_version_id: number;
}
interface EventRow {
  readonly id: string;
  readonly responseId: string;
  readonly position: string;
  readonly receivedAt: Date;
  readonly subjectId: string | null;
  readonly sealed: Uint8Array | null;
  /** From before content was stored as bytes. */
  readonly content: string | null;
  /** What segment rules read of it. */
  readonly sent: Uint8Array | null;
}

const CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;
const SENTIMENTS = ['NEGATIVE', 'NEUTRAL', 'POSITIVE'] as const;
const SHARES = [
  'detractor',
  'passive',
  'promoter',
  'negative',
  'neutral',
  'positive',
  'uncertainty',
] as const;
const MILLION = 1_000_000;

/** As stored: classes as numbers, shares in millionths. */
type PredictionCodes = Readonly<Record<(typeof SHARES)[number], number>> & {
  readonly responseId: string;
  readonly class: 0 | 1 | 2 | null;
  readonly sentiment: 0 | 1 | 2 | null;
  readonly themes: Readonly<Record<string, number>>;
};

/** In words, and shares of 1: the person must be able to read it. */
function readable(row: PredictionCodes) {
  const shares = (of: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(of).map(([name, millionths]) => [name, millionths / MILLION]));
  return {
    ...row,
    class: row.class === null ? null : CLASSES[row.class],
    sentiment: row.sentiment === null ? null : SENTIMENTS[row.sentiment],
    ...shares(Object.fromEntries(SHARES.map((name) => [name, row[name]]))),
    themes: shares(row.themes),
  };
}

/** What is stored about the person; null for an unknown person. */
export async function readSubjectAccessReport(
  deps: Omit<SubjectDeps, 'sign'>,
  dataSubject: DataSubject,
): Promise<SubjectAccessReport | null> {
  const { store, encryption } = deps;
  await store.transaction((session) => giveOwnKeys(session, encryption, dataSubject));
  const subjects = await store.rows<{ id: string; restricted: boolean; held: boolean }>(
    SUBJECTS,
    subjectParameters(dataSubject),
  );
  const ids = subjects.map(({ id }) => id);
  const quarantined = await readQuarantinedOf(store, encryption, dataSubject.lookups, ids);
  if (subjects.length === 0 && quarantined.length === 0) return null;
  const rows = await store.rows<ResponseRow>(RESPONSES, [ids]);
  const responseIds = rows.map(({ id }) => id);
  const opened = await encryption.openComments(rows);
  const events = await openEvents(deps, ids);
  const predictions = (await store.rows<PredictionCodes>(PREDICTIONS, [responseIds])).map(readable);
  const reviews = await openReviews(deps, responseIds);
  const cases = await store.rows<{ responseId: string }>(CASES, [responseIds]);
  const members = await store.rows<{ hash: string }>(MEMBERS, [responseIds]);
  const of = <Row extends { responseId: string }>(list: readonly Row[], id: string) =>
    list.filter((row) => row.responseId === id).map(({ responseId: _response, ...rest }) => rest);
  return {
    pseudonym: pseudonymAmong([...(await encryption.merged(ids)).values()]),
    restricted: subjects.some(({ restricted }) => restricted),
    legalHold: subjects.some(({ held }) => held),
    responses: opened.map((row) => {
      const { respondent: _respondent, cell_id: _cell, mapping_version_id: _mapping, ...rest } = row;
      return {
        ...rest,
        class: row.class === null ? null : CLASSES[row.class],
        events: of(events, row.id),
        predictions: of(predictions, row.id),
        reviews: of(reviews, row.id),
        cases: of(cases, row.id),
      };
    }),
    otherEvents: events.filter(({ responseId }) => !responseIds.includes(responseId)),
    trainingSets: members.map(({ hash }) => hash),
    outcomes: await outcomesOfSubjects(store, encryption, ids),
    merges: await readMerges({ store, encryption }, { subjectIds: ids, after: null, limit: MOST_MERGES }),
    quarantined,
  };
}

/** The person's, rather than that of an account that they named alike. */
function pseudonymAmong(subjects: readonly { readonly pseudonym: string | null }[]): string | null {
  const names = subjects.flatMap(({ pseudonym }) => pseudonym ?? []);
  return names.find((name) => name.startsWith('p')) ?? names[0] ?? null;
}

/** By owner and not by response: another person may have answered under the same id. */
async function openEvents({ store, encryption }: Omit<SubjectDeps, 'sign'>, subjectIds: readonly string[]) {
  const rows = await store.rows<EventRow>(EVENTS, [subjectIds]);
  const subjects = await encryption.subjects(subjectIds);
  return rows.map(({ sealed, content, sent, subjectId, ...row }) => {
    const subject = subjects.get(subjectId ?? '');
    const kept = sealed ?? content;
    const text = kept === null || !subject ? null : encryption.decrypt(subject, 'event', row.id, kept);
    const read = sent === null || !subject ? null : encryption.openSent(subject, row.id, sent);
    return { ...row, content: text, ...(read === null ? {} : { attributes: JSON.parse(read) as unknown }) };
  });
}

interface ReviewRow {
  readonly id: string;
  readonly responseId: string;
  readonly reason: string | null;
  readonly decisions: readonly { readonly class: 0 | 1 | 2 | null; readonly reason: string }[];
}

/** Reasons that people gave when they disputed or reviewed predictions of the responses. */
async function openReviews(deps: Omit<SubjectDeps, 'sign'>, responseIds: readonly string[]) {
  const rows = await deps.store.rows<ReviewRow>(REVIEWS, [responseIds]);
  return Promise.all(
    rows.map(async ({ decisions, ...row }) => ({
      ...row,
      reason: row.reason === null ? null : await openReason(deps, row.responseId, row.reason),
      decisions: await Promise.all(
        decisions.map(async (one) => ({
          ...one,
          class: one.class === null ? null : CLASSES[one.class],
          reason: await openReason(deps, row.responseId, one.reason),
        })),
      ),
    })),
  );
}
