import { addressGuard } from '../agents/delivery/guard.ts';
import { openChecked } from '../agents/delivery/send-http.ts';
import type { ApiDeps } from '../api/context.ts';
import type { Config } from '../config/config.ts';
import type { AskBucket } from '../ingestion/watch/bucket.ts';
import { watchFiles } from '../ingestion/watch/watch-files.ts';
import type { OpenDatabase } from '../instance/open-database.ts';
import type { Periodic } from '../store/database/periodic.ts';
import type { Parts } from './parts.ts';

/** Begins to import the files of watched folders and buckets. */
export function openWatching(
  { dataDir, watchDir, diskReserve, vendorPlaces }: Config,
  { store, encryption, loops }: OpenDatabase,
  { access, connections }: Parts,
  { ingestor, onIngested }: Pick<ApiDeps, 'ingestor' | 'onIngested'>,
  onError: (error: Error) => void,
): Periodic {
  const guard = addressGuard(vendorPlaces, undefined, 'connections.allow');
  const ask: AskBucket = async (url, headers, signal) => {
    const answer = await openChecked(url, { method: 'GET', headers }, { guard, signal });
    return { status: answer.statusCode ?? 0, body: answer };
  };
  return watchFiles({
    store,
    encryption,
    ingestor,
    connections,
    submitterOf: (connection) => access.connectionCaller(connection),
    watchDir,
    ask,
    dataDir,
    reserve: diskReserve,
    loops,
    now: Date.now,
    onIngested,
    onError,
  });
}
