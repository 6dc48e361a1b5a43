import type { Counted, Scope } from '../../domain/access/scope.ts';
import type { ReleaseIndex } from '../../domain/disclosure/release-index.ts';
import type { Slot } from '../../domain/memory/memory.ts';
import type { Cell } from '../../domain/segments/cell.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { LOOKS } from '../journal/looks.ts';
import type { Part } from './disclosure-counts.ts';
import { follow, isUpToDate, noteCells } from './disclosure-follow.ts';
import { findLedger } from './disclosure-ledger.ts';
import { type KnownLedger, LedgerMemory, partOf } from './disclosure-memory.ts';
import { type DisclosureDeps, tell } from './disclosure-release.ts';

/*
 * The ledgers of releases (domain/disclosure/disclosure.ts): what callers without the right to read the
 * responses have received. A ledger is read and continued before each of their reads; callers with the same
 * rights share it.
 */

export interface Ledger {
  readonly key: string;
  /** Reads releases by part. None are added meanwhile, to any part: the ledger's readers wait for one another. */
  readonly read: <Found>(
    read: (releasesOf: (part: Part) => ReleaseIndex) => Promise<Found>,
  ) => Promise<Found>;
}

/** A scope's ledger, as found in one version of the cells. */
interface Found {
  readonly version: number;
  readonly key: Promise<string>;
}

const LEDGERS: Slot<LedgerMemory> = { begin: () => new LedgerMemory() };
const FOUND: Slot<WeakMap<Scope, Map<Counted, Found>>> = { begin: () => new WeakMap() };

/**
 * The ledger of those protected cells, after adding what can be released by now of the parts. All callers with
 * the same protected cells share it, whatever their other rights: they may compare. `since`: a look at the database that began at that
 * moment or later is new enough (`performance.now()`); null: it is asked now.
 */
export async function openLedger(
  deps: DisclosureDeps,
  scope: Scope,
  counted: Counted,
  protectedCells: readonly Cell[],
  parts: readonly Part[],
  since: number | null,
): Promise<Ledger> {
  const { store } = deps;
  const key = await ledgerOf(deps, scope, counted, protectedCells);
  const memory = store.memory.of(LEDGERS);
  const known = memory.get(key, deps.now());
  store.memory.of(LOOKS).useLedger(key);
  const work = known.queue.then(() =>
    advance(deps, scope.smallestCount, protectedCells, known, parts, since),
  );
  // A failure may leave it half done: the next reader starts from what is stored.
  known.queue = work.then(
    () => memory.evict(deps.now()),
    () => {
      memory.forget(key);
      store.memory.of(FOUND).delete(scope);
    },
  );
  return work;
}

/** Looked up again when there are new cells. */
async function ledgerOf(
  { store, cells }: DisclosureDeps,
  scope: Scope,
  counted: Counted,
  protectedCells: readonly Cell[],
): Promise<string> {
  const found = store.memory.of(FOUND);
  const ofScope = found.get(scope) ?? new Map<Counted, Found>();
  found.set(scope, ofScope);
  const before = ofScope.get(counted);
  const { version } = cells;
  if (before?.version === version) return before.key;
  const all = cells.all();
  const idsOf = (some: readonly Cell[]) => some.map(({ id }) => id);
  const set = { smallestCount: scope.smallestCount, known: idsOf(all), protectedIds: idsOf(protectedCells) };
  const key = before
    ? before.key.then((likely) => findLedger(store, set, likely))
    : findLedger(store, set, null);
  ofScope.set(counted, { version, key });
  key.catch(() => ofScope.delete(counted));
  return key;
}

async function advance(
  deps: DisclosureDeps,
  smallestCount: number,
  protectedCells: readonly Cell[],
  known: KnownLedger,
  parts: readonly Part[],
  since: number | null,
): Promise<Ledger> {
  const { store } = deps;
  const day = Math.floor(deps.now() / DAY_MS);
  const isOther = noteCells(known, protectedCells) || day !== known.day;
  // Other parts are compared when they are needed.
  if (isOther) for (const part of known.parts.values()) part.isChanged = true;
  const look = since === null ? null : store.memory.of(LOOKS).since(since);
  if (!look || !isUpToDate(known, look)) await follow(store, known);
  const due = () => parts.filter((part) => partOf(known, part).isChanged);
  // Another process wrote to the ledger meanwhile: the remainder is computed again.
  while (!(await tell(deps, smallestCount, known, due()))) await follow(store, known);
  known.day = day;
  return {
    key: known.key,
    read: (read) => {
      const work = known.queue.then(() => read((part) => partOf(known, part).releases));
      known.queue = work.catch(() => undefined);
      return work;
    },
  };
}
