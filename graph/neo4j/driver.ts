import neo4j, { type Driver, Neo4jError } from 'neo4j-driver';

/** Where the graph is and who may enter. */
export interface GraphAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Opens a driver; it connects when it is first used. Integers arrive as numbers: none here is beyond 2^53. */
export function openDriver({ url, user, password }: GraphAddress): Driver {
  const auth = password === '' ? undefined : neo4j.auth.basic(user, password);
  return neo4j.driver(url, auth, {
    disableLosslessIntegers: true,
    maxConnectionPoolSize: 20,
    connectionAcquisitionTimeout: 5_000,
    connectionTimeout: 3_000,
    // One that lay idle longer is asked before it is used: a firewall may have forgotten it.
    connectionLivenessCheckTimeout: 10_000,
    maxTransactionRetryTime: 5_000,
    // Queries carry ids; they are nobody's to see in a log.
    logging: { level: 'error', logger: () => undefined },
    telemetryDisabled: true,
  });
}

/** The graph is there, but not yet as it is asked. */
export class GraphNotReadyError extends Error {
  override readonly name = 'GraphNotReadyError';
}

/** Whether the graph cannot be reached just now (as opposed to: it was asked something wrong). */
export function isAway(error: unknown): boolean {
  if (error instanceof GraphNotReadyError) return true;
  if (!(error instanceof Neo4jError)) return false;
  return (
    error.retriable ||
    [neo4j.error.SERVICE_UNAVAILABLE, neo4j.error.SESSION_EXPIRED].includes(error.code) ||
    error.code.startsWith('Neo.ClientError.Security.') ||
    // The driver gives this one no code.
    error.message.startsWith('Connection acquisition timed out')
  );
}
