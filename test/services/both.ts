import { type Neo4jHandle, type Neo4jUse, type RunningNeo4j, startNeo4j } from './neo4j.ts';
import {
  type PostgresHandle,
  type PostgresOptions,
  type RunningPostgres,
  startPostgres,
} from './postgres.ts';

/** What `inject('services')` gives in the vitest project `services`; in the other projects it gives undefined. */
export interface Services {
  readonly databaseUrl: string;
  readonly neo4jUrl: string;
  readonly postgres: PostgresHandle;
  readonly neo4j: Neo4jHandle;
}

declare module 'vitest' {
  export interface ProvidedContext {
    services?: Services;
  }
}

/** Starts both servers at once, PostgreSQL with more lines for its configuration; if one fails, the other is ended too. */
export async function startBoth(
  use: Neo4jUse = 'test',
  settings: PostgresOptions['settings'] = {},
): Promise<{ services: Services; dispose(): Promise<void> }> {
  const started = await Promise.allSettled([
    startPostgres({ timescale: true, settings }),
    startNeo4j(use),
  ] as const);
  const dispose = async () => {
    await Promise.all(
      started.map((each) => (each.status === 'fulfilled' ? each.value.dispose() : undefined)),
    );
  };
  const failed = started.find((each) => each.status === 'rejected');
  if (failed) {
    await dispose();
    throw failed.reason;
  }
  const [postgres, neo4j] = started.map((each) => (each as PromiseFulfilledResult<unknown>).value) as [
    RunningPostgres,
    RunningNeo4j,
  ];
  const services = {
    databaseUrl: postgres.url,
    neo4jUrl: neo4j.url,
    postgres: postgres.handle,
    neo4j: neo4j.handle,
  };
  return { services, dispose };
}
