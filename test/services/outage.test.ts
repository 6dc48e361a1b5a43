import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOf, keepSending } from '../fixtures/sending.ts';
import {
  freshInstance,
  type Instance,
  type RunningServer,
  runProgram,
  startServer,
  until,
} from '../fixtures/server.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';

/* PostgreSQL is away for some seconds: at the start of a server, and under one that has followers and traffic. */

const OUTAGE_MS = 8_000;
let postgres: RunningPostgres;
let instance: Instance;
let server: RunningServer | undefined;
beforeAll(async () => {
  postgres = await startPostgres({ timescale: true });
  instance = await freshInstance({ DATABASE_URL: await postgres.createDatabase('outage') });
});
afterAll(async () => {
  await server?.stop();
  await postgres?.dispose();
  instance?.remove();
});

const logged = (output: string) => output.split('\n').filter((line) => line.startsWith('{'));
/** Of pino: warnings and worse. Each request has an informative line beside them. */
const WARN = 40;
const warned = (output: string) =>
  logged(output).filter((line) => (JSON.parse(line) as { level: number }).level >= WARN);
const withStack = (output: string) =>
  output.split('\n').filter((line) => line.includes('"stack"') || /^\s+at /.test(line));

describe('PostgreSQL that is away', () => {
  it('is waited for at the start, with one line; and given up in time, with another', async () => {
    await postgres.stop('immediate');
    const impatient = runProgram(['start'], { ...instance.env, SCORELINE_DATABASE_PATIENCE: '1' });
    let said = () => '';
    const starting = startServer(instance, {}, (program) => {
      said = program.output;
    });
    const { code, output } = await impatient.finished;
    expect(code).toBe(1);
    expect(output).toMatch(/cannot start: PostgreSQL at \S+ does not answer: .*ECONNREFUSED/);
    expect(withStack(output)).toEqual([]);
    await until(() => said().includes('waiting for it'), 'the server waits');
    // What recovers from its crash refuses for a moment: the server waits for that too.
    await postgres.start();
    server = await starting;
    expect(logged(server.output()).filter((line) => line.includes('waiting for it'))).toHaveLength(1);
    expect(withStack(server.output())).toEqual([]);
  });

  it('costs a few lines and no response, however many are refused meanwhile', async () => {
    if (!server) throw new Error('the server did not start');
    const running = server;
    const sending = keepSending(running, 10);
    await until(() => sending.acknowledged.size >= 100, 'responses flow');
    const before = running.output().length;
    await postgres.stop('immediate');
    // Readers and followers fail all the time; each of these is refused too.
    const refused: string[] = [];
    for (const end = Date.now() + OUTAGE_MS; Date.now() < end || refused.length <= 20; ) {
      const { errors } = await running.graphql('{ nps(window: "P4D") { responses } }');
      refused.push(errors?.[0]?.extensions.code ?? 'none');
      await new Promise((done) => setTimeout(done, 20));
    }
    await postgres.start();
    const goal = sending.acknowledged.size + 100;
    await until(() => sending.acknowledged.size >= goal, 'responses flow again');
    const { acknowledged, unexpected } = await sending.stop();
    expect(unexpected).toEqual([]);
    expect(await countOf(running)).toBe(acknowledged.size);
    const said = () => running.output().slice(before);
    await until(() => said().includes('PostgreSQL answers again'), 'the end is reported');
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
    const received = /after (\d+) s and (\d+) errors/.exec(said());
    // The control: there was much to tell.
    expect(Number(received?.[2])).toBeGreaterThan(30);
    expect(warned(said()).length).toBeLessThan(10);
    expect(withStack(said())).toEqual([]);
  });
});
