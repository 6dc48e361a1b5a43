import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type AuditRow, parseAuditLine } from '../../../domain/seals/audit.ts';
import { checkAudit } from '../../../proof/check-audit.ts';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* A refusal costs its caller what the request would have cost, and leaves a bounded trace, for any caller. */

const ROLES = ['analyst', 'model-steward', 'auditor', 'dpo', 'feed', 'collector', 'metrics'];
const TIMES = 25;

const server = useServer({
  keys: Object.fromEntries(ROLES.map((role) => [role, { role, name: `the ${role}` }])),
});
const { keys } = server;

const of = (role: string) => ({ authorization: `Bearer ${keys[role]}`, 'content-type': 'application/json' });
const get = (role: string, path: string) => fetch(`${server.url}${path}`, { headers: of(role) });
const post = (role: string, path: string, body: unknown) =>
  fetch(`${server.url}${path}`, { method: 'POST', headers: of(role), body: JSON.stringify(body) });
const repeat = <T>(times: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: times }, (_, i) => work(i)));
async function rowsOfLog(): Promise<AuditRow[]> {
  const response = await fetch(`${server.url}/audit/export`, { headers: { 'x-api-key': ADMIN_KEY } });
  const rows = (await response.text()).trim().split('\n').map(parseAuditLine);
  return rows.filter((row): row is AuditRow => row !== null);
}

/** All that a role may not do, at once. */
const REVOKE = Array.from({ length: 10 }, (_, i) => `a${i}: revokeApiKey(id: "ApiKey:${i}")`).join(' ');
const item = { externalId: 'refused', score: 9, answeredAt: '2026-01-01T00:00:00Z' };
const attempts = async (role: string) => {
  await repeat(TIMES, () => get(role, '/metrics').then((response) => response.text()));
  await repeat(TIMES, () => get(role, '/audit/export').then((response) => response.text()));
  await repeat(TIMES, (i) => post(role, '/graphql', { query: `mutation M${i % 3} { ${REVOKE} }` }));
  await repeat(TIMES, () => post(role, '/graphql', { query: '{ auditLog { edges { node { seq } } } }' }));
  await repeat(TIMES, () => post(role, '/ingest/responses', [item, { ...item, externalId: 'b' }]));
};

describe('a refusal', () => {
  it('is a row at first and one a minute from then on, with a count, for every role', async () => {
    const before = (await rowsOfLog()).length;
    for (const role of ROLES) await attempts(role);
    const rows = (await rowsOfLog()).slice(before).filter(({ outcome }) => outcome === 'refused');
    const counts = new Map<string, number>();
    for (const { actorName, action } of rows)
      counts.set(`${actorName} ${action}`, (counts.get(`${actorName} ${action}`) ?? 0) + 1);
    expect(counts.get('the feed metrics')).toBeGreaterThan(0);
    expect(counts.get('the feed exportAudit')).toBeGreaterThan(0);
    expect(counts.get('the analyst revokeApiKey')).toBeGreaterThan(0);
    // Some minutes may have passed on a slow machine.
    for (const [what, times] of counts) expect(times, what).toBeLessThanOrEqual(4);
    expect(counts.get('the metrics metrics')).toBeUndefined();
  });

  it('is counted in full in the log once the server has stopped, and the chain holds', async () => {
    await server.stop();
    await server.start();
    const rows = await rowsOfLog();
    const refused = (actor: string, action: string) =>
      rows
        .filter((row) => row.actorName === actor && row.action === action && row.outcome === 'refused')
        .reduce((sum, { subject }) => sum + ((subject['count'] as number | undefined) ?? 1), 0);
    expect(refused('the feed', 'metrics')).toBe(TIMES);
    expect(refused('the feed', 'exportAudit')).toBe(TIMES);
    expect(refused('the analyst', 'revokeApiKey')).toBe(TIMES);
    expect(refused('the collector', 'auditLog')).toBe(TIMES);
    const check = { rows: pages(rows), heads: [], keys: null, partial: false };
    expect(await checkAudit(check)).toMatchObject({ offence: null, rows: rows.length });
  });

  it('leaves a bounded number of lines in the process log', async () => {
    const before = server.output().length;
    await repeat(300, () => get('feed', '/metrics').then((response) => response.text()));
    const lines = server.output().slice(before).split('\n');
    expect(lines.filter((line) => line.includes('"/metrics"')).length).toBeLessThanOrEqual(60);
  });

  it('is charged: a caller without points is refused with 429, before the log is written', async () => {
    // A minute of a feed is 120,000 points, and an export of the audit log costs 1,000.
    const answers = await repeat(200, () => get('feed', '/audit/export'));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('does not disturb others', async () => {
    await expectUndisturbed(server, () => attempts('analyst'));
  });
});

async function* pages(rows: readonly AuditRow[]) {
  yield rows;
}

describe('requests without a key', () => {
  it('leaves a bounded number of lines in the log, and the sum at the end', async () => {
    const { hostname, port } = new URL(server.url);
    const before = server.output().length;
    const raw = (text: string | Buffer) =>
      new Promise<string>((resolve) => {
        let answer = '';
        const socket = connect(Number(port), hostname, () => socket.write(text));
        socket.on('data', (data) => {
          answer += String(data);
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(answer));
      });
    const socket = (path: string, protocol: string) =>
      new Promise<void>((resolve) => {
        const client = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, protocol);
        client.on('open', () => client.send('{"type":"connection_init","payload":{"x-api-key":"no"}}'));
        client.on('error', () => undefined);
        client.on('close', () => resolve());
      });
    const tls = Buffer.from('1603010200010001fc0303', 'hex');
    const broken = await raw('GARBAGE\r\n\r\n');
    expect(broken).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(broken).toMatch(/x-content-type-options: nosniff\r\n/);
    await repeat(40, () => raw('GARBAGE\r\n\r\n'));
    await repeat(40, () => raw(tls));
    await repeat(40, () => raw(`GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`));
    await repeat(40, () => raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`));
    await repeat(40, () => fetch(`${server.url}/graphql`).then((response) => response.text()));
    await repeat(40, (i) => fetch(`${server.url}/nothing/${i}`).then((response) => response.text()));
    await repeat(40, () => socket('/graphql', 'graphql-transport-ws'));
    await repeat(40, () => socket('/graphql', 'graphql-ws'));
    await repeat(40, () => socket('/elsewhere', 'graphql-transport-ws'));
    await server.stop();
    await until(() => server.output().includes('stopped'), 'it has said all');
    const received = server.output().slice(before);
    const lines = received.split('\n').filter((line) => line.startsWith('{'));
    // Six kinds of ten lines, a sum of each, and those of stopping; some minutes may have passed on a slow machine.
    expect(lines.length).toBeLessThan(250);
    const more = lines.map((line) => JSON.parse(line)).filter(({ more }) => more > 0);
    expect(more.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'refused without a key',
        'not HTTP',
        'unauthenticated connection',
        'refused upgrade',
      ]),
    );
    await server.start();
  });
});
