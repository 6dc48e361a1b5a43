import { addressGuard } from '../agents/delivery/guard.ts';
import { followWork } from '../agents/delivery/work-off.ts';
import { type FetchDeps, noticeQueue } from '../agents/fetching/fetch.ts';
import type { ApiDeps } from '../api/context.ts';
import type { Config } from '../config/config.ts';
import type { Loops } from '../store/database/loops.ts';

/** Fetches what vendors announce, until the answer is called. */
export function followNotices(
  api: ApiDeps,
  {
    vendorPlaces,
    loops,
    onError,
  }: Pick<Config, 'vendorPlaces'> & Pick<FetchDeps, 'onError'> & { readonly loops: Loops },
): Promise<() => Promise<void>> {
  const {
    store,
    encryption,
    ingestor,
    outcomes,
    identities,
    identify,
    quarantineFor,
    connections,
    access,
    onIngested,
    now,
  } = api;
  const deps: FetchDeps = {
    ...{
      store,
      encryption,
      ingestor,
      outcomes,
      identities,
      identify,
      quarantineFor,
      connections,
      onIngested,
      now,
    },
    guard: addressGuard(vendorPlaces, undefined, 'connections.allow'),
    submitterOf: access.connectionCaller,
    random: Math.random,
    onError,
  };
  return followWork({ ...deps, loops }, noticeQueue(deps));
}
