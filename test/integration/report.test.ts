import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { decideFrom, policyOf } from '../../agents/loop/decide.ts';
import { type ReportDeps, type ReportReader, reportFacts } from '../../api/report/facts.ts';
import { renderReport } from '../../api/report/render.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { parseScoreId, type ScoreName, scoreId } from '../../domain/scores/score.ts';
import { provDocument } from '../../graph/export/prov-json.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { collectTrace } from '../../graph/traversal/collect.ts';
import { insertDecision } from '../../store/agents/decisions.ts';
import { readScore } from '../../store/scores/scores.ts';
import { narrowScope } from '../fixtures/database.ts';
import { BASE, iso, type LineageDatabase, openLineageDatabase } from '../fixtures/lineage-database.ts';
import { sampleAgent } from '../fixtures/sample-agent.ts';

const sample = sampleAgent({ values: {}, cells: 'everything', about: [], failing: false }) as AnyAgent;
let world: LineageDatabase;
let deps: ReportDeps;
beforeAll(async () => {
  world = await openLineageDatabase(false);
  const lineage = createRecordLineage(world.record.store);
  deps = {
    ...world.depsFor(lineage),
    record: world.record.store,
    agents: [sample],
    now: () => Date.parse(iso(600)),
  };
});
afterAll(async () => {
  await world?.close();
});

const name = (basis: ScoreName['basis'], segment: ScoreName['segment'] = {}): ScoreName => ({
  segment,
  from: BASE,
  until: BASE + 6 * 3_600_000,
  basis,
  confidence: 0.95,
  model: basis === 'SURVEYED' ? null : 7,
});
const NAMES = [name('SURVEYED'), name('INFERRED'), name('COMBINED'), name('SURVEYED', { region: ['Japan'] })];
const notJapan = narrowScope('not japan', ({ attributes }) => attributes.region !== 'Japan');
const aggregates = narrowScope('aggregates', () => true, { smallestCount: 500, withheld: ['readResponse'] });

async function prov(scope: Scope, one: ScoreName, bound = 10_000) {
  const id = scoreId(one);
  const start = { ...one, id, label: 'a score' };
  const trace = await collectTrace(deps, scope, start, bound);
  const document = provDocument(await readScore(deps, scope, one), trace);
  return { trace, document: JSON.parse(JSON.stringify(document)) as Record<string, Record<string, never>> };
}

/** The published schema says draft 4; it uses nothing that later drafts read otherwise. */
function provSchema() {
  const path = new URL('../fixtures/prov/prov-json-schema.json', import.meta.url);
  const { $schema: _, ...schema } = JSON.parse(readFileSync(path, 'utf8'));
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe('PROV-JSON of a score', () => {
  it('conforms to the published schema, and to itself: related items exist', async () => {
    const validate = provSchema();
    for (const one of NAMES) {
      for (const scope of [EVERYTHING, notJapan, aggregates]) {
        const { document, trace } = await prov(scope, one);
        expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
        const known = new Set(
          ['entity', 'agent', 'activity'].flatMap((part) => Object.keys(document[part] ?? {})),
        );
        expect(known.size).toBe(trace.nodes.length + 2);
        for (const [relation, statements] of Object.entries(document)) {
          if (['prefix', 'entity', 'agent', 'activity'].includes(relation)) continue;
          for (const statement of Object.values(statements)) {
            const ends = Object.entries(statement).filter(
              ([key]) => key.startsWith('prov:') && key !== 'prov:type',
            );
            expect(ends).toHaveLength(2);
            for (const [, end] of ends) expect(known, `${relation} ${end}`).toContain(end);
          }
        }
        if (scope === EVERYTHING)
          expect(Object.keys(document.wasDerivedFrom ?? {}).length).toBeGreaterThan(5);
      }
    }
    expect(validate({ wasDerivedFrom: { '_:1': {} } })).toBe(false);
  });

  it('has the number and whether the lineage is complete, and nothing that the caller may not see', async () => {
    const scoreOf = ({ document }: Awaited<ReturnType<typeof prov>>): Record<string, unknown> =>
      Object.entries(document.entity ?? {}).find(([id]) => id.startsWith('sl:Score/'))?.[1] ?? {};
    const whole = scoreOf(await prov(EVERYTHING, name('SURVEYED')));
    expect(whole).toMatchObject({ 'sl:lineageComplete': true, 'sl:method': 'ADJUSTED_WALD' });
    const row = await readScore(deps, EVERYTHING, name('SURVEYED'));
    expect(whole['prov:value']).toEqual({ $: row?.score, type: 'xsd:double' });
    const cut = scoreOf(await prov(EVERYTHING, name('SURVEYED'), 20));
    expect(cut['sl:lineageComplete']).toBe(false);
    expect(cut['sl:lineageReason']).toContain('more than 20 nodes');
    expect(JSON.stringify(await prov(notJapan, name('SURVEYED')))).not.toContain('Japan');
    const withheld = scoreOf(await prov(aggregates, name('SURVEYED')));
    expect(withheld).not.toHaveProperty('prov:value');
    expect(withheld).not.toHaveProperty('sl:low');
  });
});

const reader = (scope: Scope): ReportReader => ({
  name: 'an <auditor>',
  role: 'auditor',
  policyVersion: 'p1',
  scope,
});
async function report(scope: Scope, one: ScoreName, more: Partial<ReportDeps> = {}): Promise<string> {
  const facts = await reportFacts({ ...deps, ...more }, reader(scope), scoreId(one));
  if (!facts) throw new Error('no report');
  return renderReport(facts);
}

describe("the auditor's report", () => {
  it('has number, interval, sources, model, approvals and the missing proof', async () => {
    const row = await readScore(deps, EVERYTHING, name('INFERRED'));
    const page = await report(EVERYTHING, name('INFERRED'));
    const points = (value: number | undefined) => value?.toFixed(1).replace('-', '−') ?? 'none';
    for (const text of [
      points(row?.score ?? undefined),
      `${points(row?.interval?.low)} to ${points(row?.interval?.high)}`,
      'paper archive',
      'paper, version 7',
      '7, a model',
      'candidate to champion (promotion)',
      'made up',
      'Approvals',
      'Accuracy',
      '0.8',
      'Not proven',
      'The lineage is complete',
    ])
      expect(page).toContain(text);
  });

  it('has the reviews of the decisions, for callers who may see them', async () => {
    expect(await report(EVERYTHING, name('INFERRED'))).toContain('These decisions have no reviews by others');
    await world.record.sql(`WITH asked AS (INSERT INTO review (decision_id, model_version_id, cause, queued_at, decided_at)
        SELECT id, 7, 'HIGH_IMPACT', now(), now() FROM model_event WHERE model_version_id = 7 RETURNING id)
      INSERT INTO review_decision (review_id, actor, actor_name, verdict, reason, decided_at)
        SELECT id, 'k', 'Stine', 'OVERTURNED', 'worse for <Peru>', now() FROM asked`);
    const page = await report(EVERYTHING, name('INFERRED'));
    for (const text of ['overturned', 'Stine', 'worse for &lt;Peru&gt;']) expect(page).toContain(text);
    expect(
      await report(
        narrowScope('narrow', () => true),
        name('INFERRED'),
      ),
    ).not.toContain('Stine');
  });

  it('has what agents decided about the score, each computed again, for readers who may see it', async () => {
    expect(await report(EVERYTHING, name('SURVEYED'))).toContain('None about this score');
    const made = decideFrom(sample, { value: 12, before: 3 });
    const write = (inputs: unknown, about: string, more: object = {}) =>
      insertDecision(world.record.store, {
        agent: 'sample',
        key: about,
        policy: policyOf(sample, 'ten@1'),
        inputs,
        inputHash: made.inputHash,
        decision: made.decided,
        verdict: made.verdict,
        reason: `${made.decided.reason} <b>`,
        alternatives: [],
        autonomy: 'ACT',
        state: 'DONE',
        outcome: null,
        about: [about],
        cells: 'everything',
        traceId: null,
        decidedAt: new Date(),
        settledAt: new Date(),
        ...more,
      });
    const about = scoreId(name('SURVEYED'));
    const id = await write(made.inputs, about);
    const elsewhere = await write(made.inputs, scoreId(name('SURVEYED', { region: ['Peru'] })));
    const page = await report(EVERYTHING, name('SURVEYED'));
    for (const text of [
      id,
      'sample, sample@1 ten@1',
      made.inputHash,
      '{&quot;write&quot;:12}',
      'the value is 12 &lt;b&gt;',
      'the same decision',
    ])
      expect(page).toContain(text);
    expect(page).not.toContain(elsewhere);
    await write({ value: 13, before: 3 }, about);
    expect(await report(EVERYTHING, name('SURVEYED'))).toContain(
      'not the same: the stored inputs are not those whose hash was recorded',
    );
    // What is about all answers is hidden from readers of a part; what is about their part is not.
    expect(await report(notJapan, name('SURVEYED'))).not.toContain(id);
    const peru = await world.record.sql<{ id: number }>(
      `SELECT id FROM cell WHERE attributes ->> 'region' = 'Peru'`,
    );
    const own = await write(made.inputs, about, { cells: peru.map((cell) => cell.id) });
    expect(await report(notJapan, name('SURVEYED'))).toContain(own);
    const onlyJapan = narrowScope('japan', ({ attributes }) => attributes.region === 'Japan');
    expect(await report(onlyJapan, name('SURVEYED'))).toContain('None about this score');
  });

  it('is one self-contained page, and everything in it is escaped', async () => {
    await world.record.sql(`UPDATE model_version SET label = '<script>alert("1")</script>' WHERE id = 7`);
    await world.record.submit([
      {
        externalId: 'x',
        source: '<img src=x onerror="1">',
        answeredAt: iso(5),
        score: 9,
        region: `"><b>'&amp;`,
      },
    ]);
    for (const one of NAMES) {
      const page = await report(EVERYTHING, one);
      expect(page).not.toMatch(/<(script|img|link|iframe|b>')/i);
      expect(page).not.toMatch(/(src|href|url\()(?!#)\s*=?\s*["'(]?\w+:/);
      expect(page).not.toContain('an <auditor>');
      expect(page).toContain('an &lt;auditor&gt;');
    }
    expect(await report(EVERYTHING, name('SURVEYED'))).toContain('&lt;img src=x onerror=&quot;1&quot;&gt;');
    expect(await report(EVERYTHING, name('INFERRED'))).toContain('&lt;script&gt;alert(');
    await world.record.sql(`UPDATE model_version SET label = 'a model' WHERE id = 7`);
  });

  it('has both model versions that read for a champion', async () => {
    await world.record.sql(`INSERT INTO model_version SELECT (jsonb_populate_record(m, jsonb_build_object('id', 8, 'key', 'ab12',
      'label', 'a companion', 'stage', 'CANDIDATE', 'artefact', m.artefact || '{"languages": ["de", "ja"]}'))).*
      FROM model_version m WHERE id = 7`);
    await world.record.sql('UPDATE model_version SET companion_id = 8 WHERE id = 7');
    const page = await report(EVERYTHING, name('INFERRED'));
    await world.record.sql('UPDATE model_version SET companion_id = NULL WHERE id = 7');
    for (const text of [
      'reads other languages beside it',
      '8, a companion',
      'de, ja',
      '7, a model',
      'candidate, in use beside version 7, the champion',
    ])
      expect(page).toContain(text);
    expect(await report(EVERYTHING, name('INFERRED'))).not.toContain('a companion');
  });

  it('has the given proof', async () => {
    const proof = {
      reason: 'late <answers>',
      stated: -12.5,
      recomputed: -12.5,
      responses: 9,
      erased: 1,
      rollups: 3,
      root: 'ab12',
      offender: null,
      steps: [],
    };
    const verify = async () => ({ verdict: 'VERIFIED_WITH_ERASURES' as const, ...proof });
    const page = await report(EVERYTHING, name('SURVEYED'), { verify });
    for (const text of ['verified with erasures', 'late &lt;answers&gt;', '−12.5', 'ab12'])
      expect(page).toContain(text);
    expect(page).not.toContain('Not proven');
  });

  it('has nothing that the reader may not see', async () => {
    const page = await report(notJapan, name('SURVEYED'));
    expect(page).not.toContain('Japan');
    expect(page).not.toContain('paper archive');
    const card = await report(notJapan, name('INFERRED'));
    expect(card).toContain('may not know what it was trained on');
    expect(card).not.toContain('promotion');
    const withheld = await report(aggregates, name('SURVEYED'));
    expect(withheld).toContain('Suppressed for this reader: too few people');
    const row = await readScore(deps, EVERYTHING, name('SURVEYED'));
    expect(withheld).not.toContain(`>${row?.counts?.promoters}<`);
  });

  it('does not state the number of a model that is no longer the champion', async () => {
    const page = await report(EVERYTHING, { ...name('INFERRED'), model: 6 });
    expect(page).toContain('is no longer the champion');
    expect(parseScoreId('nonsense')).toBeNull();
    expect(await reportFacts(deps, reader(EVERYTHING), 'nonsense')).toBeNull();
  });
});
