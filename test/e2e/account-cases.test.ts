import { expect, it } from 'vitest';
import { unnamed } from '../../store/database/statement.ts';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { whileStopped } from '../fixtures/while-stopped.ts';

/* A server that is killed while the account watch raises alerts, and while outreach opens cases: each once, none lost. */

const COUNT = 40;
const DAY_MS = 86_400_000;
const before = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const server = useServer({
  follow: true,
  started: false,
  config: 'dimensions:\n  - field: region\nagents:\n  accountWatch: { capacity: 1000 }\n',
});

/** Makes each row of a table slow to insert, so that a process is killed while it is at it. */
const slow = (table: string) => [
  `CREATE OR REPLACE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM count(*) FROM generate_series(1, 400000); RETURN NEW; END $$`,
  `CREATE TRIGGER slow BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION be_slow()`,
];
const run = (texts: readonly string[]) =>
  whileStopped(server.instance, async (store) => {
    for (const text of texts) await store.rows(unnamed(text), []);
  });
interface Counts {
  readonly alertCounts: { alerts: number }[];
  readonly caseCounts: { cases: number }[];
}
async function counted(): Promise<{ alerts: number; cases: number }> {
  const { data } = await server.graphql<Counts>('{ alertCounts { alerts } caseCounts { cases } }');
  return { alerts: data.alertCounts[0]?.alerts ?? 0, cases: data.caseCounts[0]?.cases ?? 0 };
}

it('raises each alert and opens each case once when it is killed between decisions and acts', async () => {
  await server.start({ SCORELINE_ROLES: 'api,ingest' });
  const responses = Array.from({ length: COUNT }, (_, i) => ({
    ...{ externalId: `a${i}`, source: 'web', answeredAt: before(10), score: 1 },
    ...{ respondent: `p${i}`, account: `account ${i}` },
  }));
  const outcomes = Array.from({ length: COUNT }, (_, i) => ({
    ...{ externalId: `o${i}`, kind: 'PAYMENT', at: before(20), account: `account ${i}` },
    ...{ amount: 10, currency: 'EUR' },
  }));
  const submit = `mutation ($responses: [ResponseInput!]!, $outcomes: [OutcomeInput!]!) {
    submitResponses(input: $responses) { accepted } submitOutcomes(input: $outcomes) { accepted } }`;
  expect((await server.graphql(submit, { responses, outcomes })).data).toEqual({
    submitResponses: { accepted: COUNT },
    submitOutcomes: { accepted: COUNT },
  });
  await server.stop();

  await run(slow('alert'));
  await server.start();
  await until(async () => (await counted()).alerts >= 3, 'some alerts are raised');
  await server.stop('SIGKILL');
  await server.start();
  await until(async () => (await counted()).alerts === COUNT, 'every alert is raised');
  const act =
    'mutation { setAgent(name: "outreach", autonomy: ACT, enabled: true, reason: "test") { autonomy } }';
  expect((await server.graphql(act)).errors).toBeUndefined();
  await server.stop();

  const killedAt: number[] = [];
  await run(slow('case_record'));
  await server.start();
  await until(async () => (await counted()).cases >= 3, 'some cases are open');
  await server.stop('SIGKILL');
  await whileStopped(server.instance, async (store) => {
    const [row] = await store.rows<{ n: number }>(
      unnamed('SELECT count(*)::integer AS n FROM case_record'),
      [],
    );
    killedAt.push(row?.n ?? 0);
  });
  expect(killedAt[0], 'it was killed in the middle').toBeLessThan(COUNT);
  await server.start();
  await until(async () => (await counted()).cases === COUNT, 'every case is open');
  await server.stop();
  await whileStopped(server.instance, async (store) => {
    const ask = (text: string) => store.rows<Record<string, number>>(unnamed(text), []);
    expect(
      await ask(`SELECT count(*)::integer AS alerts, count(DISTINCT key)::integer AS keys,
        (SELECT count(*)::integer FROM alert_event WHERE kind = 'RAISED') AS raised FROM alert`),
    ).toEqual([{ alerts: COUNT, keys: COUNT, raised: COUNT }]);
    expect(
      await ask(`SELECT count(*)::integer AS cases, count(DISTINCT c.cause)::integer AS causes, count(d.id)::integer AS decided
        FROM case_record c LEFT JOIN agent_decision d ON d.id = c.decision_id AND d.state = 'DONE'
          AND d.outcome = 'opened Case:' || c.id`),
    ).toEqual([{ cases: COUNT, causes: COUNT, decided: COUNT }]);
    expect(
      await ask(
        `SELECT agent, count(*)::integer AS n FROM agent_decision WHERE agent IN ('account-watch', 'outreach') AND state IN ('DONE', 'DUE') GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([
      { agent: 'account-watch', n: COUNT },
      { agent: 'outreach', n: COUNT },
    ]);
  });
});
