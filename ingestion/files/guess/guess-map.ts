import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { cut } from '../../../domain/text/text.ts';
import { type Candidate, CERTAIN, type ColumnFacts, factsOf, LIKELY, type Role } from './candidates.ts';
import { knownExport } from './known-exports.ts';
import { Entries, oneOrAll } from './map-entries.ts';
import type { Profiles } from './profile.ts';

/** What a column is taken for, or could be, with the part of the map that says so. */
export interface RoleGuess {
  readonly role: Role | 'none';
  /** Which dimension. */
  readonly field?: string;
  readonly reason: string;
  readonly certainty: 'certain' | 'likely' | 'doubtful';
  /** The entry of the map: of `answeredAt`, `score`, `dimensions.region` … */
  readonly entry: unknown;
}

/** One column of a file. */
export interface ColumnGuess {
  readonly name: string;
  readonly examples: readonly string[];
  readonly filled: number;
  /** How many different values it has; null for more than 1,000. */
  readonly different: number | null;
  readonly guess: RoleGuess;
  readonly alternatives: readonly RoleGuess[];
}

/** Something that the file does not decide, with the entries of the map to choose from; the first one is taken. */
export interface Doubt {
  readonly at: 'answeredAt' | 'score';
  readonly message: string;
  readonly choices: readonly { readonly label: string; readonly entry: unknown }[];
}

/** A map guessed from the columns of a file. */
export interface MapGuess {
  /** The survey tool whose export it is; null where it is none of the known ones. */
  readonly tool: string | null;
  readonly columns: readonly ColumnGuess[];
  /** The map as it would be declared; it lacks what `missing` names. */
  readonly map: Readonly<Record<string, unknown>>;
  readonly missing: readonly { readonly at: string; readonly message: string }[];
  readonly doubts: readonly Doubt[];
}

export interface MapGuessOptions {
  readonly profiles: Profiles;
  readonly file: string;
  readonly dimensions: readonly Dimension[];
  /** The zone for times that name none: of the file itself, else of the person who asks. */
  readonly zone: { readonly ofFile: string | null; readonly ofPerson: string | null };
  /** Entries of the map about the form of the file. */
  readonly form: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** In this order roles choose their columns. */
const ORDER: readonly Exclude<Role, 'dimension'>[] = [
  'score',
  'answeredAt',
  'externalId',
  'comment',
  'respondent',
  'revision',
];

/** Guesses what each column is. Pure: the same file gives the same map. */
export function guessMap(options: MapGuessOptions): MapGuess {
  const { profiles, dimensions, now } = options;
  const all = [...profiles.all.values()];
  const known = knownExport(all.map(({ name }) => name));
  const facts = all.map((profile) => factsOf(profile, { dimensions, known, now }));
  const zone = options.zone.ofFile ?? known?.zone ?? null;
  const entries = new Entries(zone, options.zone.ofPerson);
  const taken = assign(facts, dimensions);
  const columns = facts.map((one) => columnOf(one, taken, entries));
  const map = mapOf(options, taken, facts, entries, known?.name ?? null);
  return {
    tool: known?.name ?? null,
    columns,
    map,
    missing: missingOf(taken),
    doubts: doubtsOf(taken, entries),
  };
}

type Taken = ReadonlyMap<ColumnFacts, Candidate>;

/** Each role takes the column that most speaks for. */
function assign(facts: readonly ColumnFacts[], dimensions: readonly Dimension[]): Taken {
  const taken = new Map<ColumnFacts, Candidate>();
  const take = (role: Role, field?: string) => {
    let best: { one: ColumnFacts; candidate: Candidate } | null = null;
    for (const one of facts) {
      if (taken.has(one)) continue;
      const candidate = one.candidates.find((given) => given.role === role && given.field === field);
      if (candidate && candidate.weight > (best?.candidate.weight ?? LEAST[role])) best = { one, candidate };
    }
    if (best) taken.set(best.one, best.candidate);
  };
  for (const role of ORDER) take(role);
  for (const { field } of dimensions) take('dimension', field);
  return taken;
}

/** What must speak for a column at least. */
const LEAST: Readonly<Record<Role, number>> = {
  externalId: 1.5,
  answeredAt: 1,
  score: 1,
  comment: 1.5,
  respondent: 1.5,
  revision: 2.5,
  dimension: 1,
};

const NONE: RoleGuess = { role: 'none', reason: 'nothing says what it is', certainty: 'likely', entry: null };

function columnOf(one: ColumnFacts, taken: Taken, entries: Entries): ColumnGuess {
  const { profile, candidates } = one;
  const { name, examples, filled, counts } = profile;
  const own = taken.get(one);
  const guessOf = (candidate: Candidate): RoleGuess => ({
    role: candidate.role,
    ...(candidate.field === undefined ? {} : { field: candidate.field }),
    reason: candidate.reason,
    certainty: certaintyOf(candidate),
    entry: entries.of(candidate, profile),
  });
  const reason = filled === 0 ? 'no row has a value in it' : NONE.reason;
  return {
    name,
    examples: examples.map((value) => cut(value, LONGEST_EXAMPLE)),
    filled,
    different: counts?.size ?? null,
    guess: own ? guessOf(own) : { ...NONE, reason },
    alternatives: candidates.filter((candidate) => candidate !== own).map(guessOf),
  };
}

const LONGEST_EXAMPLE = 160;

function certaintyOf({ role, weight, date, score }: Candidate): RoleGuess['certainty'] {
  if (date?.other?.isOpen && role === 'answeredAt') return 'doubtful';
  if (score?.isOpen) return 'likely';
  const value =
    role === 'dimension' || role === 'respondent' ? weight + 3 : role === 'comment' ? weight + 2 : weight + 1;
  return value >= CERTAIN ? 'certain' : value >= LIKELY ? 'likely' : 'doubtful';
}

const roleIn = (taken: Taken, role: Role) => [...taken].find(([, candidate]) => candidate.role === role);

function mapOf(
  { file, form, dimensions }: MapGuessOptions,
  taken: Taken,
  facts: readonly ColumnFacts[],
  entries: Entries,
  tool: string | null,
): Record<string, unknown> {
  const entry = (role: Role) => {
    const found = roleIn(taken, role);
    return found ? entries.of(found[1], found[0].profile) : undefined;
  };
  const used = facts.filter((one) => taken.has(one)).map(({ profile }) => profile.name);
  const source = tool ?? nameOf(file);
  const map: Record<string, unknown> = {
    ...form,
    source,
    survey: { name: nameOf(file), version: '1' },
    // Without an id rows with the same values are the same answer.
    externalId: entry('externalId') ?? { hash: used.slice(0, 50) },
  };
  for (const role of ['respondent', 'answeredAt', 'revision', 'score', 'comment'] as const) {
    const value = entry(role);
    if (value !== undefined) map[role] = value;
  }
  const filled = dimensions.flatMap(({ field }) => {
    const found = [...taken].find(([, candidate]) => candidate.field === field);
    return found ? [[field, entries.of(found[1], found[0].profile)] as const] : [];
  });
  if (filled.length > 0) map['dimensions'] = Object.fromEntries(filled);
  return map;
}

/** "survey-export" for "/data/survey-export_2026-11-27.csv.gz". */
function nameOf(file: string): string {
  const base = (file.split(/[\\/]/).at(-1) ?? file).replace(
    /(?:\.(?:csv|tsv|txt|xlsx|xlsm|ndjson|jsonl|json|gz)){1,4}$/i,
    '',
  );
  const plain = base.replace(/[\s_(-]{0,8}(?:\d{4}[-_.]?\d{2}[-_.]?\d{2}.{0,80}|\(\d{1,4}\))$/, '').trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name has none.
  return cut((plain || base || 'file').replace(/[\u0000-\u001f\u007f]/g, ' '), 100);
}

function missingOf(taken: Taken): MapGuess['missing'] {
  const missing: { at: string; message: string }[] = [];
  if (!roleIn(taken, 'answeredAt'))
    missing.push({
      at: 'answeredAt',
      message: 'no column has dates; every answer needs the date on which it was given',
    });
  if (!roleIn(taken, 'score') && !roleIn(taken, 'comment'))
    missing.push({ at: 'score', message: 'no column has scores or comments; an answer has one or both' });
  return missing;
}

function doubtsOf(taken: Taken, entries: Entries): Doubt[] {
  const doubts: Doubt[] = [];
  const time = roleIn(taken, 'answeredAt');
  const date = time?.[1].date;
  if (time && date?.other?.isOpen) {
    const { name } = time[0].profile;
    const rest = date.formats.slice(1);
    const choices = [date.formats[0] ?? '', date.other.format].map((format) => ({
      label: /^d/.test(format) ? `day first (${format})` : `month first (${format})`,
      entry: entries.time(name, date, [format, ...rest]),
    }));
    doubts.push({ at: 'answeredAt', message: date.other.text, choices });
  }
  if (
    time &&
    date?.needsZone &&
    entries.zoneFrom !== 'file' &&
    !/\bUTC\b|\bGMT\b/.test(time[0].profile.name)
  ) {
    const zone = entries.time('', date).zone ?? 'UTC';
    const from = entries.zoneFrom === 'person' ? 'your own' : 'the default';
    doubts.push({
      at: 'answeredAt',
      message: `the times name no zone; ${zone}, ${from}, is taken`,
      choices: [],
    });
  }
  const score = roleIn(taken, 'score');
  const guess = score?.[1].score;
  if (score && guess?.isOpen) {
    const written = guess.written ? { written: oneOrAll(guess.written) } : {};
    const choices = [guess, ...guess.others].map(({ scale }) => ({
      label: typeof scale === 'string' ? scale : scale.name,
      entry: { column: score[0].profile.name, scale, ...written },
    }));
    doubts.push({ at: 'score', message: 'the values fit several scales', choices });
  }
  return doubts;
}
