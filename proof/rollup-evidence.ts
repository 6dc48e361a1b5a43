import type { KeyObject } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { compareRollups, rollupId } from '../domain/lineage/lineage.ts';
import type { RollupSums } from '../domain/seals/seal.ts';
import { matchLeaves } from '../domain/seals/seal-match.ts';
import type { Cell } from '../domain/segments/cell.ts';
import type { Session } from '../store/database/client.ts';
import { findWrongResponses, readMappingCounts } from '../store/seals/seal-evidence.ts';
import { type RollupRef, readFacts, readRollupSums } from '../store/seals/seal-facts.ts';
import { readLeaves, readSeals, type SealRow } from '../store/seals/seals.ts';
import type { RollupEvidence } from './check-rollup.ts';
import { type Compared, type Explanations, readExplanations } from './explain.ts';
import type { SoundRollups } from './verified-cache.ts';

/** Which rollups a score is made of. */
export interface RollupRange {
  readonly cells: readonly Cell[];
  readonly models: readonly number[];
  /** Hours since 1970; `until` exclusive. */
  readonly hours: { readonly from: number; readonly until: number };
}

/** A rollup of a score, before its responses and leaves are read. */
export interface ListedRollup extends RollupRef {
  readonly id: string;
  readonly sums: RollupSums | null;
  readonly seals: readonly SealRow[];
}

/** Every rollup in the range that counts something, or has a seal; by hour, cell key and model version. */
export async function listRollups(session: Session, range: RollupRange): Promise<ListedRollup[]> {
  const { cells, models, hours } = range;
  if (cells.length === 0 || models.length === 0 || hours.from >= hours.until) return [];
  const ids = cells.map(({ id }) => id);
  const keys = new Map(cells.map(({ id, key }) => [id, key]));
  const rollupAt = ({ hour, cellId, model }: Place, sums: RollupSums | null) => {
    const cell = keys.get(cellId) ?? '';
    const seals: SealRow[] = [];
    return { hour, cellId, model, cell, id: rollupId({ hour, cell, model }), sums, seals };
  };
  const placeOf = ({ hour, cellId, model }: Place) => `${hour} ${cellId} ${model}`;
  const found = new Map<string, ReturnType<typeof rollupAt>>();
  for (const row of await readRollupSums(session, ids, models, hours))
    found.set(placeOf(row), rollupAt(row, row));
  for (const row of await readSeals(session, ids, models, hours)) {
    const place = placeOf(row);
    const rollup = found.get(place) ?? rollupAt(row, null);
    rollup.seals.push(row);
    found.set(place, rollup);
  }
  return [...found.values()]
    .filter(({ sums, seals }) => (sums?.n ?? 0) !== 0 || seals.length > 0)
    .sort(compareRollups);
}

type Place = Pick<RollupRef, 'hour' | 'cellId' | 'model'>;

/** Rollups of about this many responses are read at once. */
const RESPONSES_AT_ONCE = 10_000;
/**
 * About so many are hashed before others get their turn: the database its next statement, and other callers of
 * this process.
 */
const RESPONSES_A_TURN = 500;

/**
 * The rollups with their facts and leaves, a few at a time, so that a score of any size fits in memory and does
 * not block others.
 */
export async function* readEvidence(
  session: Session,
  trust: EvidenceTrust,
  listed: readonly ListedRollup[],
): AsyncGenerator<Evidence> {
  const all = [...inParts(listed, ({ sums }) => sums?.n ?? 0, RESPONSES_AT_ONCE)];
  let next = all[0] && readPart(session, trust, all[0]);
  for (let i = 0; next; i++) {
    const part: ReadPart = await next;
    const following = all[i + 1];
    // The database reads on while this part is hashed.
    next = following && readPart(session, trust, following);
    next?.catch(() => undefined);
    const rollups: Matched[] = [];
    for (const few of inParts(part.rollups, ({ facts }) => facts.length, RESPONSES_A_TURN)) {
      await setImmediate();
      for (const one of few) rollups.push({ ...one, match: matchLeaves(one.facts, one.leaves) });
    }
    const explained = await readExplanations(session, trust.publicKey, rollups, part.wrong);
    let place = 0;
    for (const few of inParts(rollups, ({ facts }) => facts.length, RESPONSES_A_TURN)) {
      await setImmediate();
      yield { evidence: few, place, explained };
      place += few.length;
    }
  }
}

/** What evidence is judged by. */
export interface EvidenceTrust {
  /** The instance's key. */
  readonly publicKey: KeyObject;
  readonly sound: SoundRollups;
}

/** A few rollups. */
interface Evidence {
  readonly evidence: readonly RollupEvidence[];
  /** The index of the first of them in the list that the explanations were read for. */
  readonly place: number;
  /** Evidence for their differences. */
  readonly explained: Explanations;
}

type Matched = RollupEvidence & Compared;

/** As read, before anything is hashed. */
interface ReadPart {
  readonly rollups: readonly Omit<Matched, 'match'>[];
  /** Responses that are inconsistent in themselves, with the reason. */
  readonly wrong: ReadonlyMap<string, string>;
}

async function readPart(
  session: Session,
  trust: EvidenceTrust,
  part: readonly ListedRollup[],
): Promise<ReadPart> {
  const facts = await readFacts(session, part);
  const sealIds = part.flatMap(({ seals }) => seals.at(-1)?.id ?? []);
  const leaves = await readLeaves(session, sealIds);
  const unsure = part.filter(
    ({ seals }, index) => !trust.sound.has(seals.at(-1)?.hash, facts[index]?.length ?? 0),
  );
  const counts = await readMappingCounts(session, unsure);
  const mappings = new Map(unsure.map((rollup, i) => [rollup, counts.get(i) ?? '']));
  const rollups = part.map((rollup, index) => {
    const newest = rollup.seals.at(-1);
    return {
      ...rollup,
      facts: facts[index] ?? [],
      leaves: (newest && leaves.get(newest.id)) ?? [],
      mappings: mappings.get(rollup) ?? null,
      isSealed: newest !== undefined,
    };
  });
  return { rollups, wrong: await findWrongResponses(session, unsure) };
}

/** The list in parts of about that many responses. */
function* inParts<T>(list: readonly T[], responsesOf: (one: T) => number, most: number): Generator<T[]> {
  let part: T[] = [];
  let size = 0;
  for (const one of list) {
    part.push(one);
    size += 1 + responsesOf(one);
    if (size < most) continue;
    yield part;
    [part, size] = [[], 0];
  }
  if (part.length > 0) yield part;
}
