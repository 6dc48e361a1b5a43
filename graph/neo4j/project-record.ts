import type { JournalEntry } from '../../store/journal/journal.ts';
import { hoursOfCell, lastSeal, responsePages, reviewPages } from '../../store/lineage/all-rows.ts';
import { readRegistry } from '../../store/models/models.ts';
import type { JournalPayload } from '../../store/tables/schema.ts';
import { type ProjectorDeps, projectEntries } from './projector.ts';

const NOTHING: JournalPayload = { added: [], removed: [], deltas: [] };
const entry = (kind: string, payload: Partial<JournalPayload>): JournalEntry => ({
  xact: 0,
  position: 0,
  kind,
  recordedAt: new Date(0),
  payload: { ...NOTHING, ...payload },
});

/**
 * Makes an empty graph equal to all that stands in the record, as if the journal named it once more: what happened before the
 * journal's first entry too. `goesOn` is asked before each page.
 */
export async function projectRecord(deps: ProjectorDeps, goesOn: () => Promise<boolean>): Promise<void> {
  const { store, cells } = deps;
  const models = (await readRegistry(store)).map(({ id }) => entry('model', { model: id }));
  await projectEntries(deps, models);
  for await (const added of responsePages(store)) {
    if (!(await goesOn())) return;
    await projectEntries(deps, [entry('responses', { added })]);
  }
  for (const { id } of cells.all()) {
    if (!(await goesOn())) return;
    const deltas = (await hoursOfCell(store, id)).map((hour) => [id, hour, 0, 0, 0] as const);
    await projectEntries(deps, [entry('responses', { deltas })]);
  }
  for await (const reviews of reviewPages(store)) {
    if (!(await goesOn())) return;
    await projectEntries(deps, [entry('review', { reviews })]);
  }
  const last = await lastSeal(store);
  if (last !== null) await projectEntries(deps, [entry('seal', { seals: [0, last] })]);
}
