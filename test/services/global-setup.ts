import type { TestProject } from 'vitest/node';
import { startBoth } from './both.ts';

/** Starts TimescaleDB and Neo4j for the vitest project `services`; its tests read `inject('services')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { services, dispose } = await startBoth();
  project.provide('services', services);
  return dispose;
}
