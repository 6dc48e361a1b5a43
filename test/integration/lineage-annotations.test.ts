import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { rollupId } from '../../domain/lineage/lineage.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import type { LineageDeps } from '../../graph/kinds/shared/kind.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { type LineagePage, lineageNode, traceLineage } from '../../graph/traversal/trace.ts';
import { narrowScope } from '../fixtures/database.ts';
import { type LineageDatabase, openLineageDatabase, score } from '../fixtures/lineage-database.ts';
import { sealsOf, type TestSeals } from '../fixtures/sealed-database.ts';

/* Annotations: seals of rollups, decisions, alerts, reviews. Both stores read them from the database. */
let world: LineageDatabase;
let seals: TestSeals;
const ids = {
  rollup: '',
  seals: [] as string[],
  hashes: [] as string[],
  review: '',
  response: '',
  region: '',
};

beforeAll(async () => {
  world = await openLineageDatabase(false);
  const { record: database } = world;
  const [one] = await database.sql<{
    id: string;
    cell: string;
    cellId: number;
    answeredAt: Date;
    region: string;
  }>(
    `SELECT r.id, r.cell_id AS "cellId", c.key AS cell, r.answered_at AS "answeredAt", c.attributes->>'region' AS region FROM response r
     JOIN prediction p ON p.response_id = r.id JOIN cell c ON c.id = r.cell_id WHERE r.class IS NOT NULL ORDER BY r.id LIMIT 1`,
  );
  if (!one) throw new Error('there is a response that a model read');
  const hour = Math.floor(one.answeredAt.getTime() / HOUR_MS);
  const rollup = { hour, cell: one.cell, model: 0 };
  seals = sealsOf(database);
  await seals.seal();
  const late = { externalId: 'late', answeredAt: one.answeredAt.toISOString(), score: 9, region: one.region };
  expect(await database.submit([late])).toMatchObject({ accepted: 1 });
  expect(await seals.seal()).toEqual({ sealed: 1, refused: [] });
  for (const revision of [0, 1]) {
    const key = `${rollupId(rollup).slice(7)}:${revision}`;
    const [row] = await database.sql<{ hash: string }>(
      `SELECT hash FROM seal WHERE cell_id = ${one.cellId} AND model_version_id = 0 AND revision = ${revision}
        AND bucket = to_timestamp(${hour * 3_600})`,
    );
    ids.seals.push(`Seal:${key}`);
    ids.hashes.push(row?.hash.slice(0, 12) ?? '');
  }
  const [review] = await database.sql<{ id: string }>(
    `INSERT INTO review (response_id, answered_at, cell_id, model_version_id, cause, queued_at) SELECT id, answered_at, cell_id, 7,
      'LOW_CONFIDENCE', now() FROM response WHERE id = '${one.id}' RETURNING id`,
  );
  Object.assign(ids, {
    rollup: rollupId(rollup),
    review: `Review:${review?.id}`,
    response: `Response:${one.id}`,
    region: one.region,
  });
});
afterAll(async () => {
  await world?.close();
  seals?.removeFiles();
});

/** As the API reads: through the views of what the scope sees. */
function depsOf(scope: Scope): LineageDeps {
  const store = world.record.scopedReader.as(scope);
  return { ...world.depsFor(createRecordLineage(store)), store };
}

async function trace(start: string, direction: TraceDirection, scope = EVERYTHING, first = 500) {
  const pages: LineagePage[] = [];
  for (let after: string | null = null; ; ) {
    const page: LineagePage | null = await traceLineage(depsOf(scope), scope, {
      start,
      direction,
      first,
      after,
    });
    if (!page) return null;
    pages.push(page);
    if (!page.hasNextPage) break;
    after = page.endCursor;
  }
  return { nodes: pages.flatMap(({ nodes }) => nodes), edges: pages.flatMap(({ edges }) => edges) };
}

/** Ids of the first decision and the first alert about a model version. */
async function saidOf(model: string): Promise<string[]> {
  const nodes = (await trace(model, 'DOWNSTREAM'))?.nodes ?? [];
  return ['Decision', 'Alert'].map((wanted) => nodes.find(({ kind }) => kind === wanted)?.id ?? '');
}

describe('the lineage of annotations', () => {
  it('leads from a rollup to the revisions of its seal, and back to what they sealed', async () => {
    const [first = '', second = ''] = ids.seals;
    const down = await trace(ids.rollup, 'DOWNSTREAM');
    expect(down?.nodes.map(({ id, label }) => [id, label])).toEqual([
      [ids.rollup, expect.any(String)],
      [first, `seal, revision 0: sealed, manifest ${ids.hashes[0]}`],
      [second, `seal, revision 1: late, manifest ${ids.hashes[1]}`],
    ]);
    expect(down?.edges).toEqual([
      { from: ids.rollup, relation: 'SEALED_BY', to: first },
      { from: ids.rollup, relation: 'SEALED_BY', to: second },
      { from: second, relation: 'SUPERSEDES', to: first },
    ]);
    const up = await trace(second, 'UPSTREAM');
    expect(up?.edges.slice(0, 1)).toEqual([{ from: second, relation: 'SUPERSEDES', to: first }]);
    expect(up?.edges).toContainEqual({ from: ids.rollup, relation: 'SEALED_BY', to: second });
    expect(up?.edges).toContainEqual({ from: ids.response, relation: 'COUNTED_IN', to: ids.rollup });
    expect(up?.nodes.filter(({ kind }) => kind === 'Rollup')).toMatchObject([{ id: ids.rollup, depth: 1 }]);
    expect((await trace(first, 'UPSTREAM'))?.nodes.map(({ kind }) => kind)).not.toContain('Review');
    expect((await trace(second, 'DOWNSTREAM'))?.nodes.map(({ id }) => id)).toEqual([second]);
  });

  it('leads from a response to its reviews, and from a review to its subject', async () => {
    const down = await trace(ids.response, 'DOWNSTREAM');
    expect(down?.nodes.at(-1)).toMatchObject({
      id: ids.review,
      kind: 'Review',
      label: 'review of model version 7, low confidence, open',
    });
    expect(down?.edges.at(-1)).toEqual({ from: ids.review, relation: 'ABOUT', to: ids.response });
    const up = await trace(ids.review, 'UPSTREAM');
    expect(up?.edges.filter(({ relation }) => relation === 'ABOUT').map(({ to }) => to)).toEqual([
      ids.response,
      'ModelVersion:7',
    ]);
    const depths = new Map(up?.nodes.map(({ kind, depth }) => [kind, depth]));
    expect(Object.fromEntries(depths)).toMatchObject({
      Review: 0,
      Response: 1,
      ModelVersion: 1,
      SourceEvent: 2,
      TrainingSet: 2,
      Feature: 3,
      Source: 3,
    });
    expect((await trace(ids.review, 'DOWNSTREAM'))?.nodes.map(({ id }) => id)).toEqual([ids.review]);
  });

  it('gives the same in pages of any size', async () => {
    for (const start of [...ids.seals, ids.review, ids.rollup, ids.response])
      for (const direction of ['UPSTREAM', 'DOWNSTREAM'] as const)
        for (const first of [1, 3])
          expect(await trace(start, direction, EVERYTHING, first)).toEqual(await trace(start, direction));
  });

  it('is part of paths', async () => {
    const { record: database } = world;
    const [source] = await database.sql<{
      name: string;
    }>(`SELECT s.name FROM response r JOIN mapping_version m
      ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id WHERE 'Response:' || r.id = '${ids.response}'`);
    const kinds = async (from: ScoreStart | string, to: ScoreStart | string) =>
      (await lineagePath(depsOf(EVERYTHING), EVERYTHING, from, to))?.nodes.map(({ kind }) => kind);
    const to = `Source:${source?.name}`;
    expect(await kinds(ids.review, to)).toEqual(['Review', 'Response', 'SourceEvent', 'Source']);
    expect(await kinds(ids.seals[1] ?? '', ids.response)).toEqual(['Seal', 'Rollup', 'Response']);
    expect(await kinds(ids.seals[1] ?? '', ids.seals[0] ?? '')).toEqual(['Seal', 'Seal']);
    expect(await kinds('TrainingSet:t1', ids.review)).toEqual(['TrainingSet', 'ModelVersion', 'Review']);
    expect(await kinds(ids.review, ids.seals[0] ?? '')).toEqual(['Review', 'Response', 'Rollup', 'Seal']);
    const hour = score({ region: [ids.region] }, 0, 360);
    expect(await kinds(hour, ids.seals[1] ?? '')).toEqual(['Score', 'Rollup', 'Seal']);
    expect(await kinds(ids.seals[1] ?? '', hour)).toEqual(['Seal', 'Rollup', 'Score']);
    expect(await kinds(hour, ids.review)).toEqual(['Score', 'Rollup', 'Response', 'Review']);
    const [decision = '', alert = ''] = await saidOf('ModelVersion:7');
    expect(await kinds(decision, 'Feature:f1')).toEqual([
      'Decision',
      'ModelVersion',
      'FeatureSet',
      'Feature',
    ]);
    expect(await kinds(alert, to)).toEqual(['Alert', 'ModelVersion', 'Rollup', 'MappingVersion', 'Source']);
    expect(await kinds(decision, alert)).toEqual(['Decision', 'ModelVersion', 'Alert']);
    const elsewhere = score(
      { region: ['Peru', 'Germany', 'Chile'].filter((name) => name !== ids.region) },
      0,
      360,
    );
    expect(await kinds(elsewhere, ids.seals[0] ?? '')).toBeUndefined();
  });

  it('leads from a model version to decisions and alerts, from those to their subject, and back', async () => {
    const down = await trace('ModelVersion:7', 'DOWNSTREAM');
    const said = down?.nodes.filter(({ kind }) => kind === 'Decision' || kind === 'Alert') ?? [];
    expect(said.map(({ kind }) => kind)).toEqual(['Decision', 'Alert', 'Alert', 'Alert', 'Alert']);
    for (const { id } of said)
      expect(down?.edges).toContainEqual({ from: id, relation: 'ABOUT', to: 'ModelVersion:7' });
    const [decision = '', alert = ''] = said.map(({ id }) => id);
    const [review] = await world.record.sql<{ id: string }>(
      `INSERT INTO review (decision_id, model_version_id, cause, queued_at) VALUES (${decision.slice('Decision:'.length)}, 7,
        'HIGH_IMPACT', now()) RETURNING 'Review:' || id AS id`,
    );
    const after = await trace(decision, 'DOWNSTREAM');
    expect(after?.nodes.map(({ label }) => label)).toEqual([
      'model version 7: candidate to champion (promotion)',
      'review of a decision about model version 7, high impact, open',
    ]);
    const up = await trace(review?.id ?? '', 'UPSTREAM');
    expect(up?.nodes.slice(0, 3).map(({ kind, depth }) => [kind, depth])).toEqual([
      ['Review', 0],
      ['Decision', 1],
      ['ModelVersion', 2],
    ]);
    expect(up?.edges.slice(0, 2)).toEqual([
      { from: review?.id, relation: 'ABOUT', to: decision },
      { from: decision, relation: 'ABOUT', to: 'ModelVersion:7' },
    ]);
    expect((await trace(alert, 'UPSTREAM'))?.nodes.map(({ kind }) => kind)).toContain('Calibration');
    // Who does not know of what all answers made knows of none of it.
    const narrowed = narrowScope('narrowed', () => true);
    for (const id of [decision, alert, review?.id ?? ''])
      expect(await lineageNode(depsOf(narrowed), narrowed, id), id).toBeNull();
    expect(
      (await trace('ModelVersion:7', 'DOWNSTREAM', narrowed))?.nodes.map(({ kind }) => kind),
    ).not.toContain('Decision');
    for (const id of [
      'Decision:0',
      'Decision:x',
      'Decision:999999',
      'Alert:999999',
      'Alert:',
      'Decision:1e1',
    ])
      expect(await lineageNode(depsOf(EVERYTHING), EVERYTHING, id), id).toBeNull();
  });

  it('leads from answers and outcomes to the merges of their identifiers, and back to all that these are about', async () => {
    const { record: database } = world;
    const [response = '', elsewhere = ''] = (
      await database.sql<{ id: string }>(
        `SELECT 'Response:' || r.id AS id FROM response r JOIN cell c ON c.id = r.cell_id
          WHERE 'Response:' || r.id = '${ids.response}' OR c.attributes->>'region' <> '${ids.region}'
          ORDER BY 'Response:' || r.id <> '${ids.response}', r.answered_at, r.id LIMIT 2`,
      )
    ).map(({ id }) => id);
    const bare = [response, elsewhere].map((id) => id.slice(9));
    await database.sql(`UPDATE response_key SET subject_id = id WHERE id IN ('${bare.join("', '")}')`);
    const [outcome] = await database.sql<{ id: string }>(
      `INSERT INTO outcome (id, source_id, external_id, received_at, content_hash, kind, at, cell_id, subject_id, position)
        SELECT gen_random_uuid(), 1, 'merged', now(), 'h', 'PAYMENT', answered_at + interval '1 day', cell_id, subject_id, 'p'
        FROM response_key WHERE id = '${bare[0]}' RETURNING 'Outcome:' || id AS id`,
    );
    const [merge] = await database.sql<{ id: string }>(
      `INSERT INTO identity_merge (id, kind, from_id, into_id, actor, recorded_at)
        VALUES (gen_random_uuid(), 'RESPONDENT', '${bare[0]}', '${bare[1]}', 'officer', '2026-03-04') RETURNING 'Merge:' || id AS id`,
    );
    const id = merge?.id ?? '';
    const about = [response, elsewhere, outcome?.id].map((to) => ({ from: id, relation: 'ABOUT', to }));
    const edgesOf = async (start: string, direction: TraceDirection, scope = EVERYTHING) =>
      (await trace(start, direction, scope))?.edges.filter(({ from }) => from === id);
    expect((await edgesOf(id, 'UPSTREAM'))?.sort((a, b) => (a.to < b.to ? -1 : 1))).toEqual(
      about.toSorted((a, b) => ((a.to ?? '') < (b.to ?? '') ? -1 : 1)),
    );
    for (const [start, edge] of [response, elsewhere, outcome?.id ?? ''].map(
      (to, i) => [to, about[i]] as const,
    ))
      expect(await edgesOf(start, 'DOWNSTREAM'), start).toEqual([edge]);
    const label = 'merge of respondents 2026-03-04';
    expect(await lineageNode(depsOf(EVERYTHING), EVERYTHING, id)).toMatchObject({ kind: 'Merge', label });
    // An undone merge stays behind the answers that it was about.
    await database.sql(`UPDATE identity_merge SET undone_at = '2026-03-05' WHERE 'Merge:' || id = '${id}'`);
    const [undone] =
      (await trace(response, 'DOWNSTREAM'))?.nodes.filter(({ kind }) => kind === 'Merge') ?? [];
    expect(undone?.label).toBe(`${label}, undone 2026-03-05`);
    // A caller who sees some of the answers sees those; one who sees no respondents sees none, nor the merge.
    const without = narrowScope('without', ({ attributes }) => attributes.region !== ids.region);
    expect(await edgesOf(id, 'UPSTREAM', without)).toEqual([about[1]]);
    const masked = narrowScope('masked', () => true, { withheld: ['readRespondent'] });
    expect(await lineageNode(depsOf(masked), masked, id)).toBeNull();
    expect(await edgesOf(response, 'DOWNSTREAM', masked)).toEqual([]);
    const nowhere = narrowScope('nowhere', ({ attributes }) => attributes.region === 'Atlantis');
    expect(await lineageNode(depsOf(nowhere), nowhere, id)).toBeNull();
    // Nothing leads to a merge whose person was erased.
    await database.sql(
      `UPDATE identity_merge SET from_id = NULL, into_id = NULL WHERE 'Merge:' || id = '${id}'`,
    );
    expect(await lineageNode(depsOf(EVERYTHING), EVERYTHING, id)).toBeNull();
  });

  it('does not exist for callers without the rollup, the response or the prediction', async () => {
    const elsewhere = narrowScope('elsewhere', ({ attributes }) => attributes.region !== ids.region);
    const counts = narrowScope('counts', () => true, { withheld: ['readResponse'] });
    const surveyed = narrowScope('surveyed', () => true, { withheld: ['readPrediction'] });
    const seen = async (scope: Scope) =>
      Promise.all(
        [...ids.seals, ids.review].map(async (id) => (await lineageNode(depsOf(scope), scope, id))?.kind),
      );
    expect(await seen(EVERYTHING)).toEqual(['Seal', 'Seal', 'Review']);
    expect(await seen(elsewhere)).toEqual([undefined, undefined, undefined]);
    expect(await seen(counts)).toEqual(['Seal', 'Seal', undefined]);
    expect(await seen(surveyed)).toEqual(['Seal', 'Seal', undefined]);
    const down = await trace(ids.response, 'DOWNSTREAM', surveyed);
    expect(down?.nodes.map(({ kind }) => kind)).not.toContain('Review');
    // The rules of the kind alone, without the scoped views.
    const unscoped = world.depsFor(createRecordLineage(world.record.store));
    for (const scope of [elsewhere, surveyed])
      expect(await lineageNode(unscoped, scope, ids.review), scope.fingerprint).toBeNull();
    const query = { start: ids.response, direction: 'DOWNSTREAM', first: 500, after: null } as const;
    const page = await traceLineage(unscoped, surveyed, query);
    expect(page?.nodes.map(({ kind }) => kind)).toContain('Rollup');
    expect(page?.nodes.map(({ kind }) => kind)).not.toContain('Review');
    // The scoped views alone: a program that forgets to check sees nothing.
    for (const scope of [elsewhere, surveyed])
      expect(
        await world.record.scopedReader
          .as(scope)
          .rows({ name: '', text: 'SELECT FROM review WHERE decision_id IS NULL' }, []),
      ).toEqual([]);
    const ofCell = `SELECT FROM seal JOIN cell c ON c.id = cell_id WHERE c.attributes->>'region' = '${ids.region}'`;
    const sealsSeen = (scope: Scope) =>
      world.record.scopedReader.as(scope).rows({ name: '', text: ofCell }, []);
    expect(await sealsSeen(elsewhere)).toEqual([]);
    expect(await sealsSeen(EVERYTHING)).not.toEqual([]);
    for (const id of [
      'Seal:',
      'Seal:2026010100:x:0:1',
      `${ids.seals[0]}0`,
      `${ids.seals[1]}9`,
      'Review:nothing',
      `Review:${ids.response.slice(9)}`,
    ])
      expect(await lineageNode(depsOf(EVERYTHING), EVERYTHING, id)).toBeNull();
  });
});
