import { parseSealKey, type RollupKey, rollupId, sealId } from '../../domain/lineage/lineage.ts';
import { lastSeal } from '../../store/lineage/all-rows.ts';
import {
  readSealAnnotations,
  readSealRange,
  readSealsOfHours,
  type SealAnnotation,
  type SealOfRollup,
} from '../../store/lineage/lineage-annotations.ts';
import { edge } from '../node.ts';
import { rollupKind } from './rollup.ts';
import { annotates, annotationKind } from './shared/annotation.ts';
import { BATCH, batches, entry } from './shared/projection.ts';
import type { StoredAnnotation } from './shared/write-annotations.ts';

/** Between two of these, filling an empty graph can be stopped; a record may have millions. */
const PAGE = 10 * BATCH;

/** One revision of a rollup's seal. */
interface SealRow extends SealAnnotation {
  readonly rollup: RollupKey;
}

const sealsOf = async (session: Parameters<typeof readSealAnnotations>[0], rollup: RollupKey) =>
  (await readSealAnnotations(session, rollup)).map((seal): SealRow => ({ ...seal, rollup }));

const idBefore = (rollup: RollupKey, revision: number) =>
  revision > 0 ? sealId(rollup, revision - 1) : null;

const stored = ({ revision, recordedAt, ...rollup }: SealOfRollup): StoredAnnotation => ({
  id: sealId(rollup, revision),
  recordedAt,
  about: [rollupId(rollup)],
  supersedes: idBefore(rollup, revision),
});

/** A seal of an hour rollup: visible to callers who can see the rollup. */
export const sealKind = annotationKind<SealRow, NonNullable<ReturnType<typeof parseSealKey>>>({
  kind: 'Seal',
  picture: { column: 0, row: 1, names: ['seal', 'seals'] },
  parseKey: parseSealKey,
  read: async ({ store }, { rollup, revision }) =>
    (await sealsOf(store, rollup)).find((seal) => seal.revision === revision) ?? null,
  subject: (request, _row, { rollup }) => request.find(rollupId(rollup)),
  about: ({ rollup }) => [rollupId(rollup)],
  node: ({ rollup, revision, why, hash, recordedAt }) => ({
    id: sealId(rollup, revision),
    kind: 'Seal',
    label: `seal, revision ${revision}: ${why.toLowerCase()}, manifest ${hash.slice(0, 12)}`,
    recordedAt,
  }),
  link: (id, rollup) => edge(rollup, 'SEALED_BY', id),
  supersedes: ({ rollup, revision }) => idBefore(rollup, revision),
  subjects: [annotates(rollupKind, ({ store }, { rollup }) => sealsOf(store, rollup))],
  touched: async function* ({ store, written }, entries) {
    // When a rollup has responses again, its seals are written to the graph again too.
    for (const hours of batches(written.unsealed())) {
      yield { rows: (await readSealsOfHours(store, hours)).map(stored) };
      written.sealed(hours);
    }
    for (const { payload } of entries) {
      const [first, last] = payload.seals ?? [0, -1];
      for (let from = first; from <= last; from += BATCH)
        yield { rows: (await readSealRange(store, from, Math.min(from + BATCH - 1, last))).map(stored) };
    }
  },
  all: async function* ({ store }) {
    const last = (await lastSeal(store)) ?? -1;
    for (let from = 0; from <= last; from += PAGE)
      yield [entry('seal', { seals: [from, Math.min(from + PAGE - 1, last)] })];
  },
});
