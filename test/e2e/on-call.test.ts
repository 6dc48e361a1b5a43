import { afterAll, beforeAll, expect, it } from 'vitest';
import { unnamed } from '../../store/database/statement.ts';
import { until } from '../fixtures/server.ts';
import { openStub, type StubTarget } from '../fixtures/stub-target.ts';
import { useServer } from '../fixtures/use-server.ts';
import { whileStopped } from '../fixtures/while-stopped.ts';

/* The on-call plan over GraphQL, and a server that is killed while it escalates. */

const server = useServer({
  follow: true,
  config: 'dimensions:\n  - field: region\ntargets:\n  allow: [127.0.0.1]\n',
  keys: ['analyst'],
});
let stub: StubTarget;
beforeAll(async () => {
  stub = await openStub();
  const create = 'mutation ($input: TargetInput!) { createTarget(input: $input) { target { id } } }';
  for (const name of ['Ana', 'Ben', 'Lead']) {
    const settings = { url: `${stub.url}/${name}` };
    const input = { name, kind: 'WEBHOOK', settings, events: ['ALERT_ESCALATED'], role: 'admin' };
    expect((await server.graphql(create, { input })).errors).toBeUndefined();
  }
});
afterAll(() => stub?.close());

const SAVE = 'mutation ($plan: JSON!) { saveOnCall(plan: $plan, reason: "a test") { version } }';
const PLAN = {
  quietHours: { timeZone: 'Europe/Berlin', windows: [{ days: ['SUNDAY'], from: '00:00', until: '06:00' }] },
  schedules: { primary: { timeZone: 'Europe/Berlin', begins: '2026-01-05', targets: ['Ana', 'Ben'] } },
  escalation: { steps: [{ schedule: 'primary', minutes: 15 }, { target: 'Lead' }] },
};
interface OnCall {
  readonly version: number;
  readonly plan: object;
  readonly now: readonly { readonly target: string; readonly next: string }[];
  readonly steps: readonly { readonly target: string }[];
  readonly escalated: readonly { readonly step: number; readonly alert: string }[];
}
const FIELDS =
  'version plan reason now { schedule target next } steps { step minutes schedule target } escalated { step alert }';
const onCall = async () =>
  (await server.graphql<{ onCall: OnCall | null }>(`{ onCall { ${FIELDS} } }`)).data.onCall;

it('is declared in versions by administrators, and says who is on call', async () => {
  expect(await onCall()).toBeNull();
  const unknown = { escalation: { steps: [{ target: 'Zoe' }] } };
  const refused = async (plan: object) => (await server.graphql(SAVE, { plan })).errors?.[0]?.message;
  expect(await refused(unknown)).toBe('plan: there is no target named "Zoe"; targets lists them');
  expect(await refused({ quiet: {} })).toContain('plan: Unrecognized key: "quiet"');
  await server.graphql(SAVE, { plan: {} });
  expect((await server.graphql(SAVE, { plan: PLAN })).data).toEqual({ saveOnCall: { version: 2 } });
  const held = await onCall();
  expect(held).toMatchObject({ version: 2, reason: 'a test', plan: PLAN, escalated: [] });
  expect(held?.steps).toMatchObject([
    { step: 1, minutes: 15, schedule: 'primary', target: held?.now[0]?.target },
    { step: 2, minutes: 15, schedule: null, target: 'Lead' },
  ]);
  expect([held?.now[0]?.target, held?.now[0]?.next].sort()).toEqual(['Ana', 'Ben']);
  const { data } = await server.graphql('{ onCallVersions { version } }');
  expect(data).toEqual({ onCallVersions: [{ version: 2 }, { version: 1 }] });
  const asAnalyst = async (query: string) => {
    const headers = { authorization: `Bearer ${server.keys.analyst}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query });
    const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    return (await answer.json()) as { errors?: { extensions: { code: string } }[] };
  };
  const change = 'mutation { saveOnCall(plan: {}, reason: "a test") { version } }';
  for (const query of ['{ onCall { version } }', '{ onCallVersions { version } }', change])
    expect((await asAnalyst(query)).errors?.[0]?.extensions.code, query).toBe('FORBIDDEN');
});

it('sends each step once when it is killed after it was decided, and goes on with the next', async () => {
  await server.graphql(SAVE, { plan: { ...PLAN, quietHours: null } });
  const first = (await onCall())?.now[0]?.target ?? '';
  await server.stop();
  const raise = `INSERT INTO alert (key, state, severity, rule, title, summary, segment, cells, since, raised_at, changed_at, facts, evidence)
    VALUES ('key', 'OPEN', 'WARNING', 'r', 'NPS fell', '', '{}', '{(,)}', now(), now(), now(), '{}', '{}')`;
  await whileStopped(server.instance, async (store) => void (await store.rows(unnamed(raise), [])));
  // The target does not answer: the step is decided and not delivered when the server is killed.
  stub.answer = () => 'hang';
  await server.start();
  await until(() => stub.received.length > 0, 'the first step is under way');
  await server.stop('SIGKILL');
  stub.received.length = 0;
  stub.answer = () => ({ status: 200 });
  const later = `UPDATE alert_escalation SET sent_at = sent_at - interval '20 minutes'`;
  const free = 'UPDATE delivery SET claimed_until = NULL';
  await whileStopped(server.instance, async (store) => {
    for (const text of [later, free]) await store.rows(unnamed(text), []);
  });
  await server.start();
  await until(() => stub.received.some(({ path }) => path === '/Lead'), 'the second step is sent');
  await until(() => stub.received.some(({ path }) => path === `/${first}`), 'the first step is sent again');
  const states = `{ deliveries { edges { node { event state target { name } } } } }`;
  await until(async () => {
    const { data } = await server.graphql<{ deliveries: { edges: { node: { state: string } }[] } }>(states);
    return data.deliveries.edges.every(({ node }) => node.state === 'DELIVERED');
  }, 'both are settled');
  const { data } = await server.graphql<{ deliveries: { edges: { node: object }[] } }>(states);
  expect(data.deliveries.edges.map(({ node }) => node)).toEqual(
    ['Lead', first].map((name) => ({ event: 'ALERT_ESCALATED', state: 'DELIVERED', target: { name } })),
  );
  expect(stub.received.map(({ path }) => path).sort()).toEqual([`/${first}`, '/Lead'].sort());
  const ids = new Set(stub.received.map(({ headers }) => headers['webhook-id']));
  expect(ids.size).toBe(2);
  expect((await onCall())?.escalated).toEqual([{ step: 2, alert: expect.stringMatching(/^Alert:/) }]);
});
