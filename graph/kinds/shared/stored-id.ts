import { nodeId, type RollupKey, rollupId } from '../../../domain/lineage/lineage.ts';

/*
 * Ids of responses, their events and rollups are most of the graph. As hexadecimal digits alone Neo4j stores them within the node's
 * properties; a longer text takes a record of its own. They keep their order. See docs/decisions/0203.
 */

const SHORT = ['Response', 'Rollup'].map((kind) => nodeId(kind, ''));

/** A UUID as the graph stores it. */
export const storedUuid = (uuid: string): string => uuid.replaceAll('-', '');

/** The UUID that the graph stores so. */
export const uuidOf = (stored: string): string =>
  stored.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The id of a node as the graph stores it. */
export function storedId(id: string): string {
  const kind = SHORT.find((prefix) => id.startsWith(prefix));
  return kind ? id.slice(kind.length).replaceAll(/[-:]/g, '') : id;
}

/** The id of a rollup as the graph stores it. */
export const storedRollup = (rollup: RollupKey): string => storedId(rollupId(rollup));
