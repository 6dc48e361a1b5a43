import { describe, expect, it } from 'vitest';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { messages, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Texts that held up patterns: what the analysis of test/integration/patterns.test.ts says, on a server. */

const server = useServer({ keys: ['feed', 'collector'] });
const { keys } = server;

const BASIS = 'query ($b: Basis!) { nps(basis: $b) { score } }';
const LIST = 'query ($r: [Dimension!]!) { nps(groupBy: $r) { score } }';
const HOSTILE = ['Did you mean ', ' Did you mean "', '"', '\\"', '\n', ' ', '?'];

describe.each(transportsTo(() => server.url))('messages over %s', (_, send) => {
  it('are built quickly, whatever they quote, and give no hints', async () => {
    await expectUndisturbed(server, async () => {
      for (const unit of HOSTILE) {
        const text = unit.repeat(208_000 / unit.length);
        for (const asked of [
          { query: BASIS, variables: { b: text } },
          { query: LIST, variables: { r: [text, text] } },
          { query: `{ nps(basis: ${JSON.stringify(text.slice(0, 15_000))}) { score } }` },
        ]) {
          const said = messages(await send(String(keys['feed']), asked));
          expect(said).not.toBe('');
          expect(said.length).toBeLessThan(1_500);
        }
      }
      const said = messages(await send(String(keys['feed']), { query: '{ npz { score } }' }));
      expect(said).toBe('Cannot query field "npz" on type "Query".');
    });
  });
});

describe('bodies of /ingest', () => {
  const post = async (path: string, body: string, type = 'application/json') => {
    const answer = await fetch(`${server.url}/ingest/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys['collector']}`, 'content-type': type },
      body,
    });
    await answer.text();
    return answer.status;
  };

  it('that are not JSON are refused quickly', async () => {
    await expectUndisturbed(server, async () => {
      for (const body of [
        `{}${'\n'.repeat(40_000)}x`,
        `{${' '.repeat(40_000)}`,
        '{}\n'.repeat(20_000).concat('x'),
        `${' \n'.repeat(40_000)}{}x`,
      ]) {
        const status = await post('responses', body);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    });
  });

  it('may not name a date format that matches digits in many ways', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      id: `r${i}`,
      date: `${'1'.repeat(50)}x`,
      score: '9',
    }));
    const map = (format: string) => ({
      source: 'file',
      survey: { name: 'nps', version: '1' },
      externalId: 'id',
      answeredAt: { column: 'date', format },
      score: { column: 'score', scale: '0-10' },
    });
    await expectUndisturbed(server, async () => {
      for (const format of ['hHhHhHhHhHhHhHhHhHhHhH', 'dMhHmsSuoLyq', "d'1'M'1'h'1'H'1'm'1's'1'S"]) {
        const head = JSON.stringify({ map: map(format), file: 'hostile.csv' });
        const body = [head, ...rows.map((values, line) => JSON.stringify({ line, values }))].join('\n');
        const status = await post('file', body, 'application/x-ndjson');
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    });
  });
});
