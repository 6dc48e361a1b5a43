import { describe, expect, it, vi } from 'vitest';
import type { Store } from './client.ts';
import { LOCKS } from './locks.ts';
import { Loops } from './loops.ts';
import { type PeriodicOptions, runPeriodic, runWhenDue } from './periodic.ts';

const HOUR_MS = 3_600_000;

function begin(options: Partial<PeriodicOptions> & Pick<PeriodicOptions, 'run'>) {
  const errors: string[] = [];
  const loops = new Loops();
  const job = runPeriodic({
    name: 'a job',
    everyMs: 1,
    loops,
    onError: ({ message }) => errors.push(message),
    ...options,
  });
  return { job, loops, errors };
}

/** Runs that end on request. */
function heldRuns() {
  const ends: (() => void)[] = [];
  let begun = 0;
  let ended = 0;
  return {
    counts: () => [begun, ended],
    endOne: () => ends.shift()?.(),
    run: async () => {
      begun += 1;
      await new Promise<void>((resolve) => ends.push(resolve));
      ended += 1;
    },
  };
}

describe('a periodic job', () => {
  it('is run again and again, one run after the other, until it is stopped', async () => {
    let [runs, atOnce, most] = [0, 0, 0];
    const { job } = begin({
      run: async () => {
        runs += 1;
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((done) => setTimeout(done, 3));
        atOnce -= 1;
      },
    });
    for (let i = 0; i < 20; i++) job.wake();
    await vi.waitFor(() => expect(runs).toBeGreaterThan(5));
    await job.stop();
    const before = runs;
    await new Promise((done) => setTimeout(done, 20));
    expect([runs, atOnce, most]).toEqual([before, 0, 1]);
  });

  it('is run once more for a wake that comes during a run, and stops after the run under way', async () => {
    const held = heldRuns();
    const { job } = begin({ everyMs: HOUR_MS, run: held.run });
    await vi.waitFor(() => expect(held.counts()).toEqual([1, 0]));
    job.wake();
    held.endOne();
    await vi.waitFor(() => expect(held.counts()).toEqual([2, 1]));
    const stopping = job.stop();
    held.endOne();
    await stopping;
    expect(held.counts()).toEqual([2, 2]);
  });

  it('waits for its pause first where it starts later, and a stop ends the pause', async () => {
    let runs = 0;
    const { job } = begin({ everyMs: HOUR_MS, startsLater: true, run: () => runs++ });
    await new Promise((done) => setTimeout(done, 10));
    expect(runs).toBe(0);
    job.wake();
    await vi.waitFor(() => expect(runs).toBe(1));
    await job.stop();
    expect(runs).toBe(1);
  });

  it('continues after a run that fails, and is listed with how long it has failed', async () => {
    let isBroken = true;
    const { job, loops, errors } = begin({
      run: () => {
        if (isBroken) throw new Error('no');
      },
    });
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(3));
    expect(loops.failingJobs()['a job']).toBeGreaterThan(0);
    isBroken = false;
    await vi.waitFor(() => expect(loops.failingJobs()).toEqual({ 'a job': 0 }));
    await job.stop();
    expect(loops.failingJobs()).toEqual({});
  });

  it('reports to a long run that it is being stopped', async () => {
    let steps = 0;
    const { job } = begin({
      run: async (stopped) => {
        while (!stopped()) {
          steps += 1;
          await new Promise((done) => setTimeout(done, 1));
        }
      },
    });
    await vi.waitFor(() => expect(steps).toBeGreaterThan(2));
    await job.stop();
  });

  it('skips its runs while its lock is held elsewhere', async () => {
    let isHeld = true;
    let [asked, runs] = [0, 0];
    const ifFree: Store['ifFree'] = async (lock, work) => {
      expect(lock).toBe(LOCKS.housekeeping);
      asked += 1;
      if (!isHeld) await work();
      return !isHeld;
    };
    const store = { ifFree } as Store;
    const { job, errors } = begin({ alone: { store, lock: LOCKS.housekeeping }, run: () => runs++ });
    await vi.waitFor(() => expect(asked).toBeGreaterThan(3));
    expect(runs).toBe(0);
    isHeld = false;
    await vi.waitFor(() => expect(runs).toBeGreaterThan(0));
    await job.stop();
    expect(errors).toEqual([]);
  });
});

describe('work that is done when it is due', () => {
  it('is done once for all earlier requests, and again for those during it', async () => {
    const held = heldRuns();
    const work = runWhenDue({ afterMs: 1, run: held.run, onError: () => undefined });
    for (let i = 0; i < 5; i++) work.due();
    await vi.waitFor(() => expect(held.counts()).toEqual([1, 0]));
    for (let i = 0; i < 5; i++) work.due();
    held.endOne();
    await vi.waitFor(() => expect(held.counts()).toEqual([2, 1]));
    const stopping = work.stop();
    work.due();
    held.endOne();
    await stopping;
    await new Promise((done) => setTimeout(done, 10));
    expect(held.counts()).toEqual([2, 2]);
  });

  it('is not done after a stop, and can be requested again after it failed', async () => {
    const errors: string[] = [];
    const work = runWhenDue({
      afterMs: 1,
      run: async () => {
        throw new Error('no');
      },
      onError: ({ message }) => errors.push(message),
    });
    work.due();
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    work.due();
    await vi.waitFor(() => expect(errors).toHaveLength(2));
    work.due();
    await work.stop();
    await new Promise((done) => setTimeout(done, 10));
    expect(errors).toHaveLength(2);
  });
});
