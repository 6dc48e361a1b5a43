import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { nameOf } from './longest-first.ts';

/**
 * Writes a line for each file that failed, `project<TAB>file<TAB>passed<TAB>failed` (counts of tests), to the path in
 * FAILED_TESTS, so that `.ci/run` can run these once more. Nothing is written if an error belongs to no file, or if the run was ended.
 */
export default class FailedReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: 'passed' | 'failed' | 'interrupted',
  ): void {
    const path = process.env.FAILED_TESTS;
    if (!path || reason !== 'failed' || unhandled.length > 0) return;
    const lines = modules
      .filter((module) => !module.ok())
      .map((module) => {
        const states = [...module.children.allTests()].map((test) => test.result().state);
        const count = (state: string) => states.filter((one) => one === state).length;
        return `${[module.project.name, nameOf(module.moduleId), count('passed'), count('failed')].join('\t')}\n`;
      });
    writeFileSync(path, lines.join(''));
  }
}
