import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Seconds of each file by project, for those that take long. `WRITE_DURATIONS=1 npm test` measures them again. */
export const DURATIONS = fileURLToPath(new URL('./durations.json', import.meta.url));

export type Durations = Record<string, Record<string, number>>;

export const readDurations = (): Durations => JSON.parse(readFileSync(DURATIONS, 'utf8')) as Durations;
export const nameOf = (moduleId: string): string => moduleId.replace(ROOT, '');

/**
 * The longest files begin first, so that no worker waits for one at the end. A new clone knows them too. Projects come one after
 * the other, because a worker that goes on with another project begins again with no module loaded.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const durations = readDurations();
    const secondsOf = ({ project, moduleId }: TestSpecification) =>
      durations[project.name]?.[nameOf(moduleId)] ?? 0;
    const longest = new Map<string, number>();
    for (const file of files)
      longest.set(file.project.name, Math.max(secondsOf(file), longest.get(file.project.name) ?? 0));
    const longestOf = ({ project }: TestSpecification) => longest.get(project.name) ?? 0;
    // Failed ones of the last run first, as vitest has it; what is equally long stays in its order.
    return (await super.sort(files)).toSorted(
      (a, b) =>
        longestOf(b) - longestOf(a) ||
        a.project.name.localeCompare(b.project.name) ||
        secondsOf(b) - secondsOf(a),
    );
  }
}
