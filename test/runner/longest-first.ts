import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Seconds of each file by project, for those that take long. `WRITE_DURATIONS=1 npm test` measures them again. */
export const DURATIONS = fileURLToPath(new URL('./durations.json', import.meta.url));

export type Durations = Record<string, Record<string, number>>;

export const readDurations = (): Durations => JSON.parse(readFileSync(DURATIONS, 'utf8')) as Durations;
export const nameOf = (moduleId: string): string => moduleId.replace(ROOT, '');

/** The longest files begin first, so that no worker waits for one at the end. A new clone knows them too. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const durations = readDurations();
    const secondsOf = ({ project, moduleId }: TestSpecification) =>
      durations[project.name]?.[nameOf(moduleId)] ?? 0;
    // Failed ones of the last run first, as vitest has it; what is equally long stays in its order.
    return (await super.sort(files)).toSorted((a, b) => secondsOf(b) - secondsOf(a));
  }
}
