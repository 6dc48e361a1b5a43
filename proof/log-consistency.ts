import type { Memory, Slot } from '../domain/memory/memory.ts';
import { appendLeaf, type HashedNode, rangeHash } from '../domain/seals/merkle.ts';
import { checkpointHash, type SignedCheckpoint } from '../domain/seals/seal.ts';
import type { Session } from '../store/database/client.ts';
import { findMissingPlace, findSealOutside, readLogPage } from '../store/seals/log-pages.ts';
import { parseCheckpoint } from './checkpoints.ts';

/*
 * Checks the log of seals as a whole: nothing is missing, every seal is what was hashed, and at each size that
 * a checkpoint signed the log had the signed root. So every checkpoint extends the one before (RFC 9162,
 * 2.1.4), and no seal can be removed, moved to another hour or rewritten, whichever score is queried.
 */

/** What is wrong with the log, and where: places from `from` to `until` (exclusive). */
export interface LogFinding {
  readonly says: string;
  readonly from: number;
  readonly until: number;
}

/** What was verified: the log up to a checkpoint, and when. */
interface Remembered {
  readonly head: string;
  readonly size: number;
  /** The complete subtrees of the log of that size. */
  readonly edge: readonly HashedNode[];
  /** Epoch milliseconds of the last check from the beginning. */
  readonly at: number;
  /** How long that took, milliseconds. */
  readonly took: number;
}

export interface WholeLogOptions {
  /** The database's, where checks are remembered. */
  readonly memory: Memory;
  /** Epoch milliseconds. */
  readonly now: number;
  /** How long a verified part is not read again, milliseconds; later additions are read at once. */
  readonly rememberFor: number;
}

/** Seals per page: about 20 MB of manifests. */
const PAGE = 20_000;
/** A long log is cached longer: reading it again takes at most a twentieth of the time. */
const SHARE = 20;
const CHECKED: Slot<{ remembered?: Remembered; running?: Promise<LogFinding | null> | undefined }> = {
  begin: () => ({}),
};

/**
 * Checks the whole log against these checkpoints (oldest first, their chain checked before). A log that was
 * verified less than `rememberFor` ago is only read from there on. Returns the first thing that is wrong, or
 * null.
 */
export async function checkWholeLog(
  session: Session,
  checkpoints: readonly SignedCheckpoint[],
  { memory, now, rememberFor }: WholeLogOptions,
): Promise<LogFinding | null> {
  const began = performance.now();
  const known = recall(memory, checkpoints, now, rememberFor);
  const edge: HashedNode[] = [...(known?.edge ?? [])];
  let [size, covered] = [known?.size ?? 0, known?.size ?? 0];
  const newer = checkpoints.filter((checkpoint) => checkpoint.size > size);
  for (const checkpoint of newer) {
    const root = parseCheckpoint(checkpoint.body)?.root;
    while (size < checkpoint.size) {
      const until = Math.min(size + PAGE, checkpoint.size);
      const finding = await followPage(session, edge, size, until);
      if (finding) return finding;
      size = until;
    }
    if (rangeHash(edge.map(({ hash }) => hash)) !== root) {
      const places =
        checkpoint.size - covered === 1
          ? `the seal ${covered}`
          : `the seals ${covered} to ${checkpoint.size - 1}`;
      const says = `${places} of the log are not those that the checkpoint of size ${checkpoint.size} signed`;
      return { says, from: covered, until: checkpoint.size };
    }
    covered = checkpoint.size;
  }
  const outside = await findSealOutside(session);
  if (outside !== null)
    return { says: `the seal ${outside} is under no checkpoint`, from: outside, until: outside + 1 };
  const last = checkpoints.at(-1);
  if (last) {
    const { at, took } = known ?? { at: now, took: performance.now() - began };
    memory.of(CHECKED).remembered = { head: checkpointHash(last), size, edge, at, took };
  }
  return null;
}

/** The same for concurrent callers, which share one check. */
export function checkWholeLogOnce(
  session: Session,
  checkpoints: readonly SignedCheckpoint[],
  options: WholeLogOptions,
): Promise<LogFinding | null> {
  const checked = options.memory.of(CHECKED);
  checked.running ??= checkWholeLog(session, checkpoints, options).finally(() => {
    checked.running = undefined;
  });
  return checked.running;
}

/** Whether the log was read from its beginning since that moment (epoch milliseconds). */
export function isLogKnown(memory: Memory, since: number): boolean {
  return (memory.of(CHECKED).remembered?.at ?? Number.NEGATIVE_INFINITY) > since;
}

/** The cached state, if it is recent enough and its last checkpoint is still one of these. */
function recall(
  memory: Memory,
  checkpoints: readonly SignedCheckpoint[],
  now: number,
  rememberFor: number,
): Remembered | null {
  const known = memory.of(CHECKED).remembered;
  const patience = rememberFor === 0 ? 0 : Math.max(rememberFor, SHARE * (known?.took ?? 0));
  if (!known || known.at <= now - patience) return null;
  const checkpoint = checkpoints.find(({ size }) => size === known.size);
  return checkpoint && checkpointHash(checkpoint) === known.head ? known : null;
}

/** Adds the hashes of a page to the edge, unless something is wrong with it. */
async function followPage(
  session: Session,
  edge: HashedNode[],
  from: number,
  until: number,
): Promise<LogFinding | null> {
  const page = await readLogPage(session, from, until);
  if (page.seals !== until - from) {
    const place = (await findMissingPlace(session, from, until)) ?? from;
    const says = `the seal ${place} is missing: it was removed after it had been signed`;
    return { says, from: place, until: place + 1 };
  }
  if (page.unsound !== null) {
    const says = `the seal ${page.unsound} is not what was hashed, or is kept as one of another rollup, revision or time`;
    return { says, from: page.unsound, until: page.unsound + 1 };
  }
  for (let i = 0; i < page.seals; i++) appendLeaf(edge, from + i, page.hashes.slice(i * 64, (i + 1) * 64));
  return null;
}
