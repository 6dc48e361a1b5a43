import { startBoth } from './both.ts';

/*
 * Real TimescaleDB and Neo4j for a developer or a bench, on fresh data, until Ctrl-C: npx tsx test/services/start.ts
 */

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
});
process.stderr.write('starting TimescaleDB and Neo4j ...\n');
const starting = startBoth();
const both = await Promise.race([starting, stopped]);
if (both) {
  process.stdout.write(`DATABASE_URL=${both.services.databaseUrl}\nNEO4J_URL=${both.services.neo4jUrl}\n`);
  process.stderr.write(
    `logs: ${both.services.postgres.logFile} ${both.services.neo4j.logFile}\nCtrl-C stops both\n`,
  );
  const alive = setInterval(() => undefined, 60_000); // the servers alone do not hold this process
  await stopped;
  clearInterval(alive);
  await both.dispose();
}
process.exit(0); // ends what was only starting, too
