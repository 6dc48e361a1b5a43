import type { ApiDeps } from './api/context.ts';
import type { ApiServer } from './api/http/server.ts';
import type { Config } from './config/config.ts';
import { type GraphProjection, heldElsewhere } from './graph/neo4j/open.ts';
import type { OpenDatabase } from './instance/open-database.ts';
import { applyRetention } from './instance/retention.ts';
import type { Seals } from './proof/open-seals.ts';
import type { Scoring } from './scoring/service.ts';
import { forgetScopes } from './store/access/scoped-views.ts';
import { forgetDeliveries } from './store/connections/connection-deliveries.ts';
import { continueErasures } from './store/data-subjects/erasures.ts';
import { giveBackCells } from './store/responses/return-cells.ts';
import { purgeMinuteRollups } from './store/scores/rollups.ts';
import { moveEvents } from './store/setup/move-events.ts';

const PURGE_EVERY_MS = 10 * 60_000;

/** Work that no request asks for: the lineage projection, and clearing away what nobody reads and what is too old. */
export async function startFollowers(
  { record: database, retention }: { record: OpenDatabase; retention: Config['retention'] },
  graph: GraphProjection | undefined,
  { scoring, seals, onScored }: { scoring: Scoring; seals: Seals; onScored: ApiServer['onScored'] },
  onError: (error: Error) => void,
): Promise<() => Promise<unknown>> {
  const graphHolds: ApiDeps['graphHolds'] = async (ids, xact) =>
    graph ? graph.holds(ids, xact) : heldElsewhere(database.store, ids, xact);
  let stopped = false;
  const steps = [
    () => purgeMinuteRollups(database.store, Date.now()),
    () => forgetScopes(database.store, Date.now()),
    () => forgetDeliveries(database.store, Date.now()),
    () => giveBackCells(database.store, database.cells),
    () => applyRetention(database, retention, Date.now(), () => stopped),
    () => continueErasures({ ...database, graphHolds, filesDue: database.files.due }),
  ];
  const purge = async () => {
    for (const step of steps) if (!stopped) await step().catch(onError);
  };
  const move = () => moveEvents(database.store, () => stopped).catch(onError);
  let purging: Promise<unknown> | undefined;
  let moving: Promise<unknown> = move();
  // One after the other: a purge may take longer than the pause, and a start does not wait for the first one.
  const purgeNext = () => {
    purging ??= purge().finally(() => {
      purging = undefined;
    });
  };
  purgeNext();
  const timer = setInterval(() => {
    purgeNext();
    // Moving goes on after an error.
    moving = moving.then(move);
  }, PURGE_EVERY_MS);
  const stopClearing = async () => {
    stopped = true;
    clearInterval(timer);
    await Promise.all([purging, moving]);
  };
  const stops: (() => Promise<unknown>)[] = [stopClearing];
  if (graph) stops.push(await graph.follow());
  stops.push(await seals.follow());
  // The model takes seconds to load: nobody waits for it but the scores that it infers.
  const scorer = scoring.follow(onScored).catch((error: Error) => {
    onError(error);
    return null;
  });
  stops.push(async () => (await scorer)?.stop());
  // All at once: what takes long in one does not keep another one's lease.
  return () => Promise.all(stops.map((stop) => stop()));
}
