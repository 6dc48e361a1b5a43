import type { Driver } from 'neo4j-driver';
import { nodeId, rollupId, sealId } from '../../domain/lineage/lineage.ts';
import type { Store } from '../../store/database/client.ts';
import type { Lease } from '../../store/database/lease.ts';
import type { JournalEntry } from '../../store/journal/journal.ts';
import {
  EVERY_ANSWER,
  readAlertAnnotations,
  readDecisionAnnotations,
  readReviewAnnotationsById,
  readSealRange,
  type SealOfRollup,
} from '../../store/lineage/lineage-annotations.ts';
import { readSuperseded } from '../../store/models/model-provenance.ts';
import { describeParts, type ModelPart } from '../describe.ts';
import { write } from './fence.ts';

export interface AnnotationsDeps {
  readonly driver: Driver;
  readonly store: Store;
  /** Under which the graph is written. */
  readonly lease: Lease;
}

/** Seals of one write to the graph. */
const BATCH = 2_000;

/**
 * Makes the graph equal to the record for what the entries say of models, reviews and seals: what a model version was made of and
 * superseded, decisions and alerts about it, reviews, and the seals of rollups. It reads what is there now.
 */
export async function projectAnnotations(
  deps: AnnotationsDeps,
  entries: readonly JournalEntry[],
): Promise<void> {
  const models = new Set<number>();
  const reviews = new Set<string>();
  for (const { kind, payload } of entries) {
    if ((kind === 'model' || kind === 'monitor') && payload.model !== undefined) models.add(payload.model);
    for (const id of payload.reviews ?? []) reviews.add(id);
  }
  if (models.size > 0) await projectModels(deps, [...models]);
  if (reviews.size > 0) await projectReviews(deps, [...reviews]);
  for (const { payload } of entries) {
    const [first, last] = payload.seals ?? [0, -1];
    for (let from = first; from <= last; from += BATCH)
      await projectSeals(deps, await readSealRange(deps.store, from, Math.min(from + BATCH - 1, last)));
  }
}

const MODELS = `UNWIND $rows AS row MERGE (v:ModelVersion {id: row.id})
  WITH v, row UNWIND row.superseded AS old MERGE (w:ModelVersion {id: old}) MERGE (v)-[:SUPERSEDES]->(w)`;
const RELATIONS: Readonly<Record<ModelPart['relation'], readonly [from: string, to: string]>> = {
  TRAINED_ON: ['ModelVersion', 'TrainingSet'],
  CALIBRATED_BY: ['ModelVersion', 'Calibration'],
  USES: ['ModelVersion', 'FeatureSet'],
  HAS: ['FeatureSet', 'Feature'],
};
const partsQuery = (relation: ModelPart['relation']) => {
  const [from, to] = RELATIONS[relation];
  return `UNWIND $rows AS row MERGE (a:${from} {id: row.from}) MERGE (b:${to} {id: row.to}) MERGE (a)-[:${relation}]->(b)`;
};
const saidOfModel = (
  label: 'Decision' | 'Alert',
) => `UNWIND $rows AS row MATCH (v:ModelVersion {id: row.model})
  MERGE (m:${label} {id: row.id}) SET m.recordedAt = row.recordedAt MERGE (m)-[:ABOUT]->(v)`;

async function projectModels(
  { driver, store, lease }: AnnotationsDeps,
  models: readonly number[],
): Promise<void> {
  const [parts, decisions, alerts] = [
    await describeParts({ store }, models),
    await readDecisionAnnotations(store, models),
    await readAlertAnnotations(store, models, EVERY_ANSWER, 0, null),
  ];
  const rows: { id: string; superseded: string[] }[] = [];
  for (const model of models) {
    const superseded = await readSuperseded(store, model);
    rows.push({
      id: nodeId('ModelVersion', model),
      superseded: superseded.map((id) => nodeId('ModelVersion', id)),
    });
  }
  const said = (
    label: 'Decision' | 'Alert',
    annotations: readonly { id: number; model: number; recordedAt: Date }[],
  ) =>
    annotations.map(({ id, model, recordedAt }) => ({
      id: nodeId(label, id),
      model: nodeId('ModelVersion', model),
      recordedAt: recordedAt.getTime(),
    }));
  await write(driver, lease, async (tx) => {
    await tx.run(MODELS, { rows });
    for (const relation of Object.keys(RELATIONS) as ModelPart['relation'][]) {
      const own = parts.filter((part) => part.relation === relation);
      if (own.length > 0)
        await tx.run(partsQuery(relation), { rows: own.map(({ from, node }) => ({ from, to: node.id })) });
    }
    await tx.run(saidOfModel('Decision'), { rows: said('Decision', decisions) });
    await tx.run(saidOfModel('Alert'), { rows: said('Alert', alerts) });
  });
}

const FORGET_REVIEWS = 'UNWIND $ids AS id MATCH (n:Review {id: id}) DETACH DELETE n';
const REVIEWS_OF_RESPONSES = `UNWIND $rows AS row MATCH (x:Response {id: row.about}) MERGE (v:ModelVersion {id: row.model})
  MERGE (n:Review {id: row.id}) SET n.recordedAt = row.recordedAt MERGE (n)-[:ABOUT]->(x) MERGE (n)-[:ABOUT]->(v)`;
const REVIEWS_OF_DECISIONS = `UNWIND $rows AS row MATCH (d:Decision {id: row.about})
  MERGE (n:Review {id: row.id}) SET n.recordedAt = row.recordedAt MERGE (n)-[:ABOUT]->(d)`;

async function projectReviews(
  { driver, store, lease }: AnnotationsDeps,
  ids: readonly string[],
): Promise<void> {
  const present = await readReviewAnnotationsById(store, ids);
  const known = new Set(present.map(({ id }) => id));
  const rows = present.map(({ id, responseId, decisionId, model, queuedAt }) => ({
    id: nodeId('Review', id),
    ofDecision: responseId === null,
    about: responseId === null ? nodeId('Decision', decisionId ?? 0) : nodeId('Response', responseId),
    model: nodeId('ModelVersion', model),
    recordedAt: queuedAt.getTime(),
  }));
  await write(driver, lease, async (tx) => {
    await tx.run(FORGET_REVIEWS, {
      ids: ids.filter((id) => !known.has(id)).map((id) => nodeId('Review', id)),
    });
    await tx.run(REVIEWS_OF_RESPONSES, { rows: rows.filter(({ ofDecision }) => !ofDecision) });
    await tx.run(REVIEWS_OF_DECISIONS, { rows: rows.filter(({ ofDecision }) => ofDecision) });
  });
}

const SEALS = `UNWIND $rows AS row MATCH (r:Rollup {id: row.rollup})
  MERGE (s:Seal {id: row.id}) SET s.recordedAt = row.recordedAt MERGE (r)-[:SEALED_BY]->(s)`;
const REVISIONS = `UNWIND $rows AS row MATCH (s:Seal {id: row.id}) MATCH (p:Seal {id: row.before}) MERGE (s)-[:SUPERSEDES]->(p)`;

/** Joins rollups that the graph has to their seals, and those to the revisions that they took the place of. */
export async function projectSeals(
  { driver, lease }: Pick<AnnotationsDeps, 'driver' | 'lease'>,
  seals: readonly SealOfRollup[],
): Promise<void> {
  if (seals.length === 0) return;
  const rows = seals.map(({ hour, cell, model, revision, recordedAt }) => {
    const rollup = { hour, cell, model };
    return {
      id: sealId(rollup, revision),
      rollup: rollupId(rollup),
      before: sealId(rollup, revision - 1),
      recordedAt: recordedAt.getTime(),
    };
  });
  await write(driver, lease, async (tx) => {
    await tx.run(SEALS, { rows });
    await tx.run(REVISIONS, { rows });
  });
}
