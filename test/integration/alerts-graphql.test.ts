import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseId } from '../../domain/responses/normalised-response.ts';
import { alertKey, decisionKey, narrativeKey } from '../fixtures/sample-alerts.ts';
import { openWorld, type Received, type World } from '../fixtures/scoped-client.ts';
import { type GraphqlAnswer, until } from '../fixtures/server.ts';

/* Alerts and decisions of agents over GraphQL: who sees them, which callers may work on them, and how they are followed. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const CALLERS = {
  everything: {},
  other: {},
  narrow: { hidden: ['Peru'] },
  reader: { withheld: { manageCases: [], administer: [] } },
  /** May work on alerts of everywhere but Germany. */
  partly: { withheld: { manageCases: ['Germany'] } },
  blind: { withheld: { readPrediction: [] } },
};
type Key = keyof typeof CALLERS;

let world: World;
beforeAll(async () => {
  world = await openWorld(NOW, CALLERS);
  const answers = (region: string) =>
    Array.from({ length: 12 }, (_, i) => ({
      externalId: `${region} ${i}`,
      source: 'web',
      answeredAt: new Date(NOW - (1 + i) * HOUR_MS).toISOString(),
      score: i % 11,
      region,
    }));
  for (const region of ['Germany', 'Japan', 'Peru']) await world.submit(answers(region));
  await world.raise();
});
afterAll(() => world?.close());

const ask = (key: Key, query: string) => world.ask<Record<string, never>>(key, query);
const alertId = (about: string) => `Alert:${alertKey(about)}`;
const decisionId = (about: string) => `Decision:${decisionKey(about)}`;
const errorsOf = ({ errors }: GraphqlAnswer<unknown>) => errors?.map(({ message }) => message);
const LIST = '{ alerts { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }';
interface List {
  readonly edges: { cursor: string; node: { id: string } }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string };
}
const listed = async (key: Key, query = LIST) =>
  Object.values((await world.ask<Record<string, List>>(key, query)).data)[0]?.edges.map(
    ({ node }) => node.id,
  );
const ALL = ['everything', 'Germany', 'Japan', 'Peru'];

describe('alerts', () => {
  it('are seen by callers who may read every answer that they count', async () => {
    expect(await listed('everything')).toEqual(ALL.map(alertId));
    expect(await listed('narrow')).toEqual(['Germany', 'Japan'].map(alertId));
    const blind = await ask('blind', LIST);
    expect(blind.data).toMatchObject({ alerts: { edges: [] } });
    expect(blind.extensions).toMatchObject({
      masked: [{ path: ['alerts'], reason: 'not granted: readPrediction' }],
    });
    const node = (about: string) => `{ node(id: "${alertId(about)}") { id ... on Alert { title } } }`;
    expect((await ask('narrow', node('Japan'))).data).toEqual({
      node: { id: alertId('Japan'), title: 'The score of Japan fell' },
    });
    for (const about of ['Peru', 'everything', 'nowhere'])
      expect((await ask('narrow', node(about))).data).toEqual({ node: null });
  });

  it('say what they are about, with scores as the caller sees them', async () => {
    const fields = `state severity rule title productLine region segmentValues { field value } since raisedAt resolvedAt summary evidence facts
      before { responses } after { region responses until } decision { id agent action reason replay { same } } events { kind by reason }`;
    const { data } = await ask(
      'narrow',
      `{ node(id: "${alertId('Germany')}") { ... on Alert { ${fields} } } }`,
    );
    const at = new Date(NOW - 2 * 60_000).toISOString();
    expect(data.node).toEqual({
      state: 'OPEN',
      severity: 'WARNING',
      rule: 'ten@1',
      title: 'The score of Germany fell',
      productLine: null,
      region: 'Germany',
      segmentValues: [{ field: 'region', value: 'Germany' }],
      since: at,
      raisedAt: at,
      resolvedAt: null,
      summary: 'The value is 12.',
      evidence: ['ModelVersion:1'],
      facts: { value: 12 },
      before: { responses: 0 },
      after: { region: null, responses: 12, until: new Date(NOW - 30 * 60_000).toISOString() },
      decision: {
        id: decisionId('Germany'),
        agent: 'sample',
        action: { write: 12 },
        reason: 'the value is 12',
        replay: { same: true },
      },
      events: [{ kind: 'CHANGED', by: 'sample', reason: 'the value is 12' }],
    });
  });

  it('are read page by page, and by state', async () => {
    const page = (after: string) =>
      `{ alerts(first: 3, state: [OPEN]${after}) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
    const first = (await world.ask<Record<'alerts', List>>('everything', page(''))).data.alerts;
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(await listed('everything', page(`, after: "${first.pageInfo.endCursor}"`))).toEqual([
      alertId('Peru'),
    ]);
    expect(await listed('everything', '{ alerts(state: [RESOLVED]) { edges { node { id } } } }')).toEqual([]);
    expect(errorsOf(await ask('everything', '{ alerts(after: "x") { edges { cursor } } }'))).toEqual([
      'after: not a cursor of this list; give back endCursor as it was received',
    ]);
  });

  it('are worked on by callers who may, once, with a reason', async () => {
    const act = (name: string, about: string, reason = 'known: the app was down') =>
      `mutation { ${name}(id: "${alertId(about)}", reason: ${JSON.stringify(reason)}) { state events { kind by reason } } }`;
    expect(errorsOf(await ask('reader', act('acknowledgeAlert', 'Germany')))).toEqual([
      'this key may not work on alerts of these segments',
    ]);
    expect(errorsOf(await ask('partly', act('acknowledgeAlert', 'Germany')))).toHaveLength(1);
    expect(errorsOf(await ask('narrow', act('acknowledgeAlert', 'Peru')))).toEqual([
      'id: no such alert exists here',
    ]);
    expect(errorsOf(await ask('narrow', act('acknowledgeAlert', 'everything')))).toEqual([
      'id: no such alert exists here',
    ]);
    expect(errorsOf(await ask('narrow', act('acknowledgeAlert', 'Germany', ' ')))).toEqual([
      'reason: say why; it is kept with the change',
    ]);
    expect((await ask('narrow', act('acknowledgeAlert', 'Germany'))).data).toEqual({
      acknowledgeAlert: {
        state: 'ACKNOWLEDGED',
        events: [
          { kind: 'CHANGED', by: 'sample', reason: 'the value is 12' },
          { kind: 'ACKNOWLEDGED', by: 'narrow', reason: 'known: the app was down' },
        ],
      },
    });
    expect(errorsOf(await ask('everything', act('acknowledgeAlert', 'Germany')))).toEqual([
      'id: the alert is acknowledged already; only what is open can be acknowledged',
    ]);
    expect((await ask('partly', act('dismissAlert', 'Japan'))).data).toMatchObject({
      dismissAlert: { state: 'DISMISSED' },
    });
    const log = '{ auditLog(action: "alert.dismiss") { edges { node { actor subject } } } }';
    expect(JSON.stringify(await ask('everything', log))).toContain(alertKey('Japan'));
  });
});

describe('narratives', () => {
  const narratives = (args = '') =>
    `{ narratives${args} { edges { node { id } } pageInfo { hasNextPage endCursor } } }`;
  const narrativeId = (about: string) => `Decision:${narrativeKey(about)}`;

  it('are seen by callers who may read every answer that they count', async () => {
    expect(await listed('everything', narratives())).toEqual(ALL.map(narrativeId));
    expect(await listed('narrow', narratives())).toEqual(['Germany', 'Japan'].map(narrativeId));
    expect((await ask('blind', narratives())).extensions).toMatchObject({
      masked: [{ path: ['narratives'], reason: 'not granted: readPrediction' }],
    });
    expect(await listed('narrow', narratives(`(about: "${alertId('Japan')}")`))).toEqual([
      narrativeId('Japan'),
    ]);
    expect(await listed('narrow', narratives(`(about: "${alertId('Peru')}")`))).toEqual([]);
    expect(await listed('everything', narratives('(kind: WEEK)'))).toEqual([]);
    const { data } = await ask('everything', narratives('(kind: ALERT, first: 3)'));
    const { endCursor } = (data as Record<string, List>)['narratives']?.pageInfo ?? {};
    expect(await listed('everything', narratives(`(first: 3, after: "${endCursor}")`))).toEqual([
      narrativeId('Peru'),
    ]);
  });

  it('say each sentence with its facts', async () => {
    const fields =
      'kind title from until alert { id } sheetHash sentences { text facts { kind cites } } decision { id agent }';
    const { data } = await ask(
      'narrow',
      `{ narratives(first: 1) { edges { node { ${fields} writtenAt } } } }`,
    );
    const day = new Date(NOW - 2 * 60_000).toISOString().slice(0, 10);
    expect(data['narratives']).toEqual({
      edges: [
        {
          node: {
            ...{ kind: 'ALERT', title: 'The score of Germany fell', from: null, until: null },
            alert: { id: alertId('Germany') },
            sheetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
            sentences: [
              {
                text: `The alert of ${day} says: The score of Germany fell. What it reports began on ${day}.`,
                facts: [{ kind: 'ALERT', cites: [alertId('Germany')] }],
              },
            ],
            decision: { id: narrativeId('Germany'), agent: 'narrator' },
            writtenAt: new Date(NOW - 2 * 60_000).toISOString(),
          },
        },
      ],
    });
  });
});

describe('alertUpdates', () => {
  const updates = ({ received }: Received) =>
    received.map(
      ({ data }) =>
        (data as { alertUpdates: { position: string; alert: { id: string; state: string } } }).alertUpdates,
    );
  const query = (after?: string) =>
    `subscription { alertUpdates${after ? `(after: "${after}")` : ''} { position alert { id state } } }`;

  it('begin with what is open, go on with each change, and are resumed', async () => {
    const [sse, socket, narrow] = [
      world.subscribe('everything', query()),
      world.subscribeSocket('everything', query()),
      world.subscribe('narrow', query()),
    ];
    await until(
      () => sse.received.length >= 3 && socket.received.length >= 3 && narrow.received.length >= 1,
      'the open alerts',
    );
    const first = updates(sse).length;
    // Cut off in the middle of what is open, a client gets the rest.
    const rest = world.subscribe('everything', query(updates(sse)[0]?.position));
    const later = updates(sse).slice(1, first);
    await until(
      () => later.every(({ alert }) => updates(rest).some((one) => one.alert.id === alert.id)),
      'the rest of the open alerts',
    );
    rest.stop();
    await world.raise();
    await until(
      () => updates(sse).length >= first + 4 && updates(socket).length >= first + 4,
      'the changed alerts',
    );
    await until(() => updates(narrow).length >= 3, 'the changed alerts of the narrow caller');
    expect(updates(sse)).toEqual(updates(socket));
    const seen = new Set(updates(narrow).map(({ alert }) => alert.id));
    // That of Japan was dismissed, so it is raised again under a new id.
    expect(seen.size).toBe(2);
    expect([seen.has(alertId('Germany')), seen.has(alertId('Peru'))]).toEqual([true, false]);
    // Their positions are times: how much else was committed is hidden.
    for (const { position } of updates(narrow)) expect(position).toMatch(/^0\.\d{13}$/);
    const resumedAt = updates(sse)[first]?.position;
    const missed = updates(sse).slice(first + 1);
    const again = world.subscribe('everything', query(resumedAt));
    await until(() => updates(again).length >= missed.length, 'what came after the position');
    expect(new Set(updates(again).map(({ alert }) => alert.id))).toEqual(
      new Set(missed.map(({ alert }) => alert.id)),
    );
    const narrowAgain = world.subscribe('narrow', query(updates(narrow).at(-1)?.position));
    await until(() => updates(narrowAgain).length >= 1, 'the last changes again');
    for (const one of [sse, socket, narrow, again, narrowAgain]) one.stop();
  });

  it('are refused to callers who may not read alerts, and for what is no position', async () => {
    expect(errorsOf(await world.stream('blind', query()))).toEqual([
      'this key may not read alerts: they need scores, answers and predictions',
    ]);
    expect(errorsOf(await world.stream('everything', query('x')))).toEqual([
      'after: not a position; give back one as it was received',
    ]);
  });
});

describe('caseUpdates', () => {
  const query = (after?: string) =>
    `subscription { caseUpdates${after ? `(after: "${after}")` : ''} { position case { id state owner } } }`;
  const updates = ({ received }: Received) =>
    received.map(
      ({ data }) =>
        (
          data as {
            caseUpdates: { position: string; case: { id: string; state: string; owner: string | null } };
          }
        ).caseUpdates,
    );
  const open = async (about: string) => {
    const { data } = await world.ask<{ openCase: { id: string } }>(
      'everything',
      `mutation { openCase(input: { cause: "${alertId(about)}", title: "call them", reason: "it fell" }) { id } }`,
    );
    return data.openCase.id;
  };
  const change = (text: string) => ask('everything', `mutation { ${text} { id } }`);

  it('begin with what is not closed, go on with each change, and are resumed', async () => {
    const germany = await open('Germany');
    const peru = await open('Peru');
    const [sse, narrow] = [world.subscribe('everything', query()), world.subscribe('narrow', query())];
    await until(() => sse.received.length >= 2 && narrow.received.length >= 1, 'the open cases');
    // The open cases may come twice at the beginning.
    const changed = () => updates(sse).filter(({ case: one }) => one.owner !== null || one.state !== 'OPEN');
    await change(`assignCase(id: "${germany}", owner: "Ada", reason: "knows them")`);
    await change(`closeCase(id: "${peru}", outcome: "refunded", reason: "done")`);
    await until(() => changed().length >= 2, 'the changed cases');
    await until(() => updates(narrow).some((one) => one.case.owner), 'the changed case of the narrow caller');
    expect(changed().map((one) => one.case)).toEqual([
      { id: germany, state: 'OPEN', owner: 'Ada' },
      { id: peru, state: 'CLOSED', owner: null },
    ]);
    expect(new Set(updates(narrow).map((one) => one.case.id))).toEqual(new Set([germany]));
    for (const { position } of updates(narrow)) expect(position).toMatch(/^0\.\d{13}$/);
    const again = world.subscribe('everything', query(changed()[0]?.position));
    await until(() => updates(again).length >= 1, 'what came after the position');
    expect(updates(again).map((one) => one.case.id)).toEqual([peru]);
    const narrowAgain = world.subscribe('narrow', query(updates(narrow).at(-1)?.position));
    await until(() => updates(narrowAgain).length >= 1, 'the last change again');
    for (const one of [sse, narrow, again, narrowAgain]) one.stop();
    await change(`closeCase(id: "${germany}", outcome: "fixed", reason: "done")`);
    expect(errorsOf(await world.stream('blind', query()))).toEqual([
      'this key may not read cases: they need scores, answers and predictions',
    ]);
  });
});

describe('what people do', () => {
  it('is queued for the targets that want it, as what agents do is', async () => {
    const input = {
      name: 'ops',
      kind: 'WEBHOOK',
      settings: { url: 'https://hooks.example.com/in' },
      events: ['ALERT_CHANGED', 'ALERT_RESOLVED', 'CASE_OPENED', 'CASE_CLOSED'],
      role: 'analyst',
    };
    const make = 'mutation ($input: TargetInput!) { createTarget(input: $input) { target { id } } }';
    expect((await world.ask('everything', make, { input })).errors).toBeUndefined();
    await world.raise();
    const { data } = await world.ask<{ openCase: { id: string } }>(
      'everything',
      `mutation { openCase(input: { cause: "${alertId('everything')}", title: "call", reason: "it fell" }) { id } }`,
    );
    const found = data.openCase.id;
    await ask('everything', `mutation { commentCase(id: "${found}", comment: "called") { id } }`);
    await ask(
      'everything',
      `mutation { closeCase(id: "${found}", outcome: "fixed", reason: "done") { id } }`,
    );
    const open = '{ alerts(state: [OPEN]) { edges { node { id } } } }';
    const [alert] = (await listed('everything', open)) ?? [];
    for (const verb of ['acknowledgeAlert', 'dismissAlert'])
      expect(
        errorsOf(await ask('everything', `mutation { ${verb}(id: "${alert}", reason: "known") { id } }`)),
      ).toBeUndefined();
    const queued = '{ deliveries(state: [PENDING]) { edges { node { event subject state } } } }';
    type Queued = { event: string; subject: string; state: string };
    const { deliveries } = (
      await world.ask<{ deliveries: { edges: { node: Queued }[] } }>('everything', queued)
    ).data;
    expect(
      deliveries.edges.map(({ node }) => `${node.event} ${node.subject} ${node.state}`).toSorted(),
    ).toEqual(
      [
        `ALERT_CHANGED ${alert} PENDING`,
        `ALERT_RESOLVED ${alert} PENDING`,
        `CASE_CLOSED ${found} PENDING`,
        `CASE_OPENED ${found} PENDING`,
      ].toSorted(),
    );
  });
});

describe('decisions', () => {
  const waiting = '{ decisions(state: [PROPOSED], agent: "sample") { edges { node { id } } } }';
  const verb = (name: string, about: string, more = '') =>
    `mutation { ${name}(id: "${decisionId(about)}", reason: "checked"${more}) { state outcome approval { verb by reason edited } } }`;

  it('are seen as alerts are, and settled by callers who may', async () => {
    expect(await listed('narrow', waiting)).toEqual(['Germany', 'Japan'].map(decisionId));
    expect((await ask('narrow', `{ node(id: "${decisionId('Peru')}") { id } }`)).data).toEqual({
      node: null,
    });
    expect(errorsOf(await ask('narrow', verb('approveDecision', 'Peru')))).toEqual([
      'id: no such decision of an agent exists here',
    ]);
    expect(errorsOf(await ask('reader', verb('approveDecision', 'Peru')))).toEqual([
      'this key may not settle proposals about these segments',
    ]);
    expect((await ask('narrow', verb('approveDecision', 'Germany'))).data).toEqual({
      approveDecision: {
        state: 'DONE',
        outcome: 'wrote 12',
        approval: { verb: 'APPROVE', by: 'narrow', reason: 'checked', edited: null },
      },
    });
    expect(errorsOf(await ask('everything', verb('rejectDecision', 'Germany')))).toEqual([
      'id: narrow has approved it already',
    ]);
    expect(
      (await ask('everything', verb('editDecision', 'Japan', ', action: { write: 5 }'))).data,
    ).toMatchObject({
      editDecision: { state: 'DONE', outcome: 'wrote 5', approval: { verb: 'EDIT', edited: { write: 5 } } },
    });
    expect((await ask('everything', verb('rejectDecision', 'Peru'))).data).toMatchObject({
      rejectDecision: { state: 'REJECTED', outcome: null },
    });
    const both = await Promise.all(
      (['everything', 'other'] as const).map((key) => ask(key, verb('approveDecision', 'everything'))),
    );
    expect(both.filter(({ errors }) => errors)).toHaveLength(1);
    expect(await listed('everything', waiting)).toEqual([]);
  });

  it('of an agent stop when it is switched off; a dry run shows what it would do', async () => {
    const agents = '{ agents { name autonomy enabled changedBy reason decisions { state count } } }';
    expect((await ask('everything', agents)).data).toMatchObject({
      agents: [
        { name: 'sample', autonomy: 'ACT', enabled: true, changedBy: null },
        { name: 'requests', autonomy: 'PROPOSE' },
      ],
    });
    const off =
      'mutation { setAgent(name: "sample", autonomy: OBSERVE, enabled: false, reason: "too loud") { enabled autonomy } }';
    expect(errorsOf(await ask('reader', off))).toEqual(['this key may not change agents']);
    expect((await ask('everything', off)).data).toEqual({
      setAgent: { enabled: false, autonomy: 'OBSERVE' },
    });
    expect((await ask('everything', agents)).data).toMatchObject({
      agents: [{ enabled: false, changedBy: 'everything', reason: 'too loud' }, { enabled: true }],
    });
    expect(
      (await ask('everything', '{ agentDryRun(name: "sample") { key action nearMiss reason } }')).data,
    ).toEqual({
      agentDryRun: [{ key: 'one', action: { write: 10 }, nearMiss: false, reason: 'the value is 10' }],
    });
    expect(errorsOf(await ask('everything', '{ agentDryRun(name: "x") { key } }'))).toEqual([
      'name: there is no such agent; there are: sample, requests',
    ]);
  });
});

describe('cases', () => {
  const open = (cause: string, title = 'Call them') =>
    `mutation { openCase(input: { cause: "${cause}", title: "${title}", reason: "they wrote from mail@example.com" }) {
      id state title owner cause segmentValues { value } events { kind by reason } } }`;
  const onCase = (call: string) =>
    `mutation { ${call} { state owner outcome actedAt closedAt events { kind } } }`;
  const responseOf = (region: string) => `Response:${responseId('web', `${region} 0`)}`;
  interface Opened {
    readonly openCase: { readonly id: string };
  }

  it('are opened about what the caller sees, once for each cause', async () => {
    const first = await world.ask<Opened>('narrow', open(responseOf('Germany'), 'Call +49 30 901820'));
    if (first.errors) throw new Error(JSON.stringify(first));
    expect(first.data.openCase).toMatchObject({
      state: 'OPEN',
      owner: null,
      cause: responseOf('Germany'),
      segmentValues: expect.arrayContaining([{ value: 'Germany' }]),
      events: [{ kind: 'OPENED', by: 'narrow' }],
    });
    // What identifies a person is removed.
    expect(JSON.stringify(first.data)).not.toMatch(/example|901820/);
    expect((await world.ask<Opened>('everything', open(responseOf('Germany')))).data.openCase.id).toBe(
      first.data.openCase.id,
    );
    for (const cause of [responseOf('Peru'), alertId('Peru'), alertId('everything'), 'nonsense'])
      expect(errorsOf(await ask('narrow', open(cause)))).toEqual([
        'input.cause: no such response or alert exists here',
      ]);
    expect(errorsOf(await ask('partly', open(responseOf('Germany'))))).toEqual([
      'this key may not open cases about these segments',
    ]);
    expect((await ask('everything', open(alertId('Peru')))).errors).toBeUndefined();
    const list = '{ cases(state: [OPEN]) { edges { node { id } } } }';
    expect(await listed('narrow', list)).toEqual([first.data.openCase.id]);
    expect(await listed('everything', list)).toHaveLength(2);
    expect(await listed('blind', list)).toEqual([]);
    const about = (cause: string) => `{ cases(state: [OPEN], cause: "${cause}") { edges { node { id } } } }`;
    expect(await listed('narrow', about(responseOf('Germany')))).toEqual([first.data.openCase.id]);
    expect(await listed('everything', about(alertId('Peru')))).toHaveLength(1);
    expect(await listed('narrow', about(alertId('Peru')))).toEqual([]);
    expect(await listed('everything', about(responseOf('Japan')))).toEqual([]);
  });

  it('are assigned, started, commented and closed by callers who may', async () => {
    const { id } = (await world.ask<Opened>('narrow', open(responseOf('Japan')))).data.openCase;
    expect(errorsOf(await ask('reader', onCase(`startCase(id: "${id}", reason: "x")`)))).toHaveLength(1);
    const done = (call: string) => ask('narrow', onCase(call));
    expect((await done(`assignCase(id: "${id}", owner: "Ada", reason: "hers")`)).data).toMatchObject({
      assignCase: { state: 'OPEN', owner: 'Ada', actedAt: null },
    });
    expect((await done(`startCase(id: "${id}", reason: "called")`)).data).toMatchObject({
      startCase: { state: 'IN_PROGRESS', actedAt: new Date(NOW).toISOString() },
    });
    expect(errorsOf(await done(`startCase(id: "${id}", reason: "called")`))).toEqual([
      'id: the case is in progress already',
    ]);
    expect((await done(`commentCase(id: "${id}", comment: "no answer yet")`)).errors).toBeUndefined();
    expect(
      (await done(`closeCase(id: "${id}", outcome: "refunded", reason: "it was our fault")`)).data,
    ).toEqual({
      closeCase: {
        state: 'CLOSED',
        owner: 'Ada',
        outcome: 'refunded',
        actedAt: new Date(NOW).toISOString(),
        closedAt: new Date(NOW).toISOString(),
        events: ['OPENED', 'ASSIGNED', 'STARTED', 'COMMENTED', 'CLOSED'].map((kind) => ({ kind })),
      },
    });
    expect(errorsOf(await done(`commentCase(id: "${id}", comment: "late")`))).toEqual([
      'id: the case is closed already',
    ]);
    // Another can be opened then.
    expect((await world.ask<Opened>('narrow', open(responseOf('Japan')))).data.openCase.id).not.toBe(id);
  });

  it('of a restricted person are hidden, and are deleted with the response', async () => {
    const item = {
      externalId: 'one',
      source: 'web',
      answeredAt: new Date(NOW - HOUR_MS).toISOString(),
      score: 2,
    };
    await world.submit([{ ...item, region: 'Germany', respondent: 'Erna' }]);
    const { id } = (await world.ask<Opened>('narrow', open(`Response:${responseId('web', 'one')}`))).data
      .openCase;
    const node = `{ node(id: "${id}") { id } }`;
    const restrict = (restricted: boolean) =>
      ask(
        'everything',
        `mutation { restrictSubject(respondent: "Erna", restricted: ${restricted}, reason: "asked") }`,
      );
    expect((await restrict(true)).errors).toBeUndefined();
    expect((await ask('everything', node)).data).toEqual({ node: null });
    expect((await restrict(false)).errors).toBeUndefined();
    expect((await ask('everything', node)).data).toEqual({ node: { id } });
    const erased = await ask(
      'everything',
      'mutation { eraseSubject(respondent: "Erna", reason: "asked") { responses } }',
    );
    expect(erased.errors).toBeUndefined();
    expect((await ask('everything', node)).data).toEqual({ node: null });
  });
});
