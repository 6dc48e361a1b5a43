import type { Candidate, ColumnFacts } from './candidates.ts';
import type { DateGuess } from './dates.ts';

/** The parts of a map about one column. */
export class Entries {
  readonly #ofFile: string | null;
  readonly #ofPerson: string | null;

  constructor(ofFile: string | null, ofPerson: string | null) {
    this.#ofFile = ofFile;
    this.#ofPerson = ofPerson;
  }

  /** Where the zone of local times comes from. */
  get zoneFrom(): 'file' | 'person' | 'nowhere' {
    return this.#ofFile !== null ? 'file' : this.#ofPerson !== null ? 'person' : 'nowhere';
  }

  time(column: string, date: DateGuess, format: readonly string[] = date.formats) {
    const zone = /\bUTC\b|\bGMT\b/.test(column) ? 'UTC' : (this.#ofFile ?? this.#ofPerson ?? 'UTC');
    return {
      column,
      format: format.length === 1 ? format[0] : format,
      ...(date.needsZone ? { zone } : {}),
      ...(date.language ? { language: date.language } : {}),
      ...(date.missing.length > 0 ? { missing: date.missing } : {}),
    };
  }

  of({ role, date, score }: Candidate, { name, counts }: ColumnFacts['profile']): unknown {
    if (role === 'answeredAt') return date && this.time(name, date);
    if (role === 'revision')
      return date && !date.isNumber ? this.time(name, date) : { column: name, format: 'number' };
    if (role === 'score' && score)
      return {
        column: name,
        scale: score.scale,
        ...(score.written ? { written: oneOrAll(score.written) } : {}),
      };
    if (role !== 'dimension') return name;
    const spelled = counts && onlyCases(counts);
    return { column: name, ...(spelled ? { values: spelled } : {}) };
  }
}

/** One item is written without a list. */
export const oneOrAll = <One>(all: readonly One[]): One | readonly One[] =>
  all.length === 1 ? (all[0] as One) : all;

/** Values that differ from a more frequent one in case alone: "germany" is "Germany". */
function onlyCases(counts: ReadonlyMap<string, number>): Record<string, string> | null {
  const best = new Map<string, string>();
  for (const [value, times] of counts) {
    const key = value.toLowerCase();
    const known = best.get(key);
    if (known === undefined || times > (counts.get(known) ?? 0)) best.set(key, value);
  }
  const renamed = [...counts.keys()].flatMap((value) => {
    const to = best.get(value.toLowerCase()) as string;
    return to === value ? [] : [[value, to] as const];
  });
  return renamed.length > 0 && renamed.length <= 200 ? Object.fromEntries(renamed) : null;
}
