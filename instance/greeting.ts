import type { Config } from '../config/config.ts';
import { keyFingerprint, publicKeyOf } from '../domain/seals/signing-key.ts';
import { type RegisteredModel, readRegistry } from '../store/models/models.ts';
import type { OpenDatabase } from './open-database.ts';
import { type KeptSecret, secretPath } from './secrets.ts';

/** The greeting once the server listens: addresses, the signing key, and what to do next. */
export async function greeting(
  config: Config,
  { features, store, signingKey }: OpenDatabase,
  url: string,
  key: KeptSecret,
): Promise<string[]> {
  const kind = store.backend === 'pglite' ? 'PGlite (embedded)' : 'PostgreSQL';
  const timescale = features.timescale === 'none' ? '' : ` with TimescaleDB (${features.timescale})`;
  const champion = (await readRegistry(store)).find(({ stage }) => stage === 'CHAMPION');
  const path = await secretPath(config, 'admin-key');
  const kept = config.adminKey ? 'from SCORELINE_ADMIN_KEY' : `in ${path}`;
  return [
    `  record     ${kind}${timescale}`,
    `  lineage    ${config.neo4j ? `Neo4j at ${config.neo4j.url}` : 'from the database'}`,
    `  model      ${champion ? modelLine(champion) : 'none'}`,
    `  data       ${config.dataDir}`,
    `  signed by  ${keyFingerprint(publicKeyOf(signingKey))}`,
    `  listening  ${url}   (open it in a browser; GraphQL at ${url}/graphql, console at ${url}/console)`,
    `  admin key  ${key.made ? `${key.value}   (made now and shown only once; stored in ${path})` : kept}`,
    'Next: npm run import -- examples/survey-export.csv --map examples/survey-export.map.json   (or: npm run demo)',
  ];
}

const modelLine = ({ id, companion, label }: RegisteredModel) =>
  companion === null ? `version ${id}, ${label}` : `versions ${id} and ${companion}, ${label}`;
