import { loadConfig } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { openGraph } from '../graph/neo4j/open.ts';
import { openDatabase } from '../instance/open-database.ts';

/** Drops the lineage graph and projects the whole database again. */
export async function rebuildGraph(): Promise<number> {
  const config = await loadConfig();
  if (!config.neo4j)
    throw new Error(
      'NEO4J_URL is not set: without Neo4j lineage comes from the database, and there is nothing to rebuild',
    );
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const onError = (error: Error) => process.stderr.write(`${safeMessage(error)}\n`);
  const database = await openDatabase(config, onError);
  const graph = openGraph(config.neo4j, database, onError);
  try {
    say(`dropping and rebuilding the lineage graph at ${config.neo4j.url}`);
    await graph.rebuild((remaining) => say(`${remaining} responses to go`));
    say('done');
    return 0;
  } finally {
    await graph.close();
    await database.close();
  }
}
