import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshInstance, runProgram, startServer } from '../fixtures/server.ts';

it('lineage export takes its key from a file or standard input, and warns where the command line has it', async () => {
  const given: (string | undefined)[] = [];
  const endpoint = createServer((request, response) => {
    given.push(request.headers.authorization);
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((done) => endpoint.listen(0, '127.0.0.1', done));
  const instance = await freshInstance({ SCORELINE_ROLES: 'api,ingest' });
  try {
    const server = await startServer(instance);
    await server.post('/ingest/responses', [
      { externalId: 'a', answeredAt: new Date().toISOString(), score: 9 },
    ]);
    await server.stop();
    const file = join(instance.dataDir, 'lineage-key');
    writeFileSync(file, 'the key\n');
    const to = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/api/v1/lineage`;
    const run = (...args: string[]) =>
      runProgram(
        ['lineage', 'export', '--format', 'openlineage', '--restart', '--to', to, ...args],
        instance.env,
      ).finished;
    expect((await run('--key-file', file)).output).toContain('does not hold one key');
    expect((await run('--key-file', '-')).output).toContain('--key-file: - does not hold one key');
    writeFileSync(file, 'secret-of-a-file\n');
    const { code, output } = await run('--key-file', file);
    expect([code, output]).toEqual([0, expect.not.stringContaining('--key')]);
    expect(new Set(given.splice(0))).toEqual(new Set(['Bearer secret-of-a-file']));
    const open = await run('--key', 'shown');
    expect([open.code, open.output]).toEqual([
      0,
      expect.stringContaining('write it into a file for --key-file'),
    ]);
    expect(new Set(given)).toEqual(new Set(['Bearer shown']));
    expect((await run('--key', 'shown', '--key-file', file)).output).toContain('give one of them');
  } finally {
    endpoint.close();
    instance.remove();
  }
});
