import type { TestProject } from 'vitest/node';
import { openPostgres } from '../../store/database/postgres.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { startBoth } from './both.ts';
import { createDatabase, MIGRATED, makeTemplate } from './postgres.ts';

/** Starts TimescaleDB and Neo4j for the vitest project `services`; its tests read `inject('services')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { services, dispose } = await startBoth();
  try {
    const store = openPostgres(await createDatabase(services.postgres, MIGRATED), () => undefined);
    await migrate(store);
    await store.close();
    await makeTemplate(services.postgres, MIGRATED);
  } catch (error) {
    await dispose();
    throw error;
  }
  project.provide('services', services);
  return dispose;
}
