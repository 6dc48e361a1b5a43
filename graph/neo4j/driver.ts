import { createRequire } from 'node:module';
import type neo4j from 'neo4j-driver';
import type { Driver, Neo4jError } from 'neo4j-driver';

/** The address and login of the graph. */
export interface GraphAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

type Package = typeof neo4j & { readonly Neo4jError: typeof Neo4jError };
let loaded: Package | undefined;

/** The driver's package, loaded when it is first used: without Neo4j it never is, which saves 0.4 s and 24 MB of every start. */
export function neo4jPackage(): Package {
  loaded ??= createRequire(import.meta.url)('neo4j-driver') as Package;
  return loaded;
}

/** Opens a driver; it connects at its first use. Integers arrive as numbers: none here is beyond 2^53. */
export function openDriver({ url, user, password }: GraphAddress): Driver {
  const { auth: by, driver } = neo4jPackage();
  const auth = password === '' ? undefined : by.basic(user, password);
  return driver(url, auth, {
    disableLosslessIntegers: true,
    maxConnectionPoolSize: 20,
    connectionAcquisitionTimeout: 5_000,
    connectionTimeout: 3_000,
    // A longer idle one is checked before use: a firewall may have dropped it.
    connectionLivenessCheckTimeout: 10_000,
    maxTransactionRetryTime: 5_000,
    // Queries contain ids, which must not appear in a log.
    logging: { level: 'error', logger: () => undefined },
    telemetryDisabled: true,
  });
}

/** The graph is reachable, but not yet ready for queries. */
export class GraphNotReadyError extends Error {
  override readonly name: string = 'GraphNotReadyError';
}

/** A connection to Neo4j gave no answer although the server was not working on one. */
export class SilentGraphError extends GraphNotReadyError {
  override readonly name = 'SilentGraphError';
}

/** Whether Neo4j or its driver reported it. If the package was not loaded, no error is. */
export function isNeo4jError(error: unknown): error is Neo4jError {
  return loaded !== undefined && error instanceof loaded.Neo4jError;
}

/** Whether the graph is currently unreachable (as opposed to: the query is wrong). */
export function isAway(error: unknown): boolean {
  if (error instanceof GraphNotReadyError) return true;
  if (!loaded || !isNeo4jError(error)) return false;
  return (
    error.retriable ||
    [loaded.error.SERVICE_UNAVAILABLE, loaded.error.SESSION_EXPIRED].includes(error.code) ||
    error.code.startsWith('Neo.ClientError.Security.') ||
    // The driver gives these no code; connections are replaced while a read waits for one of them.
    error.message.startsWith('Connection acquisition timed out') ||
    error.message.startsWith('Pool is closed')
  );
}
