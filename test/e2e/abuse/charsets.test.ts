import { describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Bodies are read strictly: in the charset that they name, else UTF-8; no character is stored that was not sent. */

const server = useServer();

const send = async (path: string, body: Buffer, type = 'application/json') => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': type };
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: new Uint8Array(body) });
  return { status: answer.status, text: await answer.text() };
};
const item = (id: string, comment: string) =>
  JSON.stringify({ externalId: id, answeredAt: '2026-01-01T00:00:00Z', score: 9, comment });
/** The text with "?" as that byte. */
const withByte = (text: string, byte: number) =>
  Buffer.from(text).map((one) => (one === 0x3f ? byte : one)) as Buffer;
const stored = async (): Promise<Record<string, string>> => {
  const { data } = await server.graphql<{
    responses: { edges: { node: { externalId: string; comment: string } }[] };
  }>('{ responses(first: 100) { edges { node { externalId comment } } } }');
  return Object.fromEntries(data.responses.edges.map(({ node }) => [node.externalId, node.comment]));
};

describe('bytes of a body', () => {
  it.each([
    ['/ingest/responses', 'application/json', item('bad-1', 'K?ln')],
    ['/ingest/responses', 'application/x-ndjson', `${item('bad-2', 'fine')}\n${item('bad-3', 'K?ln')}`],
    ['/ingest/responses', 'application/json; charset=us-ascii', item('bad-4', 'K?ln')],
    ['/ingest/file', 'application/x-ndjson', `{"map":{},"file":"f"}\n{"line":2,"values":{"a":"?"}}`],
    ['/graphql', 'application/json', JSON.stringify({ query: '{ classify(texts: ["K?ln"]) { class } }' })],
  ])('that are invalid are 400, and reported: %s %s', async (path, type, text) => {
    const { status, text: received } = await send(path, withByte(text, 0xf6), type);
    expect([status, received]).toEqual([
      400,
      expect.stringMatching(/not valid (utf-8|us-ascii): line \d has bytes/),
    ]);
    expect(Object.keys(await stored()).filter((id) => id.startsWith('bad'))).toEqual([]);
  });

  it.each([
    ['in UTF-8 with a byte order mark', Buffer.from(`\ufeff${item('mark', 'Köln')}`), 'application/json'],
    ['in Windows-1252', withByte(item('1252', 'K?ln'), 0xf6), 'application/json; charset=windows-1252'],
    ['in ISO-8859-1', withByte(item('latin', 'K?ln'), 0xf6), 'application/x-ndjson; charset="ISO-8859-1"'],
    ['in UTF-16', Buffer.from(`\ufeff${item('16', 'Köln')}`, 'utf16le'), 'application/json; charset=utf-16'],
    [
      'in UTF-16 as its mark says',
      Buffer.from(`\ufeff${item('16m', 'Köln')}`, 'utf16le'),
      'application/json',
    ],
  ])('are read %s', async (_, body, type) => {
    expect(await send('/ingest/responses', body, type)).toMatchObject({ status: 202 });
    expect(Object.values(await stored())).not.toContain(expect.stringContaining('\ufffd'));
    expect([...new Set(Object.values(await stored()))]).toEqual(['Köln']);
  });

  it('of an operation are read in its charset', async () => {
    const query = (text: string) =>
      JSON.stringify({ query: '{ __typename }', operationName: null, extensions: { text } });
    const headers = 'application/json; charset=windows-1252';
    expect(await send('/graphql', withByte(query('K?ln'), 0xf6), headers)).toMatchObject({ status: 200 });
    expect(await send('/graphql', Buffer.from('{}'), 'application/json; charset=klingon')).toMatchObject({
      status: 415,
      text: expect.stringContaining('klingon'),
    });
  });
});
