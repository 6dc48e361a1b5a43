import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { DURATIONS, type Durations, nameOf, readDurations } from './longest-first.ts';

const SHOWN = 10;
/** Shorter files need no order. */
const KEPT_FROM_S = 5;

/** Says at the end how long the run took and which files took longest; keeps the durations if WRITE_DURATIONS is set. */
export default class DurationsReporter implements Reporter {
  #began = performance.now();

  onTestRunStart(): void {
    this.#began = performance.now();
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules
      .map((module) => ({
        project: module.project.name,
        file: nameOf(module.moduleId),
        seconds: secondsOf(module),
      }))
      .sort((a, b) => b.seconds - a.seconds);
    const sum = files.reduce((seconds, file) => seconds + file.seconds, 0);
    const took = (performance.now() - this.#began) / 1000;
    if (files.length > 1)
      process.stdout.write(
        `\n    Took ${minutes(took)}; the files one after the other ${minutes(sum)}. The longest:\n${files
          .slice(0, SHOWN)
          .map(
            ({ project, file, seconds }) =>
              `      ${seconds.toFixed(0).padStart(4)} s  ${project}  ${file}\n`,
          )
          .join('')}`,
      );
    if (process.env.WRITE_DURATIONS) keep(files);
  }
}

/** From the load of the file to the end of its last hook. */
function secondsOf(module: TestModule): number {
  const { collectDuration, duration, prepareDuration } = module.diagnostic();
  return (collectDuration + duration + prepareDuration) / 1000;
}

const minutes = (seconds: number) => `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

function keep(files: readonly { project: string; file: string; seconds: number }[]): void {
  const durations: Durations = readDurations();
  for (const { project, file, seconds } of files) {
    const ofProject = durations[project] ?? {};
    durations[project] = ofProject;
    if (seconds >= KEPT_FROM_S) ofProject[file] = Math.round(seconds);
    else delete ofProject[file];
  }
  writeFileSync(DURATIONS, `${JSON.stringify(durations, null, 2)}\n`);
}
