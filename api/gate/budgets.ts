import type { Budget, GateSettings } from '../../config/gate-settings.ts';
import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';
import { Buckets } from './bucket.ts';

/** Callers' budgets, by the settings of their roles. */
export class Budgets {
  readonly #buckets = new Buckets();
  readonly #settings: GateSettings;
  readonly #now: () => number;

  /**
   * @param now epoch milliseconds
   */
  constructor(settings: GateSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** The settings of the caller's role. */
  of({ role }: Caller): Budget {
    const { cost } = this.#settings;
    return (cost[role] ?? cost['default']) as Budget;
  }

  /**
   * Takes points from the caller's minute.
   * @throws RefusedError when they are not available.
   */
  spend(caller: Caller, points: number): void {
    const wait = this.take(caller, points);
    if (wait === 0) return;
    const { minute } = this.of(caller);
    const seconds = Math.ceil(wait / 1_000);
    throw new RefusedError(
      'RATE_LIMITED',
      429,
      `the budget of ${minute} points a minute is spent; try again in ${seconds} s`,
      seconds,
    );
  }

  /** Takes points, or nothing; returns 0, or the milliseconds until they are available. */
  take(caller: Caller, points: number): number {
    const { minute } = this.of(caller);
    if (minute === null || points === 0) return 0;
    return this.#buckets.take(caller.id, points, minute, this.#now());
  }

  /** Refunds points for what was not delivered. */
  giveBack(caller: Caller, points: number): void {
    const { minute } = this.of(caller);
    if (minute !== null && points > 0) this.#buckets.give(caller.id, points, minute);
  }

  /**
   * The most that one operation of the caller may cost.
   * @throws RefusedError when this one costs more.
   */
  within(caller: Caller, requested: number): number {
    const { operation: limit } = this.of(caller);
    if (requested <= limit) return limit;
    throw new RefusedError(
      'COST_LIMIT_EXCEEDED',
      400,
      `the operation costs ${requested} points, and one may cost at most ${limit}; ask for less at once`,
    );
  }
}
