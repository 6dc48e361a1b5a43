import { afterAll, beforeAll, expect, it } from 'vitest';
import { healthWhile } from '../../fixtures/abuse.ts';
import { freshInstance, type Instance, type RunningServer, startServer } from '../../fixtures/server.ts';

/** One operation never holds up the others, whatever it asks for and whoever asks. */

let instance: Instance;
let server: RunningServer;
beforeAll(async () => {
  instance = await freshInstance();
  server = await startServer(instance);
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

it('sees a server that is held up', async () => {
  const stopped = await healthWhile(server, async () => {
    server.process.kill('SIGSTOP');
    await new Promise((done) => setTimeout(done, 1_000));
    server.process.kill('SIGCONT');
    await new Promise((done) => setTimeout(done, 100));
  });
  const idle = await healthWhile(server, () => new Promise((done) => setTimeout(done, 1_000)));
  expect(stopped.longest).toBeGreaterThan(3 * idle.longest);
});
