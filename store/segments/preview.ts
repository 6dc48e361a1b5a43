import { type Effect, startEffect } from '../../domain/scores/segment-moves.ts';
import type { CompiledRules, SentAttributes } from '../../domain/segments/apply-rules.ts';
import type { CellAttributes, CellDictionary } from '../../domain/segments/cell.ts';
import { type Cell, matchesSegment } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { type Placement, placementOf, sentInto } from '../../domain/segments/placement.ts';
import { Slice } from '../../domain/text/slices.ts';
import { activeHolds } from '../data-subjects/legal-hold.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';

/* What segment rules would change of stored answers: a dry run, which writes nothing. */

/** How many answers one dry run looks at, the newest first, and how many of them one statement reads. */
export const MOST_LOOKED_AT = 20_000;
const AT_ONCE = 1_000;

const ANSWERS = statement(
  'rules_preview_answers',
  `SELECT r.id, r.answered_at AS "answeredAt", r.answered_at::text AS place, r.cell_id AS "cellId", r.class,
      r.subject_id AS "subjectId", r.source_event_id AS "eventId", e.sent,
      ARRAY (SELECT f.dimension FROM aged_field f WHERE f.response_id = r.id AND f.field = 'dimensions') AS aged
    FROM response r LEFT JOIN source_event e ON e.id = r.source_event_id
    WHERE r.cell_id = ANY ($1::integer[]) AND r.answered_at >= $2 AND (r.answered_at, r.id) < ($3::text::timestamptz, $4::uuid)
    ORDER BY r.answered_at DESC, r.id DESC LIMIT $5`,
);
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

interface AnswerRow {
  readonly id: string;
  readonly answeredAt: Date;
  /** `answeredAt` to the microsecond. */
  readonly place: string;
  readonly cellId: number;
  readonly class: 0 | 1 | 2 | null;
  readonly subjectId: string;
  readonly eventId: string;
  readonly sent: Uint8Array | null;
  readonly aged: readonly string[];
}

/** What a dry run needs. */
export interface PreviewDeps {
  readonly record: Session;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary & { byKey(key: string): Cell | undefined };
  readonly dimensions: readonly Dimension[];
}

/** What rules would change; `reachedTo`: the answers before it were not looked at, because one dry run has a limit. */
export interface RulesPreview extends Effect {
  readonly reachedTo: Date | null;
}

/** Which answers; `most`: how many at most, the newest first. */
export interface PreviewWindow {
  readonly from: Date;
  readonly until: Date;
  readonly most?: number;
}

/**
 * Files the counted answers of these cells by the rules, without writing.
 * @param visible the cells whose scores and answers the caller may read one by one
 * @param permits whether the caller may read those of a segment: where else an answer would go is not said
 */
export async function previewRules(
  { record, encryption, cells, dimensions }: PreviewDeps,
  rules: CompiledRules,
  visible: readonly Cell[],
  permits: (attributes: CellAttributes) => boolean,
  { from, until, most = MOST_LOOKED_AT }: PreviewWindow,
): Promise<RulesPreview> {
  const holds = (await activeHolds(record)).flatMap(({ segment }) => (segment === null ? [] : [segment]));
  const held = new Set(
    visible.flatMap(({ id, attributes }) =>
      holds.some((segment) => matchesSegment(segment, attributes)) ? [id] : [],
    ),
  );
  const ids = visible.map(({ id }) => id);
  const effect = startEffect(dimensions);
  const known = new Map<number, Placement>();
  const slice = new Slice();
  let [place, id] = [until.toISOString(), FIRST_ID];
  let last: AnswerRow | undefined;
  for (let looked = 0; looked < most; looked += AT_ONCE) {
    const limit = Math.min(AT_ONCE, most - looked);
    const rows = await record.rows<AnswerRow>(ANSWERS, [ids, from, place, id, limit]);
    const subjects = await encryption.subjects(
      rows.flatMap(({ sent, subjectId }) => (sent === null ? [] : [subjectId])),
    );
    for (const row of rows) {
      const cell = cells.get(row.cellId);
      if (!cell) continue;
      const owner = subjects.get(row.subjectId);
      const read = row.sent && owner ? encryption.openSent(owner, row.eventId, row.sent) : null;
      const isPlain = read === null && row.aged.length === 0;
      const sent = read === null ? sentInto(cell) : (JSON.parse(read) as SentAttributes);
      const found =
        (isPlain ? known.get(cell.id) : undefined) ?? placementOf(rules, dimensions, cell, sent, row.aged);
      if (isPlain) known.set(cell.id, found);
      const home = found.is === 'moved' && found.home !== null ? cells.byKey(found.home) : undefined;
      const to = found.is === 'moved' ? (home?.attributes ?? found.to) : null;
      const is = found.is === 'moved' && held.has(cell.id) ? 'held' : found.is;
      effect.take(row.class, cell.attributes, { is, to: to && permits(to) ? to : null });
      if (slice.isOver()) await slice.next();
    }
    last = rows.at(-1);
    if (rows.length < limit || !last) return { ...effect.end(), reachedTo: null };
    [place, id] = [last.place, last.id];
  }
  return { ...effect.end(), reachedTo: last?.answeredAt ?? null };
}
