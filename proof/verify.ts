import type { Scope } from '../domain/access/scope.ts';
import { add, type Counts, ZERO } from '../domain/nps/nps.ts';
import { type ScoreName, type ScoreRow, scoreRow } from '../domain/scores/score.ts';
import { treeHash } from '../domain/seals/merkle.ts';
import { CHANGE_CAUSES, NO_CHANGES, type SealedFact, type SignedCheckpoint } from '../domain/seals/seal.ts';
import type { TrustedKey } from '../domain/seals/signing-key.ts';
import { matchesSegment } from '../domain/segments/cell.ts';
import { HOUR_MS } from '../domain/time/time-windows.ts';
import type { Session } from '../store/database/client.ts';
import { unnamed } from '../store/database/statement.ts';
import { protectedCells } from '../store/disclosure/protected-cells.ts';
import { idsOf, inferredParts, type ModelPart, readModelParts } from '../store/models/models.ts';
import { findLevelOffence } from '../store/scores/rollup-levels.ts';
import { type CountedClasses, countIntervals } from '../store/scores/rollups.ts';
import { SURVEYED } from '../store/seals/seal-facts.ts';
import { readTrustedKeys } from '../store/seals/signing-keys.ts';
import { checkCheckpointFile, checkLog } from './check-log.ts';
import { checkRollup, type Offence } from './check-rollup.ts';
import { foreignCheckpoint } from './checkpoints.ts';
import { type EvidenceTrust, type ListedRollup, listRollups, readEvidence } from './rollup-evidence.ts';
import { REMEMBER_MS, type VerifyDeps } from './seal-options.ts';
import { type CountsByKind, type Tally, type Verification, verdictOf, withheld } from './verdict.ts';
import { SoundRollups } from './verified-cache.ts';
import { checkWhole } from './verify-log.ts';
import { findCellOffence, findModelOffence } from './verify-models-and-cells.ts';

/** Everything is read as of one moment, whatever is accepted meanwhile. */
export const ONE_MOMENT = unnamed('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');

/** Cells of the score that the caller may read, and whether they may trace all of them. */
export function cellsOfScore(deps: Pick<VerifyDeps, 'cells'>, scope: Scope, name: ScoreName) {
  const cells = deps.cells
    .all()
    .filter(({ attributes }) => matchesSegment(name.segment, attributes))
    .filter((cell) => scope.allows('readScore', cell));
  return { cells, traceable: cells.every((cell) => scope.allows('traceLineage', cell)) };
}

/** What infers classes of the score: its model version, and the companion of that. */
async function inferringParts(session: Session, { basis, model }: ScoreName): Promise<ModelPart[]> {
  return basis === 'SURVEYED' || model === null ? [] : readModelParts(session, model);
}

/** The model versions whose rollups the score sums. */
export async function modelsOfScore(session: Session, name: ScoreName): Promise<number[]> {
  return summedModels(name, await inferringParts(session, name));
}

const summedModels = ({ basis }: ScoreName, parts: readonly ModelPart[]) => [
  ...(basis === 'INFERRED' ? [] : [SURVEYED]),
  ...idsOf(parts),
];

/**
 * Proves a score or says why not: counts the responses again, compares them with the rollups that the score is
 * computed from, with the sealed leaves and manifests, the manifests with the log, its checkpoints and the file
 * outside.
 */
export async function verifyScore(deps: VerifyDeps, scope: Scope, name: ScoreName): Promise<Verification> {
  const { cells, traceable } = cellsOfScore(deps, scope, name);
  if (cells.length === 0) return withheld('there is no cell of this score, or none that you may read');
  if (!traceable) return withheld('not granted: traceLineage of every cell of this score');
  // A proof counts every response again: it would reveal single ones that the score itself protects.
  const counted = name.basis === 'SURVEYED' ? 'surveyed' : 'inferred';
  const isProtected = new Set(protectedCells(scope, deps.cells, counted));
  if (cells.some((cell) => isProtected.has(cell))) {
    const groups = counted === 'surveyed' ? 'readResponse' : 'readResponse and readPrediction';
    return withheld(`not granted: ${groups} of every cell of this score`);
  }
  const hours = { from: Math.floor(name.from / HOUR_MS), until: Math.ceil(name.until / HOUR_MS) };
  const found = await deps.store.transaction(async (session) => {
    await session.rows(ONE_MOMENT, []);
    const parts = await inferringParts(session, name);
    const [inferring, summed] = [idsOf(parts), summedModels(name, parts)];
    const row = ({ surveyed, inferred }: CountsByKind): ScoreRow =>
      scoreRow(name, name.from, {}, inferred.reduce(add, surveyed), inferredParts(parts, inferred));
    const stated = row(
      await statedCounts(
        session,
        deps,
        name,
        inferring,
        cells.map(({ id }) => id),
      ),
    );
    const listed = await listRollups(session, { cells, models: summed, hours });
    const tally = await tallyRollups(session, trustOf(deps), { name, inferring }, listed);
    const recomputed = row(tally.counts);
    const sealed = listed.flatMap(({ id, seals }) => seals.map((seal) => ({ ...seal, rollup: id })));
    const keys = await readTrustedKeys(session, deps.publicKey);
    const log = await checkLog(session, sealed, keys);
    const same = sameCounts(stated, recomputed);
    const level = same ? null : await levelOffence(session, name, summed, listed);
    const inputs =
      findCellOffence(deps.cells, scope) ??
      (await findModelOffence(session, deps.store.memory, inferring, listed));
    const offence = tally.offence ?? level ?? log.offence ?? inputs;
    return { stated, recomputed, tally, offence, listed, heads: log.heads, keys };
  });
  const { listed, heads: checkpoints, keys } = found;
  await deps.catchUp?.();
  const file = await checkCheckpointFile(deps.store, deps.checkpointFile, checkpoints, deps.now());
  const first = found.offence ?? file.offence;
  // Only the whole log shows which place of it was changed.
  const whole =
    first && first.what !== 'log' ? null : await checkWhole({ deps, scope, listed, heads: checkpoints });
  // With another key no leaf tombstone would be trusted, and every change would look unexplained.
  const offence = foreignOffence(checkpoints, keys) ?? whole ?? first;
  const readable = cells.every((cell) => scope.allows('readResponse', cell));
  return verdictOf({
    ...found,
    name,
    offence,
    checkpointsMissing: file.missing,
    readable,
    narrowed: !scope.allowsAll('readScore'),
    root: rootOf(found.listed),
    sealAfter: deps.sealAfter,
  });
}

function foreignOffence(
  checkpoints: readonly SignedCheckpoint[],
  keys: readonly TrustedKey[],
): Offence | null {
  const says = foreignCheckpoint(checkpoints, keys);
  return says === null
    ? null
    : { what: 'log', rollup: null, says: `${says}: was the file "signing-key" of the data folder replaced?` };
}

const sameCounts = (a: ScoreRow, b: ScoreRow) =>
  JSON.stringify(a.counts) === JSON.stringify(b.counts) && a.score === b.score;

/** What the API states: the sums of rollups, of any level. */
export async function statedCounts(
  session: Session,
  deps: Pick<VerifyDeps, 'now'>,
  { from, until, basis }: ScoreName,
  models: readonly number[],
  cellIds: readonly number[],
): Promise<CountsByKind> {
  const counts = async (classes: CountedClasses) => {
    const query = { edges: [from, until], cellIds, byCell: false, now: deps.now(), classes };
    return (await countIntervals(session, query)).reduce<Counts>(add, ZERO);
  };
  const surveyed = basis === 'INFERRED' ? ZERO : await counts({ kind: 'surveyed' });
  const kind = basis === 'INFERRED' ? 'inferred' : 'alone';
  const inferred: Counts[] = [];
  if (basis !== 'SURVEYED') for (const model of models) inferred.push(await counts({ kind, model }));
  return { surveyed, inferred };
}

/** The key, and what need not be read again. */
export function trustOf({ publicKey, store, now, rememberFor = REMEMBER_MS }: VerifyDeps): EvidenceTrust {
  return { publicKey, sound: new SoundRollups(store.memory, now(), rememberFor) };
}

/** Checks every rollup against its responses and its seal, and counts the responses inside the window. */
async function tallyRollups(
  session: Session,
  trust: EvidenceTrust,
  { name, inferring }: { readonly name: ScoreName; readonly inferring: readonly number[] },
  listed: readonly ListedRollup[],
): Promise<Tally> {
  let offence: Offence | null = null;
  let [surveyed, erased] = [ZERO, 0];
  const inferred = inferring.map(() => ZERO);
  const unsealed = { ...NO_CHANGES };
  for await (const { evidence, place, explained } of readEvidence(session, trust, listed)) {
    for (const [i, one] of evidence.entries()) {
      const finding = checkRollup(one, place + i, explained);
      offence ??= finding.offence;
      const newest = one.seals.at(-1);
      // Without its counts it was verified before: nothing of that was read now.
      if (newest && one.mappings !== null && !finding.offence) trust.sound.add(newest.hash, one.facts.length);
      erased += finding.erased;
      const counts = countInside(name, one.facts, one.model);
      const part = inferring.indexOf(one.model);
      if (part < 0) surveyed = add(surveyed, counts);
      else inferred[part] = add(inferred[part] ?? ZERO, counts);
      for (const cause of CHANGE_CAUSES) unsealed[cause] += finding.unsealed[cause];
    }
  }
  return { offence, counts: { surveyed, inferred }, erased, unsealed };
}

function countInside(name: ScoreName, facts: readonly SealedFact[], model: number): Counts {
  const classes = [0, 0, 0];
  for (const { answeredAt, class: given, inferred } of facts) {
    if (answeredAt < name.from || answeredAt >= name.until) continue;
    if (model !== SURVEYED && name.basis === 'COMBINED' && inferred?.surveyed) continue;
    classes[given] = (classes[given] ?? 0) + 1;
  }
  const [detractors = 0, passives = 0, promoters = 0] = classes;
  return { promoters, passives, detractors };
}

/** The stated number differs although every hour is right: a day's or a minute's rollup is wrong. */
async function levelOffence(
  session: Session,
  name: ScoreName,
  models: readonly number[],
  listed: readonly ListedRollup[],
): Promise<Offence> {
  const found = await findLevelOffence(session, name, models, [
    ...new Set(listed.map(({ cellId }) => cellId)),
  ]);
  const cell = listed.find(({ cellId }) => cellId === found?.cellId)?.cell;
  const day = found && new Date(found.bucket).toISOString().slice(0, 10);
  const says = found
    ? `the rollup of the day ${day} of cell ${cell} holds ${found.day} responses, its hours ${found.hours}, or others of them`
    : 'the rollups that the score is stated from differ from its responses';
  return { what: 'rollup', rollup: null, says };
}

/** Over the newest manifests in the order of the rollups; null without any. */
export function rootOf(listed: readonly ListedRollup[]): string | null {
  const hashes = listed.flatMap(({ seals }) => seals.at(-1)?.hash ?? []);
  return hashes.length === 0 ? null : treeHash(hashes);
}
