import { comparePaired, type PairedComparison } from './classification.ts';

/** One response as two model versions with their companions read it. */
export interface PairedReading {
  readonly label: number;
  readonly champion: readonly number[];
  readonly challenger: readonly number[];
  /** The versions that read it, of each side: itself or its companion. */
  readonly by: { readonly champion: number; readonly challenger: number };
}

/** The responses that one version of each side read. */
export interface PartComparison extends PairedComparison {
  readonly champion: number;
  readonly challenger: number;
}

/** A comparison of all that reads under the names of two versions. */
export interface ModelComparison extends PairedComparison {
  /** By which version of each side read; those with fewer than two responses are absent. Null: too few may be shown. */
  readonly parts: readonly PartComparison[] | null;
}

/** The readings by which version of each side made them, most first. */
export function byPart<R extends PairedReading>(readings: readonly R[]): R[][] {
  const groups = new Map<string, R[]>();
  for (const reading of readings) {
    const key = `${reading.by.champion} ${reading.by.challenger}`;
    const group = groups.get(key);
    if (group) group.push(reading);
    else groups.set(key, [reading]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/**
 * Compares over all responses, and over those of each part. Better is what is better over all and, where the parts may be
 * shown, clearly worse in none of them. Null with fewer than two responses.
 */
export function compareModels(
  readings: readonly PairedReading[],
  confidence: number,
  showsParts: boolean,
): ModelComparison | null {
  const whole = comparePaired(readings, confidence);
  if (!whole) return null;
  if (!showsParts) return { ...whole, parts: null };
  const parts = byPart(readings).flatMap((group) => {
    const compared = comparePaired(group, confidence);
    return compared && group[0] ? [{ ...compared, ...group[0].by }] : [];
  });
  return { ...whole, better: whole.better && parts.every(({ low }) => low <= 0), parts };
}
