import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../fixtures/scoped-client.ts';

/* Which callers are shown the accounts of the account watch, and what is said of them. */

const DAY_MS = 86_400_000;
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + 6 * 3_600_000;
const before = (days: number) => new Date(NOW - days * DAY_MS).toISOString();
const CALLERS = {
  everything: {},
  /** Reads every answer, and no respondents. */
  nameless: { withheld: { readRespondent: [] } },
  partly: { withheld: { readRespondent: ['Peru'] } },
  narrow: { hidden: ['Peru'] },
  blind: { withheld: { readPrediction: [] } },
};
type Key = keyof typeof CALLERS;

/** An account that pays, whose usage fell, and whose last answer has that score. */
const account = (name: string, region: string, score: number, used: number) => ({
  answer: {
    ...{ externalId: name, source: 'web', answeredAt: before(10), score, region },
    ...{ account: name, respondent: `person of ${name}` },
  },
  outcomes: [
    { externalId: `${name} 1`, kind: 'PAYMENT', at: before(40), amount: 120.5, currency: 'EUR' },
    { externalId: `${name} 2`, kind: 'REFUND', at: before(30), amount: 20, currency: 'EUR' },
    { externalId: `${name} 3`, kind: 'PAYMENT', at: before(400), amount: 999, currency: 'EUR' },
    { externalId: `${name} 4`, kind: 'PAYMENT', at: before(20), amount: 7, currency: 'JPY' },
    { externalId: `${name} 5`, kind: 'USAGE', at: before(45), quantity: 100 },
    { externalId: `${name} 6`, kind: 'USAGE', at: before(5), quantity: used },
    { externalId: `${name} 7`, kind: 'OWNER_CHANGED', at: before(90), owner: 'Former Owner' },
    { externalId: `${name} 8`, kind: 'OWNER_CHANGED', at: before(9), owner: `Owner of ${name}` },
  ].map((one) => ({ ...one, account: name, segmentValues: { region } })),
});
const ACCOUNTS = [
  account('sinks', 'Germany', 2, 20),
  account('hidden', 'Peru', 2, 20),
  account('grows', 'Germany', 10, 200),
  account('fine', 'Germany', 9, 100),
];

let world: World;
beforeAll(async () => {
  world = await openWorld(NOW, CALLERS);
  await world.submit(ACCOUNTS.map(({ answer }) => answer));
  const query =
    'mutation ($input: [OutcomeInput!]!) { submitOutcomes(input: $input) { accepted rejectedTotal } }';
  const input = [
    ...ACCOUNTS.flatMap(({ outcomes }) => outcomes),
    // One account is in two segments.
    {
      ...{ externalId: 'both', kind: 'TICKET_OPENED', at: before(8), account: 'grows' },
      segmentValues: { region: 'Japan' },
    },
  ];
  expect(await world.ask('everything', query, { input })).toMatchObject({
    data: { submitOutcomes: { accepted: input.length } },
  });
  await world.raise();
});
afterAll(() => world?.close());

interface Node {
  readonly account: string;
  readonly cause: string;
  readonly alert: { readonly id: string } | null;
  readonly decision: { readonly id: string };
}
interface Page {
  readonly edges: { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
const FIELDS = 'account cause alert { id } decision { id }';
const list = async (key: Key, given = '') => {
  const query = `{ accountsAtRisk${given} { edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`;
  const { data, extensions, errors } = await world.ask<{ accountsAtRisk: Page }>(key, query);
  expect(errors).toBeUndefined();
  return { ...data.accountsAtRisk, nodes: data.accountsAtRisk.edges.map(({ node }) => node), extensions };
};

describe('the accounts that the account watch found', () => {
  it('are named with the rules that held, their facts, their owner and what they paid', async () => {
    const query = `{ accountsAtRisk(cause: RISK) { edges { node { account owner cause since decidedAt reasons probability
      facts { detractor promoter scoresFall namesCancellation usageFell usageGrew pays } moneyAtStake { amount currency }
      decision { agent } alert { state severity } case { id } } } } }`;
    const { data } = await world.ask<{ accountsAtRisk: { edges: { node: Record<string, unknown> }[] } }>(
      'everything',
      query,
    );
    const nodes = data.accountsAtRisk.edges.map(({ node }) => node);
    expect(nodes.map(({ owner }) => owner).sort()).toEqual(['Owner of hidden', 'Owner of sinks']);
    const one = nodes.find(({ owner }) => owner === 'Owner of sinks');
    expect(one).toEqual({
      account: expect.stringMatching(/^a1_/),
      owner: 'Owner of sinks',
      cause: 'RISK',
      since: new Date(NOW).toISOString(),
      decidedAt: new Date(NOW).toISOString(),
      reasons: ['its last answer is a detractor’s, and it pays', 'its usage fell by half'],
      probability: null,
      facts: {
        ...{ detractor: true, promoter: false, scoresFall: false, namesCancellation: false },
        ...{ usageFell: true, usageGrew: false, pays: true },
      },
      moneyAtStake: [
        { amount: 100.5, currency: 'EUR' },
        { amount: 7, currency: 'JPY' },
      ],
      decision: { agent: 'account-watch' },
      alert: { state: 'OPEN', severity: 'CRITICAL' },
      case: null,
    });
  });

  it('are read by cause and page by page', async () => {
    expect((await list('everything', '(cause: POTENTIAL)')).nodes.map(({ cause }) => cause)).toEqual([
      'POTENTIAL',
    ]);
    const first = await list('everything', '(first: 2)');
    const second = await list('everything', `(first: 2, after: "${first.pageInfo.endCursor}")`);
    expect([first, second].map(({ nodes, pageInfo }) => [nodes.length, pageInfo.hasNextPage])).toEqual([
      [2, true],
      [1, false],
    ]);
    expect(new Set([...first.nodes, ...second.nodes].map(({ account: name }) => name)).size).toBe(3);
  });

  it('are shown to callers who may see every respondent and every answer of the account', async () => {
    const all = (await list('everything')).nodes;
    const partly = (await list('partly')).nodes;
    expect(all).toHaveLength(3);
    expect(partly).toHaveLength(2);
    expect(partly.every((one) => all.some(({ account: name }) => name === one.account))).toBe(true);
    for (const key of ['nameless', 'narrow', 'blind'] as const)
      expect((await list(key)).nodes, key).toEqual([]);
    expect((await list('nameless')).extensions?.masked).toEqual([
      { path: ['accountsAtRisk'], reason: 'not granted: readRespondent' },
    ]);
    expect((await list('narrow')).extensions?.masked).toBeUndefined();
  });

  it('are found by the alerts and cases about them, by the same callers', async () => {
    const ids = (await list('everything')).nodes.map(({ alert }) => alert?.id ?? '');
    const risk = (await list('everything', '(cause: RISK)')).nodes[0];
    const opened = await world.ask<{ openCase: { id: string } }>(
      'everything',
      `mutation { openCase(input: { cause: "${risk?.alert?.id}", title: "call", severity: CRITICAL, reason: "at risk" }) { id } }`,
    );
    const asked = [...ids, opened.data.openCase.id, 'Alert:nothing', ids[0]?.replace(/.$/, '0')];
    interface Answer {
      readonly accountsOf: { about: string; account: string; case: { id: string } | null }[];
    }
    const query = `{ accountsOf(about: ${JSON.stringify(asked)}) { about account case { id } } }`;
    const of = async (key: Key) => (await world.ask<Answer>(key, query)).data.accountsOf;
    const all = await of('everything');
    expect(all.map(({ about }) => about).sort()).toEqual([...ids, opened.data.openCase.id].sort());
    const own = all.filter((one) => one.account === risk?.account);
    expect(own).toHaveLength(2);
    for (const one of own) expect(one.case).toEqual(opened.data.openCase);
    const partly = await list('partly');
    const shown = new Set((await of('partly')).map((one) => one.account));
    expect(shown).toEqual(new Set(partly.nodes.map((one) => one.account)));
    for (const key of ['nameless', 'narrow', 'blind'] as const) expect(await of(key), key).toEqual([]);
  });

  it('are named in no cursor, and each release is a row of the audit log', async () => {
    const { nodes, pageInfo } = await list('everything');
    const text = Buffer.from(pageInfo.endCursor, 'base64url').toString();
    for (const { account: name } of nodes) expect(text).not.toContain(name);
    const { data } = await world.ask<{ auditLog: { edges: { node: unknown }[] } }>(
      'everything',
      '{ auditLog(first: 50) { edges { node { action subject } } } }',
    );
    expect(JSON.stringify(data)).toContain(nodes[0]?.decision.id.slice('Decision:'.length));
  });
});
