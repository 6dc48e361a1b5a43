import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { freshInstance, type Instance, type RunningServer, startServer } from '../../fixtures/server.ts';

/* Documents that are valid and small, and much work to prepare. */

const keys: Record<string, string> = {};
let instance: Instance;
let server: RunningServer;
beforeAll(async () => {
  instance = await freshInstance();
  server = await startServer(instance);
  const make = 'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }';
  for (const role of ['feed', 'collector']) {
    const { data } = await server.graphql<{ createApiKey: { key: string } }>(make, {
      input: { name: role, role },
    });
    keys[role] = data.createApiKey.key;
  }
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

const post = async (role: string, body: string) => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[role]}`, 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
};

const ALL =
  'id answeredAt receivedAt channel class comment externalId lifecycleStage productLine region respondent scale score source survey surveyVersion prediction { class explanation { token } }';
const aliases = Array.from(
  { length: 28 },
  (_, i) => `a${i}: responses(first: 1) { edges { node { ...F } } }`,
);
const large = (more: string) => `{ ${aliases.join(' ')} } fragment F on Response { ${ALL} } #${more}`;

it('large documents, each another one, hold up nobody and are not kept compiled', async () => {
  let made = 0;
  await expectUndisturbed(server, async () => {
    for (let i = 0; i < 40; i++) {
      const { status, text } = await post('feed', JSON.stringify({ query: large(String(made++)) }));
      expect(status, text.slice(0, 300)).toBe(200);
    }
  });
});

it('a large document that comes again and again holds up nobody', async () => {
  await expectUndisturbed(server, async () => {
    for (let i = 0; i < 20; i++)
      expect((await post('feed', JSON.stringify({ query: large('same') }))).status).toBe(200);
  });
});

const asking = (variables: string) => `{"query":"{ viewer { name } }","variables":${variables}}`;
const MANY = asking(`{"a":[${'{},'.repeat(1_000_000)}{}]}`);

it('bodies of very many values are refused before they are parsed, and paid', async () => {
  await expectUndisturbed(server, async () => {
    for (const body of [MANY, MANY.replace('{"a"', '{"constructor":1,"a"'), `${MANY.slice(0, -1)},"x":`]) {
      const { status, text } = await post('collector', body);
      expect(status, text.slice(0, 300)).toBe(400);
      expect(text.length).toBeLessThan(1_500);
    }
  });
});

it('members with names of JavaScript are members like others', async () => {
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    const { status, text } = await post('collector', asking(`{"${name}":{"polluted":true}}`));
    expect(status, text).toBe(200);
    expect(text).not.toContain('polluted');
  }
  const hidden = await post('collector', '{"__proto__":{"query":"{ viewer { name } }"}}');
  expect(hidden.status).toBe(400);
});
