import { expect, it, vi } from 'vitest';
import { GraphNotReadyError, isAway } from './driver.ts';
import { forSome, once, withTimeout } from './readiness.ts';

it('is built once for all callers, and again after a failure', async () => {
  const make = vi.fn(async () => undefined).mockRejectedValueOnce(new Error('away'));
  const ready = once(make);
  await expect(Promise.all([ready(), ready()])).rejects.toThrow('away');
  expect(make).toHaveBeenCalledTimes(1);
  await Promise.all([ready(), ready()]);
  await ready();
  expect(make).toHaveBeenCalledTimes(2);
});

it('is waited for by all callers together for a while, and then by none until it is done', async () => {
  vi.useFakeTimers();
  try {
    let done: () => void = () => undefined;
    const ready = withTimeout(
      5_000,
      once(
        () =>
          new Promise((resolve) => {
            done = resolve;
          }),
      ),
    );
    const first = expect(ready()).rejects.toThrow(GraphNotReadyError);
    await vi.advanceTimersByTimeAsync(4_000);
    const second = expect(ready()).rejects.toThrow(GraphNotReadyError);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all([first, second]);
    // Without any time passing.
    const refused = await ready().catch((error: unknown) => error);
    expect(isAway(refused)).toBe(true);
    done();
    await vi.advanceTimersByTimeAsync(0);
    await ready();
  } finally {
    vi.useRealTimers();
  }
});

it('is checked again after a while, and after a failure', async () => {
  vi.useFakeTimers();
  try {
    const check = vi.fn(async () => undefined).mockRejectedValueOnce(new Error('another format'));
    const ready = forSome(1_000, check);
    await expect(Promise.all([ready(), ready()])).rejects.toThrow('another format');
    expect(check).toHaveBeenCalledTimes(1);
    await ready();
    await vi.advanceTimersByTimeAsync(900);
    await ready();
    expect(check).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(200);
    await ready();
    expect(check).toHaveBeenCalledTimes(3);
  } finally {
    vi.useRealTimers();
  }
});
