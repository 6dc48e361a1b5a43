import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type World } from '../fixtures/scoped-client.ts';

/* Rules of the score monitor over GraphQL. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

let world: World;
beforeAll(async () => {
  world = await openWorld(NOW, {
    everything: {},
    other: {},
    reader: { withheld: { administer: [] } },
    blind: { withheld: { readResponse: ['Germany'] } },
  });
  const answers = Array.from({ length: 60 }, (_, i) => ({
    externalId: `answer ${i}`,
    source: 'web',
    answeredAt: new Date(NOW - (70 - i) * 24 * HOUR_MS).toISOString(),
    score: i < 30 ? 10 : 2,
    region: 'Germany',
  }));
  await world.submit(answers);
});
afterAll(() => world?.close());

const FIELDS = '{ name version rule enabled problem test { fired real undecided } createdBy reason }';
interface Rule {
  readonly name: string;
  readonly version: number;
  readonly test: { readonly fired: number; readonly real: number | null } | null;
}
const save = (key: string, name: string, rule: string, more = 'enabled: true, reason: "a test"') =>
  world.ask<{ saveRule: Rule }>(
    key,
    `mutation { saveRule(name: "${name}", rule: ${rule}, ${more}) ${FIELDS} }`,
  );
const rules = async (key = 'everything') =>
  (await world.ask<{ rules: Rule[] }>(key, `{ rules ${FIELDS} }`)).data?.rules;
const FLOOR = '{ kind: "threshold", below: 0, windowDays: 10, confidence: 0.5 }';

it('one ships, until a version of its name is saved', async () => {
  expect(await rules()).toMatchObject([
    { name: 'score', version: 0, rule: { kind: 'change' }, enabled: true, test: null },
  ]);
  const { data } = await save(
    'everything',
    'score',
    '{ kind: "change", shifts: [10] }',
    'enabled: false, reason: "too many"',
  );
  expect(data.saveRule).toMatchObject({ version: 1, test: null, reason: 'too many' });
  expect(await rules()).toMatchObject([{ name: 'score', version: 1, enabled: false }]);
});

it('is tested over the past before it is switched on, and each version is kept', async () => {
  const first = await save('everything', 'floor', FLOOR);
  expect(first.data.saveRule).toMatchObject({ name: 'floor', version: 1, test: { fired: 1 } });
  const second = await save('everything', 'floor', '{ kind: "threshold", below: -100 }');
  expect(second.data.saveRule).toMatchObject({ version: 2, test: { fired: 0 } });
  const versions = await world.ask<{ ruleVersions: Rule[] }>(
    'everything',
    `{ ruleVersions(name: "floor") ${FIELDS} }`,
  );
  expect(versions.data.ruleVersions.map(({ version }) => version)).toEqual([2, 1]);
  const log = await world.ask<{ auditLog: { edges: { node: { subject: object } }[] } }>(
    'everything',
    '{ auditLog(action: "rule.save", first: 1) { edges { node { subject } } } }',
  );
  expect(log.data.auditLog.edges[0]?.node.subject).toMatchObject({ rule: 'floor', version: 2, fired: 0 });
});

it('is refused where it cannot be read, and to keys without the rights', async () => {
  const before = await rules();
  const messages = async (asked: Promise<{ errors?: readonly { message: string }[] }>) =>
    (await asked).errors?.map(({ message }) => message).join();
  expect(
    await messages(save('everything', 'bad', '{ kind: "change", segment: { planet: ["Mars"] } }')),
  ).toMatch(/"planet" is no dimension/);
  expect(await messages(save('everything', ' ', FLOOR))).toMatch(/name: /);
  expect(await messages(save('everything', 'x', FLOOR, 'enabled: true, reason: " "'))).toMatch(/reason: /);
  expect(await messages(save('reader', 'x', FLOOR))).toMatch(/may not/);
  expect(await messages(save('blind', 'x', FLOOR))).toMatch(/may not switch a rule on/);
  expect(await messages(world.ask('reader', `{ rules ${FIELDS} }`))).toMatch(/may not/);
  expect(await rules()).toEqual(before);
  expect((await rules('blind'))?.map(({ test }) => test)).toEqual([null, null]);
});

it('two people who save at once make two versions', async () => {
  const both = await Promise.all([save('everything', 'both', FLOOR), save('other', 'both', FLOOR)]);
  expect(both.map(({ data }) => data.saveRule.version).sort()).toEqual([1, 2]);
});
