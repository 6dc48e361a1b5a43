import { nodeId } from '../../../domain/lineage/lineage.ts';

/*
 * Ids of responses and events are most of the graph. Without kind and hyphens, as 32 hexadecimal digits, Neo4j stores them within the
 * node's properties; a longer text takes a record of its own. They keep their order. See docs/decisions/0203.
 */

const RESPONSE = nodeId('Response', '');

/** A UUID as the graph stores it. */
export const storedUuid = (uuid: string): string => uuid.replaceAll('-', '');

/** The UUID that the graph stores so. */
export const uuidOf = (stored: string): string =>
  stored.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The id of a node as the graph stores it. */
export const storedId = (id: string): string =>
  id.startsWith(RESPONSE) ? storedUuid(id.slice(RESPONSE.length)) : id;
