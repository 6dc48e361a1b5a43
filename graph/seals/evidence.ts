import type { KeyObject } from 'node:crypto';
import type { Cell } from '../../domain/cell.ts';
import { compareRollups, rollupId } from '../../domain/lineage.ts';
import type { RollupSums } from '../../domain/seal.ts';
import type { Session } from '../../store/client.ts';
import { readMappingCounts } from '../../store/seal-evidence.ts';
import { type RollupRef, readFacts, readRollupSums } from '../../store/seal-facts.ts';
import { readLeaves, readSeals, type SealRow } from '../../store/seals.ts';
import type { RollupEvidence } from './check-rollup.ts';
import { type Explanations, readExplanations } from './explain.ts';
import type { SoundRollups } from './sound-rollups.ts';

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

/** Every rollup in the range that counts something, or that there is a seal of; by hour, cell key and model version. */
export async function listRollups(session: Session, range: RollupRange): Promise<ListedRollup[]> {
  const { cells, models, hours } = range;
  if (cells.length === 0 || models.length === 0 || hours.from >= hours.until) return [];
  const ids = cells.map(({ id }) => id);
  const keys = new Map(cells.map(({ id, key }) => [id, key]));
  const sums = await readRollupSums(session, ids, models, hours);
  const seals = await readSeals(session, ids, models, hours);
  const listed = new Map<string, ListedRollup & { seals: SealRow[] }>();
  const named = (row: Pick<RollupRef, 'hour' | 'cellId' | 'model'>) => {
    const { hour, cellId, model } = row;
    const cell = keys.get(cellId) ?? '';
    return { hour, cellId, model, cell, id: rollupId({ hour, cell, model }) };
  };
  for (const row of sums) if (row.n !== 0) listed.set(named(row).id, { ...named(row), sums: row, seals: [] });
  const empty = new Map(sums.map((row) => [named(row).id, row]));
  for (const row of seals) {
    const rollup = named(row);
    const present = listed.get(rollup.id) ?? { ...rollup, sums: empty.get(rollup.id) ?? null, seals: [] };
    present.seals.push(row);
    listed.set(rollup.id, present);
  }
  return [...listed.values()].sort(compareRollups);
}

/** Rollups of about this many responses are read at once. */
const RESPONSES_AT_ONCE = 10_000;

/**
 * The rollups with their facts and leaves, part by part, so that a score of any size fits; beside them what explains that they
 * differ, by number in the part.
 */
export async function* readEvidence(
  session: Session,
  trust: EvidenceTrust,
  listed: readonly ListedRollup[],
): AsyncGenerator<EvidencePart> {
  const all = [...parts(listed)];
  let next = all[0] && readPart(session, trust, all[0]);
  for (let i = 0; next; i++) {
    const part: EvidencePart = await next;
    const following = all[i + 1];
    // The database reads on while this part is hashed.
    next = following && readPart(session, trust, following);
    next?.catch(() => undefined);
    yield part;
  }
}

/** What evidence is judged by. */
export interface EvidenceTrust {
  /** The instance's. */
  readonly publicKey: KeyObject;
  readonly sound: SoundRollups;
}

interface EvidencePart {
  readonly evidence: RollupEvidence[];
  readonly explained: Explanations;
}

async function readPart(
  session: Session,
  trust: EvidenceTrust,
  part: readonly ListedRollup[],
): Promise<EvidencePart> {
  const facts = await readFacts(session, part);
  const last = part.map(({ seals }) => seals.at(-1)?.id);
  const leaves = await readLeaves(
    session,
    last.filter((id) => id !== undefined),
  );
  const isSound = part.map(({ seals }, index) =>
    trust.sound.has(seals.at(-1)?.hash, facts[index]?.length ?? 0),
  );
  const unsure = part.flatMap((rollup, index) => (isSound[index] ? [] : [{ rollup, index }]));
  const counts = await readMappingCounts(
    session,
    unsure.map(({ rollup }) => rollup),
  );
  const mappings = new Map(unsure.map(({ index }, i) => [index, counts.get(i) ?? '']));
  const evidence = part.map(({ id, model, sums, seals }, index): RollupEvidence => {
    const sealId = last[index];
    const kept = sealId === undefined ? [] : (leaves.get(sealId) ?? []);
    return {
      id,
      model,
      sums,
      seals,
      facts: facts[index] ?? [],
      leaves: kept,
      mappings: mappings.get(index) ?? null,
    };
  });
  const compared = part.map(({ hour, cellId, cell, model, seals }, index) => {
    const { facts: present, leaves: kept } = evidence[index] as RollupEvidence;
    return {
      hour,
      cellId,
      cell,
      model,
      facts: present,
      leaves: kept,
      isSealed: seals.length > 0,
      isSound: isSound[index] ?? false,
    };
  });
  return { evidence, explained: await readExplanations(session, trust.publicKey, compared) };
}

function* parts(listed: readonly ListedRollup[]): Generator<ListedRollup[]> {
  let part: ListedRollup[] = [];
  let size = 0;
  for (const rollup of listed) {
    part.push(rollup);
    size += 1 + (rollup.sums?.n ?? 0);
    if (size < RESPONSES_AT_ONCE) continue;
    yield part;
    [part, size] = [[], 0];
  }
  if (part.length > 0) yield part;
}
