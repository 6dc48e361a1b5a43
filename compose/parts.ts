import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { addressGuard } from '../agents/delivery/guard.ts';
import { openTargets, type Targets } from '../agents/delivery/targets.ts';
import type { AnyAgent } from '../agents/loop/agent.ts';
import { agentsOf } from '../agents/registry.ts';
import { type Access, openAccess } from '../api/access/access.ts';
import type { Policies } from '../api/access/policies.ts';
import type { ApiDeps } from '../api/context.ts';
import { type LiveFeed, startLiveFeed } from '../api/subscriptions/live-feed.ts';
import type { Config } from '../config/config.ts';
import type { NameRedaction } from '../domain/privacy/names.ts';
import { isAway } from '../graph/neo4j/driver.ts';
import { type GraphProjection, heldElsewhere, openGraph } from '../graph/neo4j/open.ts';
import { type Connections, openConnections } from '../ingestion/webhooks/connections.ts';
import type { OpenDatabase } from '../instance/open-database.ts';
import type { OutageLog } from '../instance/outages.ts';
import { openSeals, type Seals } from '../proof/open-seals.ts';
import { openNameRedaction } from '../scoring/names/name-redaction.ts';
import { openScoring, type Scoring } from '../scoring/service.ts';
import { createScopedReader, type ScopedReader } from '../store/access/scoped-views.ts';
import { followerDelays } from '../store/journal/follower-status.ts';
import { setThemePrecision } from '../store/models/theme-precision.ts';

/** Stops what was started, once that has ended. */
export type Stop = () => Promise<unknown>;

/** What the services are made of. */
export interface Parts {
  readonly graph: GraphProjection | undefined;
  readonly graphHolds: ApiDeps['graphHolds'];
  readonly seals: Seals;
  readonly scoring: Scoring;
  /** Removes names from comments; undefined: they stay. */
  readonly names: NameRedaction | undefined;
  readonly scopedReader: ScopedReader;
  readonly feed: LiveFeed;
  readonly access: Access;
  readonly connections: Connections;
  readonly targets: Targets;
  readonly agents: readonly AnyAgent[];
}

/** Opens in order what the services are made of; `closes` gets what closes each. */
export async function openParts(
  config: Config,
  database: OpenDatabase,
  opening: {
    readonly isAdmin: (presented: string) => boolean;
    readonly adminHash: string;
    readonly checked: Promise<Policies>;
    readonly log: OutageLog;
    readonly onError: (error: Error) => void;
    readonly closes: Stop[];
  },
): Promise<Parts> {
  const { isAdmin, adminHash, checked, log, onError, closes } = opening;
  const { store, cells, encryption, signingKey, place, loops } = database;
  const now = Date.now;
  const { graph, graphHolds } = lineageOf(config, database, { log, onError, closes });
  const { sealSink, sealAfter } = config;
  const checkpointFile = join(config.dataDir, 'seals', 'heads.ndjson');
  const seals = openSeals({
    ...{ store, signingKey, checkpointFile, sealSink, sealAfter },
    ...{ place, loops, now, randomBytes, onError },
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
  const names = namesOf(config, closes);
  await setThemePrecision(store, config.themePrecision);
  const scopedReader = createScopedReader({ store, cells, now, remembers: true });
  const feed = await startLiveFeed({ store, scopedReader, cells, loops, now, onError });
  closes.push(() => feed.stop());
  const { dimensions, policies, smallestCount, jwt, oidc } = config;
  const access = await openAccess({
    store,
    dimensions,
    policies,
    checked,
    smallestCount,
    jwt,
    oidc,
    isAdmin,
    adminHash,
    loops,
    now,
    log,
  });
  closes.push(() => access.close());
  const connections = await openConnections({
    store,
    encryption,
    dimensions,
    allowedHosts: config.vendorPlaces,
    loops,
    topics: config.kafka?.topics,
    now,
    randomBytes,
    onError,
  });
  closes.push(() => connections.close());
  const targets = targetsOf(config, database, { scopedReader, access, onError });
  const agents = agentsFor(config, { graph, seals, scopedReader, access }, database);
  const read = { scopedReader, feed, access, connections, targets, agents };
  return { graph, graphHolds, seals, scoring, names, ...read };
}

/** Opens what removes names from comments, if the deployment asks for it; its threads start with the first comment. */
function namesOf({ names: setting }: Config, closes: Stop[]): NameRedaction | undefined {
  const names = setting ? openNameRedaction(setting) : undefined;
  if (names) closes.push(() => names.close());
  return names;
}

/** Opens the lineage graph, if there is one, and what says which responses it holds. */
function lineageOf(
  { neo4j }: Config,
  { store, cells, mappings, place, loops }: OpenDatabase,
  {
    log,
    onError,
    closes,
  }: { readonly log: OutageLog; readonly onError: (error: Error) => void; readonly closes: Stop[] },
): Pick<Parts, 'graph' | 'graphHolds'> {
  const graph = neo4j && openGraph(neo4j, { store, cells, mappings, place, loops }, onError);
  if (graph) {
    closes.push(() => graph.close());
    log.watch({
      name: 'Neo4j',
      owns: isAway,
      probe: () => graph.readable(),
      meanwhile: 'lineage comes from the database',
    });
  }
  const graphHolds: Parts['graphHolds'] = async (ids, xact) =>
    graph ? graph.holds(ids, xact) : heldElsewhere(store, ids, xact);
  return { graph, graphHolds };
}

/** The agents, with what they need of the other parts. */
function agentsFor(
  { agents, retention }: Config,
  { graph, seals, scopedReader, access }: Pick<Parts, 'graph' | 'seals' | 'scopedReader' | 'access'>,
  { store, loops, cells, sign, files }: OpenDatabase,
): readonly AnyAgent[] {
  return agentsOf({
    ...agents,
    seals: seals.place,
    projected: graph?.projected ?? null,
    isAway,
    random: Math.random,
    followerDelays: () => followerDelays(store, loops),
    retention,
    cells,
    sign,
    filesDue: files.dueToday,
    scopedReader,
    scopeOf: (role, attributes) => access.scopeOf(role, attributes),
  });
}

/** Opens the targets: what each is sent is what the policies in force allow its role. */
function targetsOf(
  { allowedPlaces, publicUrl }: Config,
  { store, cells, encryption, loops }: OpenDatabase,
  {
    scopedReader,
    access,
    onError,
  }: Pick<Parts, 'scopedReader' | 'access'> & { readonly onError: (error: Error) => void },
): Targets {
  return openTargets({
    store,
    scopedReader,
    cells,
    encryption,
    loops,
    guard: addressGuard(allowedPlaces),
    publicUrl,
    tenant: encryption.tenant,
    scopeOf: (role, attributes) => access.scopeOf(role, attributes),
    policyVersion: () => access.policies().version,
    now: Date.now,
    random: Math.random,
    randomBytes,
    onError,
  });
}
