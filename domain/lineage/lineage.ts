import { HOUR_MS } from '../time/time-windows.ts';

/** An hour rollup: homogeneous in cell, hour and model version. `hour`: hours since 1970, UTC. */
export interface RollupKey {
  readonly hour: number;
  /** The cell's public key. */
  readonly cell: string;
  readonly model: number;
}

/** "Kind:key": the id of a node. The id of a score is that of its NpsRow. */
export function nodeId(kind: string, key: string | number): string {
  return `${kind}:${key}`;
}

/** "Rollup:YYYYMMDDHH:cell:model". */
export function rollupId({ hour, cell, model }: RollupKey): string {
  const compact = new Date(hour * HOUR_MS).toISOString().slice(0, 13).replace(/[-T]/g, '');
  return `Rollup:${compact}:${cell}:${model}`;
}

/** The rollup in the key part of its id, or null; no database stores the year 0, nor what follows 9999 as a date-time. */
export function parseRollupKey(key: string): RollupKey | null {
  const match = /^(?!0000|9999)(\d{4})(\d{2})(\d{2})(\d{2}):([0-9a-f]{24}):(\d{1,9})$/.exec(key);
  if (!match) return null;
  const [, year, month, day, hour, cell = '', model] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
  const rollup = { hour: time / HOUR_MS, cell, model: Number(model) };
  // 30 February parses as another day: only a key that formats back to itself is valid.
  return Number.isNaN(time) || rollupId(rollup) !== `Rollup:${key}` ? null : rollup;
}

/**
 * A revision of a rollup's seal, from the key part of its id: the rollup's key, and the revision, the first
 * being 0.
 */
export function parseSealKey(key: string): { readonly rollup: RollupKey; readonly revision: number } | null {
  const match = /^(.*):(0|[1-9]\d{0,8})$/.exec(key);
  const rollup = match && parseRollupKey(match[1] ?? '');
  return rollup ? { rollup, revision: Number(match[2]) } : null;
}

/** "Seal:YYYYMMDDHH:cell:model:revision". */
export function sealId(rollup: RollupKey, revision: number): string {
  return `Seal:${rollupId(rollup).slice('Rollup:'.length)}:${revision}`;
}

/** The order of rollups in every list: by hour, cell key, model version. */
export function compareRollups(a: RollupKey, b: RollupKey): number {
  return a.hour - b.hour || (a.cell < b.cell ? -1 : a.cell > b.cell ? 1 : 0) || a.model - b.model;
}
