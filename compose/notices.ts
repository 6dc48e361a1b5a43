import { addressGuard } from '../agents/delivery/guard.ts';
import { followWork } from '../agents/delivery/work-off.ts';
import { type FetchDeps, noticeQueue } from '../agents/fetching/fetch.ts';
import type { Config } from '../config/config.ts';
import { lookupsOfGiven } from '../ingestion/pipeline/pseudonym.ts';
import type { OpenDatabase } from '../instance/open-database.ts';
import type { Parts } from './parts.ts';

/** Fetches what vendors announce, until the answer is called. */
export function followNotices(
  { vendorPlaces, retention }: Config,
  { store, encryption, loops, pepper }: OpenDatabase,
  { access, connections }: Pick<Parts, 'access' | 'connections'>,
  rest: Pick<FetchDeps, 'ingestor' | 'outcomes' | 'onIngested' | 'onError'>,
): Promise<() => Promise<void>> {
  const deps = {
    ...rest,
    ...{ store, encryption, loops, connections },
    guard: addressGuard(vendorPlaces, undefined, 'connections.allow'),
    quarantineFor: retention.quarantine,
    identify: (respondent: string) => lookupsOfGiven(pepper, respondent),
    submitterOf: access.connectionCaller,
    now: Date.now,
    random: Math.random,
  };
  return followWork(deps, noticeQueue(deps));
}
