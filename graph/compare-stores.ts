import canonicalize from 'canonicalize';
import { type RollupKey, rollupId } from '../domain/lineage/lineage.ts';
import { HOUR_MS } from '../domain/time/time-windows.ts';
import type { LineageStore } from './lineage-store.ts';

/** Responses of one rollup that are compared. */
const MOST_RESPONSES = 2_000;

/** What two lineage stores say of one rollup. */
export interface ComparedRollup {
  readonly rollup: string;
  /** What differs; null: nothing. */
  readonly differs: 'rollup' | 'mappings' | 'responses' | null;
}

/** Compares what two stores say of the rollups: whether they exist, what feeds them, and the responses that they count. */
export async function compareStores(
  one: LineageStore,
  other: LineageStore,
  rollups: readonly RollupKey[],
): Promise<ComparedRollup[]> {
  const compared: ComparedRollup[] = [];
  for (const rollup of rollups) {
    const [mine, theirs] = [await saidOf(one, rollup), await saidOf(other, rollup)];
    const differs = (['rollup', 'mappings', 'responses'] as const).find(
      (part) => canonicalize(mine[part]) !== canonicalize(theirs[part]),
    );
    compared.push({ rollup: rollupId(rollup), differs: differs ?? null });
  }
  return compared;
}

async function saidOf(store: LineageStore, rollup: RollupKey) {
  const { hour, cell, model } = rollup;
  const selection = { cells: [cell], fromHour: hour, untilHour: hour + 1, mappings: null, models: [model] };
  const range = { from: hour * HOUR_MS, until: (hour + 1) * HOUR_MS };
  const found = await store.rollups(selection, null, 2);
  return {
    rollup: found,
    mappings: found.length === 0 ? [] : await store.mappingsOf([rollup]),
    responses: found.length === 0 ? [] : await store.responses([rollup], range, null, null, MOST_RESPONSES),
  };
}
