import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { nameOf } from './longest-first.ts';

const LOOK_EVERY_MS = 30_000;
/** No test takes as long on a quiet machine. */
const FIRST_AFTER_MS = 5 * 60_000;

/** What a file does since when, and after how long that is said again. */
interface Step {
  name: string;
  since: number;
  sayAfterMs: number;
}

/**
 * Names the test, or the file outside of its tests, that has been running for 5, 10, 20, ... minutes: the default reporter
 * says nothing of a file before its end, so that a run that is ended from outside would not show what it waited for.
 */
export default class StallsReporter implements Reporter {
  readonly #steps = new Map<string, Step>();
  #timer: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  onTestModuleStart(module: TestModule): void {
    this.#begin(module, 'outside of its tests');
  }

  onTestCaseReady(test: TestCase): void {
    this.#goOn(test.module, test.fullName);
  }

  onTestCaseResult(test: TestCase): void {
    this.#goOn(test.module, 'outside of its tests');
  }

  onTestModuleEnd(module: TestModule): void {
    this.#steps.delete(module.id);
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer);
    this.#steps.clear();
  }

  #begin({ id, moduleId }: TestModule, what: string): void {
    this.#steps.set(id, {
      name: `${nameOf(moduleId)} > ${what}`,
      since: performance.now(),
      sayAfterMs: FIRST_AFTER_MS,
    });
  }

  /** The last result of a file may be reported after its end. */
  #goOn(module: TestModule, what: string): void {
    if (this.#steps.has(module.id)) this.#begin(module, what);
  }

  #look(): void {
    for (const step of this.#steps.values()) {
      const ran = performance.now() - step.since;
      if (ran < step.sayAfterMs) continue;
      step.sayAfterMs *= 2;
      process.stdout.write(` … running for ${Math.round(ran / 60_000)} min: ${step.name}\n`);
    }
  }
}
