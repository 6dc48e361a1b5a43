import type { TreeNode } from '../../domain/seals/merkle.ts';
import type { SealCause, SignedCheckpoint } from '../../domain/seals/seal.ts';
import type { KeptLeaf } from '../../domain/seals/seal-match.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/** Advisory lock: one process seals or changes leaves at a time. */
const LOCK = statement('seals_lock', `SELECT pg_advisory_xact_lock(${LOCKS.seals})`);

/** Waits for other sealers; holds the lock until the end of the transaction. */
export async function lockSeals(session: Session): Promise<void> {
  await session.rows(LOCK, []);
}

/** One revision of the seal of a rollup. */
export interface SealRow {
  readonly id: number;
  readonly hour: number;
  readonly cellId: number;
  readonly model: number;
  readonly revision: number;
  readonly why: SealCause;
  readonly manifest: string;
  readonly hash: string;
}

const COLUMNS = `s.id, floor(extract(epoch FROM s.bucket) / 3600)::integer AS hour, s.cell_id AS "cellId",
  s.model_version_id AS model, s.revision, s.why, s.manifest, s.hash`;
const OF_CELLS = statement(
  'seals_of_cells',
  `SELECT ${COLUMNS} FROM seal s WHERE s.cell_id = ANY ($1::integer[]) AND s.model_version_id = ANY ($2::integer[])
      AND s.bucket >= $3 AND s.bucket < $4`,
);

/** All revisions of the seals of these cells and models in the hours, older revisions first. */
export async function readSeals(
  session: Session,
  cellIds: readonly number[],
  models: readonly number[],
  hours: { readonly from: number; readonly until: number },
): Promise<SealRow[]> {
  const bounds = [new Date(hours.from * HOUR_MS), new Date(hours.until * HOUR_MS)];
  const rows = await session.rows<SealRow>(OF_CELLS, [cellIds, models, ...bounds]);
  // Nearly all are first revisions: sorting them is cheap here, and sorting their manifests expensive for the
  // database.
  return rows.sort((a, b) => a.revision - b.revision);
}

/** One row per seal: a hundred thousand rows of single leaves would take longer than all the hashing. */
const LEAVES = statement(
  'seals_leaves',
  `SELECT seal_id AS "sealId", string_agg(encode(hash, 'hex') || ',' || coalesce(response_id::text, '') || ',' ||
      coalesce(encode(salt, 'hex'), '') || ',' || coalesce(origin, ''), ';' ORDER BY place) AS leaves
    FROM seal_leaf WHERE seal_id = ANY ($1::bigint[]) GROUP BY seal_id`,
);

/** The leaves of the seals, in order, by seal. */
export async function readLeaves(
  session: Session,
  sealIds: readonly number[],
): Promise<Map<number, KeptLeaf[]>> {
  const leaves = new Map(sealIds.map((id): [number, KeptLeaf[]] => [id, []]));
  if (sealIds.length === 0) return leaves;
  for (const row of await session.rows<{ sealId: number; leaves: string }>(LEAVES, [sealIds])) {
    leaves.set(row.sealId, row.leaves.split(';').map(parseLeaf));
  }
  return leaves;
}

function parseLeaf(text: string): KeptLeaf {
  const [hash = '', responseId, salt, origin] = text.split(',');
  return {
    hash,
    responseId: responseId || null,
    salt: salt || null,
    origin: origin || null,
  };
}

const NODES = statement(
  'seals_nodes',
  `SELECT n.level, n.place, n.hash FROM seal_node n
      JOIN unnest($1::smallint[], $2::bigint[]) AS given (level, place) ON n.level = given.level AND n.place = given.place
    UNION ALL
    SELECT 0, s.id, s.hash FROM seal s
      JOIN unnest($1::smallint[], $2::bigint[]) AS given (level, place) ON given.level = 0 AND s.id = given.place`,
);

/** Hashes of complete subtrees of the log by `nodeKey`; missing ones are absent. */
export async function readNodes(session: Session, nodes: readonly TreeNode[]): Promise<Map<string, string>> {
  const wanted = new Map(nodes.map((node) => [nodeKey(node), node]));
  if (wanted.size === 0) return new Map();
  const list = [...wanted.values()];
  const rows = await session.rows<TreeNode & { hash: string }>(NODES, [
    list.map(({ level }) => level),
    list.map(({ place }) => place),
  ]);
  return new Map(rows.map(({ level, place, hash }) => [nodeKey({ level, place }), hash]));
}

export const nodeKey = ({ level, place }: TreeNode) => `${level}/${place}`;

const CHECKPOINTS = statement(
  'seals_heads',
  'SELECT size, body, signature, published FROM seal_head WHERE size > $1 ORDER BY size',
);
const LAST_CHECKPOINT = statement(
  'seals_last_head',
  'SELECT size, body, signature, published FROM seal_head ORDER BY size DESC LIMIT 1',
);
export type CheckpointRow = SignedCheckpoint & { readonly published: boolean };

/** Checkpoints of more than that size, oldest first. */
export function readCheckpoints(session: Session, above = -1): Promise<CheckpointRow[]> {
  return session.rows<CheckpointRow>(CHECKPOINTS, [above]);
}

/** The newest checkpoint, or null before the first. */
export async function readLastCheckpoint(session: Session): Promise<CheckpointRow | null> {
  const [checkpoint] = await session.rows<CheckpointRow>(LAST_CHECKPOINT, []);
  return checkpoint ?? null;
}
