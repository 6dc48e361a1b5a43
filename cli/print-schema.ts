import { writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { costTable } from '../api/gate/cost-table.ts';
import { buildSchema } from '../api/schema/schema.ts';
import { loadConfig } from '../config/config.ts';

/** Writes schema.graphql for the configured dimensions, and what each of its fields costs. */
export async function writeSchema(): Promise<number> {
  const { dimensions } = await loadConfig();
  const schema = buildSchema(dimensions);
  await writeFile(new URL('../schema.graphql', import.meta.url), `${printSchema(schema)}\n`);
  await writeFile(new URL('../docs/guides/costs.md', import.meta.url), costTable(schema));
  return 0;
}
