import type { ImportRun } from '../../store/responses/imports.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { type ExampleDeps, loadExample } from './example.ts';
import type { DemoDeps } from './job.ts';
import { type Demo, openDemo } from './runner.ts';

/** Answers to try Scoreline with: simulated ones, and an example file. */
export interface Samples {
  readonly demo: Demo;
  /** Imports the example, once: two calls at a time are one import. */
  loadExample(submitter: Submitter & { readonly name: string }): Promise<ImportRun>;
}

/** Opens both; nothing is stored before it is asked for. */
export function openSamples(deps: DemoDeps & ExampleDeps): Samples {
  let last: Promise<unknown> = Promise.resolve();
  return {
    demo: openDemo(deps),
    loadExample: (submitter) => {
      const next = last.then(() => loadExample(deps, submitter));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
