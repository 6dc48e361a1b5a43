import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { withMerged } from '../encryption/merged.ts';
import type { MappingRegistry } from './mappings.ts';
import { readVersions } from './respondent-policies.ts';
import type { ResponseRow } from './response-row.ts';

const STORED = statement('accept_stored', 'SELECT id FROM response_key WHERE id = ANY ($1::uuid[])');
/** Those of the lookups, of the responses, and all that are merged with one of them. */
const PERSONS = statement(
  'counting_persons_first',
  `SELECT id FROM subject_key WHERE lookup IS NOT NULL AND id IN ${withMerged(`SELECT id FROM subject_key WHERE lookup = ANY ($1::text[])
      UNION SELECT subject_id FROM response_key WHERE id = ANY ($2::uuid[])`)} ORDER BY id FOR UPDATE`,
);

/**
 * Locks the persons of a batch, before anything of them is shared, if it has answers to surveys with a policy or answers that are
 * stored already: `reconsider` locks them at the end. It locks all of them, because two writers that each lock some and then share the
 * others would wait for one another. Whether nothing is stored and no survey has a policy.
 */
export async function lockReconsidered(
  session: Session,
  mappings: MappingRegistry,
  rows: readonly ResponseRow[],
): Promise<boolean> {
  const [stored, surveys] = await Promise.all([
    session.rows<{ id: string }>(STORED, [rows.map(({ id }) => id)]),
    readVersions(session),
  ]);
  if (stored.length === 0 && surveys.size === 0) return true;
  if (stored.length === 0 && !(await hasPolicy(session, mappings, surveys, rows))) return false;
  const lookups = new Set(rows.flatMap(({ subject }) => subject.lookups));
  await session.rows(PERSONS, [[...lookups], stored.map(({ id }) => id)]);
  return false;
}

async function hasPolicy(
  session: Session,
  mappings: MappingRegistry,
  surveys: Awaited<ReturnType<typeof readVersions>>,
  rows: readonly ResponseRow[],
): Promise<boolean> {
  for (const id of new Set(rows.map(({ mappingVersionId }) => mappingVersionId)))
    if (surveys.has((await mappings.get(session, id)).surveyName)) return true;
  return false;
}
