import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpointFile } from '../../proof/checkpoint-publisher.ts';
import { until } from '../fixtures/patience.ts';
import { disagreements } from './balance.ts';
import { breakAll } from './break.ts';
import { planOf } from './plan.ts';
import { PLANTED } from './plant.ts';
import { readBooks } from './read-books.ts';
import { pause, type Receipts, send } from './send.ts';
import { createWorld, type Servers, startServers, type World } from './world.ts';

/*
 * Events through both doors while everything breaks: what was accepted is stored, shown, in the graph and counted, once. The seed
 * decides all of it but the timing. `npm run drill` tries more seeds with more events.
 */

const setting = (name: string, usual: number) => Number(process.env[name] ?? usual);
const FIRST = setting('SCORELINE_DRILL_FIRST', 1);
const SEEDS = setting('SCORELINE_DRILL_SEEDS', 10);
const EVENTS = setting('SCORELINE_DRILL_EVENTS', 2_000);
/** Between two steps of a sender, so that faults meet events. */
const PAUSE_MS = 40;

/** The end of each worker's log: why it goes on failing. */
const lastWords = ({ workers }: World) =>
  workers.map((worker, i) => `worker ${i}: ${worker.output().trimEnd().slice(-1_000)}`).join('\n');

let servers: Servers;
/** Of the last seed. */
let world: World | undefined;
let receipts: Receipts | undefined;
beforeAll(async () => {
  servers = await startServers();
});
afterAll(async () => {
  await world?.end();
  await servers?.dispose();
});

describe(`${SEEDS * EVENTS} events while everything breaks`, () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++)
    it(`seed ${seed}`, async () => {
      const removeFormer = await world?.end();
      world = undefined;
      const plan = planOf(seed, EVENTS, Date.now());
      const [drilled] = await Promise.all([createWorld(servers, plan), removeFormer?.()]);
      world = drilled;
      const sender = send(drilled, plan, () => pause(PAUSE_MS));
      const [taken] = await Promise.all([sender.done, breakAll(drilled, plan, sender)]);
      receipts = taken;
      const repeat = `repeat it: SCORELINE_DRILL_FIRST=${seed} SCORELINE_DRILL_SEEDS=1 SCORELINE_DRILL_EVENTS=${EVENTS} npm run drill`;
      expect(taken.unexpected, repeat).toEqual([]);
      await until(() => drilled.isRead(), 'the topics are read');
      let found = disagreements(await readBooks(drilled, taken));
      // The graph follows; nothing else may be behind by now.
      expect(
        found.filter((one) => !one.includes('in the graph')),
        repeat,
      ).toEqual([]);
      await until(async () => {
        found = disagreements(await readBooks(drilled, taken));
        return found.length === 0;
      }, 'the graph follows').catch(() => undefined);
      expect(found, `${repeat}\n${lastWords(drilled)}`).toEqual([]);
      // A full disk tears no line of what is written beside the database.
      for (const folder of drilled.dataFolders)
        expect(
          (await readCheckpointFile(join(folder, 'seals', 'heads.ndjson')))?.broken ?? null,
          repeat,
        ).toBeNull();
    });
});

it('finds what is planted: a loss, a repetition and an old version in each book', async () => {
  if (!world || !receipts) throw new Error('no seed came to its end');
  for (const { plant } of PLANTED) await plant(world);
  const found = disagreements(await readBooks(world, receipts));
  for (const { finding } of PLANTED) expect(found).toContainEqual(expect.stringMatching(finding));
});
