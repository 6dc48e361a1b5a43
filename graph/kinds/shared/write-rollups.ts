import { nodeId } from '../../../domain/lineage/lineage.ts';
import { hoursOfCell } from '../../../store/lineage/all-rows.ts';
import { readFeeding } from '../../../store/lineage/lineage.ts';
import { batches, entry, type GraphWriter, type Projection, touchedHours } from './projection.ts';
import { storedRollup } from './stored-id.ts';

/** FED_BY repeats what is of its rollup and mapping, so that an index over it has the rollups of a mapping in order. */
const FEED = `UNWIND $rows AS row MATCH (r:Rollup {id: row.rollup}) MATCH (m:MappingVersion {id: row.mapping})
  MERGE (r)-[f:FED_BY]->(m) SET f.mapping = row.key, f.hour = r.hour, f.cell = r.cell, f.model = r.model`;
const STARVE = `UNWIND $rows AS row MATCH (:Rollup {id: row.rollup})-[link:FED_BY]->(:MappingVersion {id: row.mapping})
  DELETE link`;
/** A rollup without mappings has no responses. Its seals are written again when it has some. */
const EMPTY = `UNWIND $rollups AS id MATCH (r:Rollup {id: id}) WHERE NOT (r)-[:FED_BY]->()
  OPTIONAL MATCH (r)-[:SEALED_BY]->(s) DETACH DELETE r, s`;

const feedKey = ({ rollup, mapping }: { readonly rollup: string; readonly mapping: string }) =>
  `${rollup} ${mapping}`;

/** What feeds the rollups, which responses brought (write-responses.ts); those that nothing feeds are removed. */
export const rollupProjection: Projection = {
  write: async (graph, entries) => {
    for (const hours of batches(touchedHours(graph.cells, entries))) await writeFeeding(graph, hours);
  },
  all: async function* ({ store, cells }) {
    for (const { id } of cells.all()) {
      const deltas = (await hoursOfCell(store, id)).map((hour) => [id, hour, 0, 0, 0] as const);
      yield [entry('responses', { deltas })];
    }
  },
};

/** Joins the rollups of those hours to the mappings that feed them, and removes those without mappings. */
async function writeFeeding(
  { store, write, written }: GraphWriter,
  hours: readonly { readonly hour: number; readonly cell: string }[],
): Promise<void> {
  const rows = (await readFeeding(store, hours)).map(({ mapping, fed, ...rollup }) => ({
    rollup: storedRollup(rollup),
    mapping: nodeId('MappingVersion', mapping),
    key: mapping,
    fed,
  }));
  const feeding = rows.filter((row) => row.fed && !written.has(feedKey(row)));
  const starved = rows.filter(({ fed }) => !fed);
  if (feeding.length === 0 && starved.length === 0) return;
  const emptied = [...new Set(starved.map(({ rollup }) => rollup))];
  written.forget(emptied);
  written.forget(starved.map(feedKey));
  await write(async (tx) => {
    if (feeding.length > 0) await tx.run(FEED, { rows: feeding });
    if (starved.length === 0) return;
    await tx.run(STARVE, { rows: starved });
    await tx.run(EMPTY, { rollups: emptied });
  });
  // The database may be ahead of what was followed: a rollup whose response comes later is not in the graph, and was not joined.
  const joined = feeding.filter(({ rollup, mapping }) => written.has(rollup) && written.has(mapping));
  written.add(joined.map(feedKey));
}
