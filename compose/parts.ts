import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Access, openAccess } from '../api/access/access.ts';
import type { Policies } from '../api/access/policies.ts';
import type { ApiDeps } from '../api/context.ts';
import { type LiveFeed, startLiveFeed } from '../api/subscriptions/live-feed.ts';
import type { Config } from '../config/config.ts';
import { isAway } from '../graph/neo4j/driver.ts';
import { type GraphProjection, heldElsewhere, openGraph } from '../graph/neo4j/open.ts';
import { type Connections, openConnections } from '../ingestion/webhooks/connections.ts';
import type { OpenDatabase } from '../instance/open-database.ts';
import type { OutageLog } from '../instance/outages.ts';
import { openSeals, type Seals } from '../proof/open-seals.ts';
import { openScoring, type Scoring } from '../scoring/service.ts';
import { createScopedReader, type ScopedReader } from '../store/access/scoped-views.ts';

/** Stops what was started, once that has ended. */
export type Stop = () => Promise<unknown>;

/** What the services are made of. */
export interface Parts {
  readonly graph: GraphProjection | undefined;
  readonly graphHolds: ApiDeps['graphHolds'];
  readonly seals: Seals;
  readonly scoring: Scoring;
  readonly scopedReader: ScopedReader;
  readonly feed: LiveFeed;
  readonly access: Access;
  readonly connections: Connections;
}

/** Opens in order what the services are made of; `closes` gets what closes each. */
export async function openParts(
  config: Config,
  database: OpenDatabase,
  opening: {
    readonly isAdmin: (presented: string) => boolean;
    readonly checked: Promise<Policies>;
    readonly log: OutageLog;
    readonly onError: (error: Error) => void;
    readonly closes: Stop[];
  },
): Promise<Parts> {
  const { isAdmin, checked, log, onError, closes } = opening;
  const { store, cells, mappings, encryption, signingKey, place, loops } = database;
  const now = Date.now;
  const graph = config.neo4j && openGraph(config.neo4j, { store, cells, mappings, place, loops }, onError);
  if (graph) {
    closes.push(() => graph.close());
    log.watch({
      name: 'Neo4j',
      owns: isAway,
      probe: () => graph.check(),
      meanwhile: 'lineage comes from the database',
    });
  }
  const graphHolds: Parts['graphHolds'] = async (ids, xact) =>
    graph ? graph.holds(ids, xact) : heldElsewhere(store, ids, xact);
  const { sealSink, sealAfter } = config;
  const checkpointFile = join(config.dataDir, 'seals', 'heads.ndjson');
  const seals = openSeals({
    store,
    signingKey,
    checkpointFile,
    sealSink,
    sealAfter,
    place,
    loops,
    now,
    randomBytes,
    onError,
  });
  closes.push(() => seals.close());
  const scoring = await openScoring({
    store,
    encryption,
    cells,
    encoder: config.encoder ?? null,
    cacheFolder: join(config.dataDir, 'encoders'),
    signingKey,
    reviewRules: config.reviewRules,
    place,
    loops,
    now,
    onError,
  });
  closes.push(() => scoring.close());
  const scopedReader = createScopedReader({ store, cells, now });
  const feed = await startLiveFeed({ store, scopedReader, cells, loops, now, onError });
  closes.push(() => feed.stop());
  const { dimensions, policies, smallestCount, jwt } = config;
  const access = await openAccess({
    store,
    dimensions,
    policies,
    checked,
    smallestCount,
    jwt,
    isAdmin,
    loops,
    now,
    log,
  });
  closes.push(() => access.close());
  const connections = await openConnections({
    store,
    encryption,
    dimensions,
    loops,
    now,
    randomBytes,
    onError,
  });
  closes.push(() => connections.close());
  return { graph, graphHolds, seals, scoring, scopedReader, feed, access, connections };
}
