import { beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { InvalidCursorError } from '../../graph/traversal/cursor.ts';
import {
  type ImpactSegment,
  type ImpactTotals,
  impactOf,
  NoImpactError,
  type TouchedRollup,
} from '../../graph/traversal/impact.ts';
import type { ImpactAnnotation, ImpactPage } from '../../graph/traversal/impact-annotations.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { narrowScope } from '../fixtures/database.ts';
import { BASE, type LineageDatabase } from '../fixtures/lineage-database.ts';

let world: LineageDatabase;

const MODELS = ['ModelVersion:7', 'Feature:f1', 'FeatureSet:s1', 'TrainingSet:t1', 'Calibration:'];

/** Every source, survey, scale rule and mapping, each with what tells its answers in SQL. */
async function mappingIds(): Promise<[string, string][]> {
  const { record: database } = world;
  await database.mappings.refresh(database.store);
  const all = database.mappings.all();
  const group = (id: (one: (typeof all)[number]) => string) => {
    const groups = new Map<string, string[]>();
    for (const one of all) groups.set(id(one), [...(groups.get(id(one)) ?? []), String(one.id)]);
    return [...groups].map(([key, ids]): [string, string] => [key, `mapping_version_id IN (${ids})`]);
  };
  return [
    ...group(({ source }) => `Source:${source}`),
    ...group(({ surveyName, surveyVersion }) => `SurveyVersion:${surveyName}@${surveyVersion}`),
    ...group(({ scaleKey }) => `ScaleRule:${scaleKey}`),
    ...group(({ key }) => `MappingVersion:${key}`),
  ];
}

interface Whole {
  readonly rollups: TouchedRollup[];
  readonly segments: ImpactSegment[];
  readonly totals: ImpactTotals;
  readonly decisions: ImpactAnnotation[] | null;
  readonly alerts: ImpactAnnotation[] | null;
}

/** The calibration is named by a hash of what it holds. */
async function readCalibrationId(): Promise<string[]> {
  const query = { start: 'ModelVersion:7', direction: 'UPSTREAM', first: 50, after: null } as const;
  const lineage = createRecordLineage(world.record.store);
  const page = await traceLineage(world.depsFor(lineage), EVERYTHING, query);
  return page?.nodes.flatMap(({ kind, id }) => (kind === 'Calibration' ? [id] : [])) ?? [];
}

async function all(
  ask: (first: number, after: string | null) => Promise<ImpactPage<ImpactAnnotation> | null>,
  first: number,
): Promise<ImpactAnnotation[] | null> {
  const marks: ImpactAnnotation[] = [];
  for (let after: string | null = null; ; ) {
    const page: ImpactPage<ImpactAnnotation> | null = await ask(first, after);
    if (!page) return null;
    expect(page.nodes.length).toBeLessThanOrEqual(first);
    marks.push(...page.nodes);
    after = page.endCursor;
    if (!page.hasNextPage) return marks;
  }
}

/** All that an impact tells, page by page. */
async function whole(
  lineage: LineageStore,
  scope: Scope,
  id: string,
  first: number,
  bound?: number,
): Promise<Whole | null> {
  const deps = world.depsFor(lineage);
  const rollups: TouchedRollup[] = [];
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof impactOf>> = await impactOf(
      deps,
      scope,
      { id, first, after },
      bound,
    );
    if (!page) return null;
    expect(page.complete).toBe(true);
    expect(page.nodes.length).toBeLessThanOrEqual(first);
    rollups.push(...page.nodes);
    after = page.endCursor;
    if (page.hasNextPage) continue;
    const segments: ImpactSegment[] = [];
    for (let from: string | null = null; ; ) {
      const part = await page.segments(first, from);
      segments.push(...(part?.nodes ?? []));
      from = part?.endCursor ?? null;
      if (!part?.hasNextPage) break;
    }
    const [decisions, alerts] = [await all(page.decisions, first), await all(page.alerts, first)];
    return { rollups, segments, totals: await page.totals(), decisions, alerts };
  }
}

/** The same from the facts: answers with a class, and classes that a model gave. */
async function recount(answers: string, more = ''): Promise<object> {
  const facts = `SELECT cell_id, 0 AS model, answered_at, mapping_version_id FROM response WHERE class IS NOT NULL
    UNION ALL SELECT cell_id, model_version_id, answered_at, mapping_version_id FROM prediction WHERE class IS NOT NULL`;
  const [row] = await world.record.sql<object>(`SELECT
      count(DISTINCT (cell_id, model, date_trunc('hour', answered_at, 'UTC')))::integer AS rollups,
      count(DISTINCT (cell_id, model))::integer AS segments,
      (count(*) FILTER (WHERE model = 0))::integer AS responses, (count(*) FILTER (WHERE model > 0))::integer AS inferred,
      date_trunc('hour', min(answered_at), 'UTC') AS "firstHour", date_trunc('hour', max(answered_at), 'UTC') AS "lastHour"
    FROM (${facts}) f JOIN cell c ON c.id = f.cell_id WHERE ${answers} ${more}`);
  return row ?? {};
}

const hourOf = (hour: number) => new Date(BASE + hour * HOUR_MS).toISOString().slice(0, 13);
const alert = (of: string, hour: number) =>
  `alert: ${of} of model version 7, in the week until ${hourOf(hour)}:00Z`;
/** Alarms less than a day apart are one alert. */
const ALERTS = [alert('class mix', 7), alert('class mix', 38), alert('length, Japan', 7)] as const;
const LONG_AGO = alert('length, Japan', -3_000);
const labels = (marks: ImpactAnnotation[] | null | undefined) => marks?.map(({ node }) => node.label).sort();

const sum = (values: readonly (number | null)[]) => values.reduce<number>((a, b) => a + (b ?? 0), 0);

/** The suite of `impact`; part of lineage.test.ts, since one graph serves one file at a time. */
export function describeImpact(opened: () => LineageDatabase) {
  describe('impact', () => {
    beforeAll(async () => {
      world = opened();
      const [found] = await readCalibrationId();
      MODELS.splice(MODELS.indexOf('Calibration:'), 1, found ?? '');
    });

    it('counts what a recount of the facts counts, for sources, surveys, scales, mappings and models', async () => {
      const ids = [...(await mappingIds()), ...MODELS.map((id): [string, string] => [id, 'model = 7'])];
      expect(ids.length).toBeGreaterThan(12);
      for (const [id, answers] of ids) {
        const expected = await recount(answers);
        for (const [name, lineage] of world.stores) {
          const found = await whole(lineage, EVERYTHING, id, 500);
          expect(found?.totals, `${name} ${id}`).toMatchObject(expected);
          const responses = (found?.totals.responses ?? 0) + (found?.totals.inferred ?? 0);
          expect(sum(found?.rollups.map((one) => one.responses) ?? [])).toBe(responses);
          expect(sum(found?.segments.map((one) => one.responses) ?? [])).toBe(responses);
          expect(found?.rollups).toHaveLength(found?.totals.rollups ?? -1);
        }
      }
    });

    it('gives the same rollups and segments, once each, for every page size', async () => {
      for (const [id] of [...(await mappingIds()), ...MODELS.map((one) => [one])]) {
        const [[, reference] = []] = world.stores;
        const expected = reference && id && (await whole(reference, EVERYTHING, id, 500));
        if (!expected) throw new Error(`no impact of ${id}`);
        expect(new Set(expected.rollups.map(({ node }) => node.id)).size).toBe(expected.rollups.length);
        for (const [name, lineage] of world.stores)
          for (const first of [1, 3, 50])
            expect(await whole(lineage, EVERYTHING, id ?? '', first), `${name} ${first}`).toEqual(expected);
      }
    });

    it('lists decisions and alerts about the model versions concerned, for callers who may see them', async () => {
      const narrowed = narrowScope('not everything', () => true);
      for (const [, lineage] of world.stores) {
        for (const id of MODELS) {
          const found = await whole(lineage, EVERYTHING, id, 2);
          expect(found?.decisions, id).toMatchObject([
            {
              model: 7,
              node: { kind: 'Decision', label: 'model version 7: candidate to champion (promotion)' },
            },
          ]);
          expect(labels(found?.alerts), id).toEqual([...ALERTS, LONG_AGO].sort());
          expect(await whole(lineage, narrowed, id, 2)).toMatchObject({ decisions: null, alerts: null });
        }
      }
    });

    it('lists for sources the decisions about what learnt from them, and the alerts of their readings', async () => {
      const [mix, mixLater, japan] = ALERTS;
      for (const [, lineage] of world.stores) {
        const of = async (id: string) => {
          const found = await whole(lineage, EVERYTHING, id, 1);
          return [found?.decisions?.map(({ model }) => model), labels(found?.alerts)];
        };
        expect(await of('Source:web'), 'answers of Germany, one of them learnt').toEqual([
          [7],
          [mix, mixLater],
        ]);
        expect(await of('Source:mobile')).toEqual([[], [mix, mixLater, japan]]);
        const [peru] = await world.record.sql<{ id: string }>(
          `SELECT 'Cell:' || key AS id FROM cell WHERE attributes ->> 'region' = 'Peru'`,
        );
        expect(await of(peru?.id ?? ''), 'what a model learnt is of no cell').toEqual([[], [mix, mixLater]]);
      }
    });

    it('shows a restricted caller a world without hidden data', async () => {
      const sees = narrowScope('not japan', ({ attributes }) => attributes.region !== 'Japan');
      for (const [, lineage] of world.stores) {
        for (const [id, answers] of await mappingIds()) {
          const expected = await recount(answers, `AND c.attributes ->> 'region' <> 'Japan'`);
          const found = await whole(lineage, sees, id, 50);
          if ((expected as { rollups: number }).rollups === 0) expect(found, id).toBeNull();
          else expect(found?.totals, id).toMatchObject(expected);
          expect(JSON.stringify(found)).not.toContain('Japan');
        }
        expect(await whole(lineage, sees, 'Source:paper archive', 50)).toBeNull();
      }
    });

    it('reveals nothing about cells whose responses may not be read, nor whether there are any', async () => {
      const k = 9;
      const options = { smallestCount: k, withheld: ['readResponse'] };
      const aggregates = narrowScope('aggregates', () => true, options);
      const partly: Scope = {
        ...narrowScope('partly', () => true, { smallestCount: k }),
        allows: (group, cell) => group !== 'readResponse' || cell.attributes.region !== 'Japan',
        grant: (group) => (group === 'readResponse' ? 'not Japan' : 'all'),
      };
      for (const [, lineage] of world.stores) {
        for (const [id, answers] of await mappingIds()) {
          expect(await whole(lineage, aggregates, id, 500), id).toBeNull();
          const rest = await recount(answers, `AND c.attributes ->> 'region' <> 'Japan'`);
          const found = await whole(lineage, partly, id, 500);
          if ((rest as { rollups: number }).rollups === 0) expect(found, id).toBeNull();
          else expect(found?.totals, id).toMatchObject({ ...rest, suppressed: true });
          expect(JSON.stringify(found)).not.toContain('Japan');
        }
        // Who manages models knows that there is one; not what it has counted.
        const all = { ...aggregates, allowsAll: (group: string) => group === 'traceLineage' } as Scope;
        for (const id of MODELS.filter((one) => one.startsWith('ModelVersion:'))) {
          const found = await whole(lineage, all, id, 500);
          expect(found).toMatchObject({
            rollups: [],
            segments: [],
            totals: { rollups: 0, suppressed: true },
          });
        }
      }
    });

    it('says so if more is affected than it sums', async () => {
      for (const [, lineage] of world.stores) {
        const found = await whole(lineage, EVERYTHING, 'Source:mobile', 500, 3);
        expect(found?.totals).toMatchObject({ rollups: null, responses: null, complete: false });
        expect(found?.totals.reason).toContain('more than 3 hour rollups');
        expect(found?.segments).toEqual([]);
        expect(found?.rollups.length).toBeGreaterThan(3);
      }
    });

    it('refuses other kinds and cursors of other lists, and finds nothing for missing nodes', async () => {
      const [row] = await world.record.sql<{ id: string }>('SELECT id FROM response LIMIT 1');
      for (const [, lineage] of world.stores) {
        const ask = (id: string, after: string | null = null) =>
          impactOf(world.depsFor(lineage), EVERYTHING, { id, first: 2, after });
        await expect(ask(`Response:${row?.id}`)).rejects.toThrow(NoImpactError);
        const page = await ask('Source:web');
        await expect(ask('Source:mobile', page?.endCursor ?? '')).rejects.toThrow(InvalidCursorError);
        await expect(page?.segments(2, page.endCursor)).rejects.toThrow(InvalidCursorError);
        for (const id of ['', 'Source:none', 'ModelVersion:99', 'Feature:none'])
          expect(await ask(id)).toBeNull();
      }
    });
  });
}
