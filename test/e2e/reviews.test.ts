import { beforeAll, describe, expect, it } from 'vitest';
import { type GraphqlAnswer, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * Human review at a running server whose deployment demands two people. The owners of Germany are Ada and Ben; Ines is Peru's.
 */
const server = useServer({
  config: `export default { dimensions: [{ field: 'productLine' }, { field: 'region' }], cellLimit: 100,
    review: { sample: 0.1, lowConfidence: 0.34, contradictions: true, decisions: true, approvals: 2 } };`,
  follow: true,
  keys: {
    Ada: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    Ben: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    Ines: { role: 'segment-owner', attributes: { region: ['Peru'] } },
    Ann: { role: 'analyst', attributes: { region: ['Germany'] } },
    Stella: 'model-steward',
    Stuart: 'model-steward',
    Stine: 'model-steward',
  },
});
const { keys } = server;

interface Review {
  readonly id: string;
  readonly cause: string;
  readonly reason: string | null;
  readonly decidedAt: string | null;
  readonly claimedUntil: string | null;
  readonly response: { readonly id: string; readonly externalId: string } | null;
  readonly decisions: readonly {
    readonly by: string;
    readonly verdict: string;
    readonly class: string | null;
  }[];
}
const REVIEW = 'id cause reason decidedAt claimedUntil response { id } decisions { by verdict class reason }';

async function ask<T = Record<string, never>>(who: string, query: string, variables: object = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer<T>;
}
async function queue(who: string, more = ''): Promise<Review[]> {
  const query = `{ reviewQueue(first: 200${more}) { edges { node { ${REVIEW} } } } }`;
  const { data, errors } = await ask<{ reviewQueue: { edges: { node: Review }[] } }>(who, query);
  expect(errors).toBeUndefined();
  return data.reviewQueue.edges.map(({ node }) => node);
}
const decide = (who: string, id: string, input: object) =>
  ask<{ decideReview: Review }>(
    who,
    `mutation ($id: ID!, $input: ReviewDecisionInput!) { decideReview(id: $id, input: $input) { ${REVIEW} } }`,
    { id, input },
  );
const claim = (who: string, id: string) =>
  ask<{ claimReview: Review }>(who, `mutation ($id: ID!) { claimReview(id: $id) { ${REVIEW} } }`, { id });
const release = (who: string, id: string) =>
  ask<{ releaseReview: Review }>(who, `mutation ($id: ID!) { releaseReview(id: $id) { ${REVIEW} } }`, { id });
/** Why the caller cannot decide it. */
async function blocked(who: string, id: string, more = ''): Promise<string | null | undefined> {
  const query = `{ reviewQueue(first: 200${more}) { edges { node { id blocked } } } }`;
  const { data } = await ask<{ reviewQueue: { edges: { node: { id: string; blocked: string | null } }[] } }>(
    who,
    query,
  );
  return data.reviewQueue.edges.find(({ node }) => node.id === id)?.node.blocked;
}
async function counts(who: string, args = '') {
  const { data } = await ask<{ reviewCounts: Record<'waiting' | 'claimed' | 'decided' | 'own', number> }>(
    who,
    `{ reviewCounts${args} { waiting claimed decided own } }`,
  );
  return data.reviewCounts;
}
const refusal = ({ errors }: GraphqlAnswer<unknown>) => errors?.[0]?.message;

const TEXTS = [
  'We love it, it saves us hours',
  'It does what it should, but it is slow',
  'It crashes all the time',
];
/** The numbers fit the texts, but for one in twenty, which says the opposite. */
const answers = Array.from({ length: 240 }, (_, i) => ({
  externalId: `r${i}`,
  answeredAt: new Date(Date.now() - (i + 1) * 60_000).toISOString(),
  comment: `${TEXTS[i % 3]}, case ${i}.`,
  score: i % 20 === 0 ? [0, 7, 10][i % 3] : [10, 7, 0][i % 3],
  region: i % 2 === 0 ? 'Germany' : 'Peru',
}));
const CONTRADICTORY = answers.filter((_, i) => i % 20 === 0 && i % 3 !== 1).length;

beforeAll(async () => {
  expect(await (await server.post('/ingest/responses', answers)).json()).toMatchObject({ accepted: 240 });
  await until(async () => (await queue('admin')).length > 0, 'reviews are queued');
  await until(async () => {
    const query = '{ nps(basis: INFERRED, window: "P2D") { responses } }';
    const { data } = await ask<{ nps: { responses: number }[] }>('admin', query);
    return (data.nps[0]?.responses ?? 0) > 200;
  }, 'every text is scored');
});

describe('the queue of reviews', () => {
  it('holds what matches the rules, each once, also after a restart', async () => {
    await until(
      async () =>
        (await queue('admin')).filter(({ cause }) => cause === 'HIGH_IMPACT').length >= CONTRADICTORY,
      'contradictions are queued',
    );
    const before = await queue('admin');
    const sampled = before.filter(({ cause }) => cause === 'SAMPLED').length;
    expect(sampled, 'about a tenth').toBeGreaterThan(5);
    expect(sampled).toBeLessThan(50);
    expect(new Set(before.map(({ response }) => response?.id)).size).toBe(before.length);
    await server.stop();
    await server.start();
    expect(await queue('admin')).toEqual(before);
  });

  it('shows each reviewer only their own segment', async () => {
    const [all, ada, ines, ann] = [
      await queue('admin'),
      await queue('Ada'),
      await queue('Ines'),
      await queue('Ann'),
    ];
    expect(ada.length).toBeGreaterThan(0);
    expect(ines.length).toBeGreaterThan(0);
    expect([...ada, ...ines].map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
    expect(ann).toEqual([]);
    for (const who of ['Ada', 'Ines', 'Ann'])
      expect(await counts(who)).toEqual({
        waiting: (await queue(who)).length,
        claimed: 0,
        decided: 0,
        own: 0,
      });
    expect(await counts('admin', '(segment: { region: ["Peru"] })')).toMatchObject({ waiting: ines.length });
    const peruvian = ines[0]?.id ?? '';
    const none = 'Review:00000000-0000-4000-8000-000000000000';
    for (const act of [claim, (who: string, id: string) => decide(who, id, { reason: 'mine' })])
      expect(refusal(await act('Ada', peruvian))).toBe(refusal(await act('Ada', none)));
    expect(refusal(await claim('Ann', peruvian))).toBe('this key may not review responses');
  });
});

describe('a review', () => {
  it('is decided by two people who agree, each with a reason, and is then in the audit log', async () => {
    const [first] = await queue('Ada');
    const id = first?.id ?? '';
    expect((await claim('Ada', id)).data.claimReview.claimedUntil).not.toBeNull();
    expect(refusal(await decide('Ben', id, { class: 'PASSIVE', reason: 'neither' }))).toMatch(
      /another reviewer has claimed/,
    );
    expect(await blocked('Ben', id)).toMatch(/another reviewer has claimed/);
    expect([await blocked('Ada', id), await counts('Ben')]).toMatchObject([null, { claimed: 1 }]);
    expect((await release('Ben', id)).data.releaseReview.claimedUntil, 'it is not his').not.toBeNull();
    expect((await release('Ada', id)).data.releaseReview.claimedUntil).toBeNull();
    expect([await blocked('Ben', id), await counts('Ben')]).toMatchObject([null, { claimed: 0 }]);
    await claim('Ada', id);
    expect(refusal(await decide('Ada', id, { class: 'PASSIVE', reason: '  ' }))).toMatch(/reason: say why/);
    const once = await decide('Ada', id, { class: 'PASSIVE', reason: 'it praises and complains' });
    expect(once.data.decideReview).toMatchObject({ decidedAt: null, claimedUntil: null });
    expect(refusal(await decide('Ada', id, { class: 'PASSIVE', reason: 'again' }))).toMatch(/another person/);
    expect(await blocked('Ada', id)).toMatch(/needs another person/);
    const other = await decide('Ben', id, { reason: 'the model is right' });
    expect(other.data.decideReview.decidedAt, 'they do not agree').toBeNull();
    const third = await decide('admin', id, { class: 'PASSIVE', reason: 'neither hot nor cold' });
    expect(third.data.decideReview).toMatchObject({
      decidedAt: expect.any(String),
      decisions: [
        { by: 'Ada', verdict: 'CORRECTED', class: 'PASSIVE', reason: 'it praises and complains' },
        { by: 'Ben', verdict: 'CONFIRMED', class: null, reason: 'the model is right' },
        { verdict: 'CORRECTED', class: 'PASSIVE', reason: 'neither hot nor cold' },
      ],
    });
    expect(refusal(await decide('Ben', id, { reason: 'late' }))).toMatch(/is decided/);
    expect((await queue('Ada')).map((review) => review.id)).not.toContain(id);
    expect((await queue('Ada', ', decided: true')).map((review) => review.id)).toEqual([id]);
    expect(await blocked('Ada', id, ', decided: true')).toBe('this review is decided');
    expect(await counts('Ada')).toMatchObject({ decided: 1, own: 1 });
    expect(await counts('Ines')).toMatchObject({ decided: 0, own: 0 });
    const { data } = await ask<{ auditLog: { edges: { node: { action: string } }[] } }>(
      'admin',
      '{ auditLog(first: 200, action: "review.decide") { edges { node { action } } } }',
    );
    expect(data.auditLog.edges).toHaveLength(3);
  });

  it('is opened again by a dispute, and earlier deciders may decide again', async () => {
    const [decided] = await queue('Ada', ', decided: true');
    const dispute = (who: string, reason: string) =>
      ask<{ disputeResponse: Review | null }>(
        who,
        `mutation ($response: ID!, $reason: String!) { disputeResponse(response: $response, reason: $reason) { ${REVIEW} } }`,
        { response: decided?.response?.id, reason },
      );
    const opened = (await dispute('Ada', 'the customer called')).data.disputeResponse;
    expect(opened).toMatchObject({ cause: 'DISPUTED', reason: 'the customer called', decisions: [] });
    expect(opened?.id).not.toBe(decided?.id);
    expect(
      (await dispute('Ann', 'me too')).data.disputeResponse,
      'an analyst asks, and sees no reviews',
    ).toBeNull();
    expect((await dispute('Ines', 'not mine')).data.disputeResponse).toBeNull();
    expect((await queue('Ada')).find(({ id }) => id === opened?.id)?.reason).toBe(
      'the customer called\nme too',
    );
    await decide('Ada', opened?.id ?? '', { class: 'DETRACTOR', reason: 'on second thought' });
    const last = await decide('Ben', opened?.id ?? '', { class: 'DETRACTOR', reason: 'yes' });
    expect(last.data.decideReview.decidedAt).not.toBeNull();
  });

  it('becomes a label: the training set differs from that without it', async () => {
    const train = async () => {
      const trained = await ask<{
        trainModel: { trainingSets: { head: string; hash: string; examples: number }[] };
      }>('admin', 'mutation { trainModel(reason: "after review") { trainingSets { head hash examples } } }');
      expect(trained.errors).toBeUndefined();
      return trained.data.trainModel.trainingSets.find(({ head }) => head === 'nps');
    };
    const before = await train();
    expect(await train()).toEqual(before);
    const review = (await queue('Ada')).find(({ cause }) => cause === 'HIGH_IMPACT');
    for (const who of ['Ada', 'Ben'])
      await decide(who, review?.id ?? '', { class: 'PASSIVE', reason: 'as it reads' });
    const after = await train();
    expect(after?.examples).toBe(before?.examples);
    expect(after?.hash).not.toBe(before?.hash);
  });
});

describe('a decision about a model', () => {
  const DECISION =
    'id cause reason decidedAt decision { id kind label } response { id } decisions { by verdict class }';
  const decisionsOf = async (who: string, more = '') => {
    const query = `{ reviewQueue(first: 200${more}) { edges { node { ${DECISION} } } } }`;
    const { data } = await ask<{ reviewQueue: { edges: { node: DecisionReview }[] } }>(who, query);
    return data.reviewQueue.edges.map(({ node }) => node).filter(({ decision }) => decision !== null);
  };
  interface DecisionReview extends Omit<Review, 'response'> {
    readonly decision: { readonly id: string; readonly label: string } | null;
    readonly response: unknown;
  }

  it('is queued when it changes the champion, and reviewed by another person', async () => {
    const train = 'mutation { trainModel(reason: "as usual") { id version } }';
    const { data } = await ask<{ trainModel: { id: string; version: number } }>('Stella', train);
    const { id, version } = data.trainModel;
    const promoted = await ask(
      'Stella',
      `mutation { promoteModel(id: "${id}", reason: "better for Japan") { stage } }`,
    );
    expect(promoted.errors).toBeUndefined();
    const label = `model version ${version}: candidate to champion (promotion)`;
    const find = async (who: string, more = '') =>
      (await decisionsOf(who, more)).find(({ decision }) => decision?.label === label);
    await until(async () => (await find('Stuart')) !== undefined, 'the promotion is queued');
    const review = await find('Stuart');
    expect(review).toMatchObject({ cause: 'HIGH_IMPACT', response: null, decisions: [] });
    for (const who of ['Ada', 'Ann']) expect(await decisionsOf(who), `${who} sees one segment`).toEqual([]);
    expect(
      (await queue('Stuart')).every(({ response }) => response === null),
      'stewards read no answers',
    ).toBe(true);
    expect(
      await decisionsOf('admin', ', segment: { region: ["Peru"] }'),
      'decisions are of no segment',
    ).toEqual([]);
    const at = review?.id ?? '';
    expect(refusal(await decide('Stella', at, { reason: 'mine' }))).toMatch(/your own decision/);
    expect([await blocked('Stella', at), await blocked('Stuart', at)]).toEqual([
      expect.stringMatching(/your own decision/),
      null,
    ]);
    const history = async () => {
      const query = '{ modelVersions { id history { id to underReview verdicts { by verdict reason } } } }';
      const found = await ask<{ modelVersions: { id: string; history: { to: string }[] }[] }>(
        'Stella',
        query,
      );
      return found.data.modelVersions
        .find((model) => model.id === id)
        ?.history.find(({ to }) => to === 'CHAMPION');
    };
    expect(await history()).toMatchObject({ id: review?.decision?.id, underReview: true, verdicts: [] });
    expect(refusal(await decide('Ada', at, { reason: 'x' }))).toBe('id: no such review exists here');
    expect(refusal(await decide('Stuart', at, { class: 'PASSIVE', reason: 'x' }))).toMatch(
      /a decision is confirmed, or overturned/,
    );
    expect(refusal(await decide('Stuart', at, { class: 'PASSIVE', overturn: true, reason: 'x' }))).toMatch(
      /overturn applies to a decision/,
    );
    const [ofResponse] = (await queue('Ada')).filter(({ response }) => response !== null);
    expect(refusal(await decide('Ada', ofResponse?.id ?? '', { overturn: true, reason: 'x' }))).toMatch(
      /corrected by a class/,
    );
    expect(
      (await decide('Stuart', at, { overturn: true, reason: 'worse for Peru' })).data.decideReview.decidedAt,
    ).toBeNull();
    expect(
      (await decide('Stine', at, { overturn: true, reason: 'so it is' })).data.decideReview.decidedAt,
    ).not.toBeNull();
    expect(await find('Stine', ', decided: true')).toMatchObject({
      decisions: [
        { by: 'Stuart', verdict: 'OVERTURNED', class: null },
        { by: 'Stine', verdict: 'OVERTURNED', class: null },
      ],
    });
    expect(await history()).toMatchObject({
      underReview: false,
      verdicts: [
        { by: 'Stuart', verdict: 'OVERTURNED', reason: 'worse for Peru' },
        { by: 'Stine', verdict: 'OVERTURNED', reason: 'so it is' },
      ],
    });
    const dispute = (who: string) =>
      ask<{ disputeDecision: Review | null }>(
        who,
        `mutation { disputeDecision(decision: "${review?.decision?.id}", reason: "look again") { ${REVIEW} } }`,
      );
    expect((await dispute('Ann')).data.disputeDecision).toBeNull();
    expect((await dispute('Stella')).data.disputeDecision).toMatchObject({
      cause: 'DISPUTED',
      reason: 'look again',
    });
    expect(await find('Stuart')).toMatchObject({ cause: 'DISPUTED', decisions: [] });
  });

  it('is in the lineage, with its reviews, for callers who may see it', async () => {
    const { data } = await ask<{
      impact: { decisions: { nodes: { id: string; label: string; about: string }[] } };
    }>('admin', '{ impact(id: "Source:api") { decisions { nodes { id label about } } } }');
    const promotion = data.impact.decisions.nodes.find(({ label }) =>
      label.endsWith('to champion (promotion)'),
    );
    expect(promotion, 'the model learnt from answers of this source').toBeDefined();
    const trace = (who: string) =>
      ask<{ trace: { nodes: { kind: string; label: string }[] } | null }>(
        who,
        `{ trace(id: "${promotion?.id}", direction: DOWNSTREAM) { nodes { kind label } } }`,
      );
    expect((await trace('Stine')).data.trace?.nodes.map(({ kind }) => kind)).toEqual([
      'Decision',
      'Review',
      'Review',
    ]);
    expect(refusal(await trace('Ann'))).toMatch(/nothing with this id exists here/);
    const hidden = await ask<{ impact: { decisions: unknown } }>(
      'Ann',
      '{ impact(id: "Source:api") { decisions { nodes { id } } } }',
    );
    expect(hidden.data.impact.decisions).toBeNull();
    expect(hidden.extensions?.masked).toEqual([
      { path: ['impact', 'decisions'], reason: 'not granted: manageModels' },
    ]);
  });
});
