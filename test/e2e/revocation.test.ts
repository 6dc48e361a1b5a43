import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { heldBack, type ImpoliteSocket, impoliteSocket } from '../fixtures/raw-socket.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Clients that keep no rules: what they send after their key is revoked must not be executed. */

const server = useServer({ ownPolicies: true });

const CREATE = 'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { id key } }';
const create = async (name: string) => {
  const variables = { input: { name, role: 'admin' } };
  const { data } = await server.graphql<{ createApiKey: { id: string; key: string } }>(CREATE, variables);
  return data.createApiKey;
};
const revoke = (id: string) =>
  server.graphql('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id }).then(({ data }) => data);
const names = async () => {
  const { data } = await server.graphql<{ apiKeys: { name: string }[] }>('{ apiKeys { name } }');
  return data.apiKeys.map(({ name }) => name);
};
const stolen = (name: string, id = 'm') => ({
  id,
  type: 'subscribe',
  payload: { query: CREATE, variables: { input: { name, role: 'admin' } } },
});
const connected = async (key: string): Promise<ImpoliteSocket> => {
  const socket = await impoliteSocket(server.url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
  await until(() => socket.messages.some(({ type }) => type === 'connection_ack'), 'it is let in');
  return socket;
};
const LIVE = 'subscription { npsUpdates(window: "PT2H") { row { responses } } }';

describe('a WebSocket that does not answer the close frame', () => {
  it('executes nothing after its key was revoked, and is cut off', async () => {
    const { id, key } = await create('impolite');
    const socket = await connected(key);
    socket.send({ id: 'live', type: 'subscribe', payload: { query: LIVE } });
    await until(() => socket.messages.some(({ type }) => type === 'next'), 'the present row comes');
    // It lets in and executes, as long as the key does.
    socket.send(stolen('while it may', 'before'));
    await until(async () => (await names()).includes('while it may'), 'the key is made');
    await revoke(id);
    await until(() => socket.closeCodes.length > 0, 'it is received', 1_000);
    const received = socket.messages.length;
    for (let i = 0; i < 4; i++) {
      socket.send(stolen(`after the end ${i}`, `after ${i}`));
      await wait(60);
    }
    await until(socket.isCut, 'it is cut');
    expect(socket.closeCodes).toEqual([4403]);
    expect(socket.messages.slice(received)).toEqual([]);
    expect((await names()).filter((name) => name.startsWith('after the end'))).toEqual([]);
  });

  it('executes nothing after it exceeded a limit', async () => {
    const { key } = await create('greedy');
    const socket = await connected(key);
    for (let i = 0; i < 101; i++)
      socket.send({ id: `live ${i}`, type: 'subscribe', payload: { query: LIVE } });
    for (let i = 0; i < 3; i++) socket.send(stolen(`too much ${i}`, `too much ${i}`));
    await until(socket.isCut, 'it is cut');
    expect(socket.closeCodes).toEqual([4429]);
    expect((await names()).filter((name) => name.startsWith('too much'))).toEqual([]);
  });
});

describe('a request whose body arrives after its key was revoked', () => {
  const body = (name: string) =>
    JSON.stringify({ query: CREATE, variables: { input: { name, role: 'admin' } } });
  const responses = JSON.stringify({ externalId: 'held', answeredAt: '2026-01-01T00:00:00Z', score: 9 });
  const stream = { accept: 'text/event-stream' };

  it.each([
    ['/graphql', {}, body('held back')],
    ['/graphql', stream, body('held back in a stream')],
    ['/graphql', stream, JSON.stringify({ query: LIVE })],
    ['/ingest/responses', {}, responses],
  ])('is refused on %s %j', async (path, headers, text) => {
    const send = (key: string, before: () => Promise<unknown>) => {
      const all = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers };
      return heldBack(server.url, path, all, text, before);
    };
    const { id, key } = await create('holds back');
    const answer = await send(key, async () => {
      await wait(100);
      await revoke(id);
    });
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(answer).toContain('UNAUTHENTICATED');
    expect((await names()).filter((name) => name.startsWith('held back'))).toEqual([]);
    const { data } = await server.graphql<{ nps: { responses: number }[] }>('{ nps { responses } }');
    expect(data.nps[0]?.responses).toBe(0);
  });
});

describe("the administrator's socket, which no policy ends", () => {
  it('acts under the current policies', async () => {
    const socket = await connected(ADMIN_KEY);
    const versionOf = async (id: string) => {
      socket.send({ id, type: 'subscribe', payload: { query: '{ viewer { policyVersion } }' } });
      const answer = () => socket.messages.find((message) => message.id === id && message.type === 'next');
      await until(() => answer() !== undefined, 'it answers');
      return JSON.stringify(answer()?.payload);
    };
    const before = await versionOf('before');
    appendFileSync(join(server.instance.dataDir, 'policies', 'roles.cedar'), '\n// Nothing but a comment.\n');
    let asked = 0;
    await until(async () => (await versionOf(`again ${++asked}`)) !== before, 'it is another');
    // Rows of the log tell the same.
    socket.send(stolen('made under the present ones'));
    await until(async () => (await names()).includes('made under the present ones'), 'it is made');
    const log =
      '{ auditLog(first: 50) { edges { node { action policyVersion } } } viewer { policyVersion } }';
    type Log = {
      auditLog: { edges: { node: { action: string; policyVersion: string | null } }[] };
      viewer: { policyVersion: string };
    };
    const { data } = await server.graphql<Log>(log);
    const rows = data.auditLog.edges
      .map(({ node }) => node)
      .filter(({ action }) => action === 'createApiKey');
    expect(rows.map(({ policyVersion }) => policyVersion)).toContain(data.viewer.policyVersion);
    socket.destroy();
  });
});
