import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { costTable } from '../api/gate/cost-table.ts';
import { buildSchema } from '../api/schema/schema.ts';
import { loadConfig } from '../config/config.ts';

const FILES = { schema: '../schema.graphql', costs: '../docs/guides/costs.md' } as const;

/** Writes schema.graphql for the configured dimensions, and what each of its fields costs; with `check` only compares. */
export async function writeSchema({ check }: { readonly check: boolean }): Promise<number> {
  const { dimensions } = await loadConfig();
  const schema = buildSchema(dimensions);
  const texts = { schema: `${printSchema(schema)}\n`, costs: costTable(schema) };
  let code = 0;
  for (const name of ['schema', 'costs'] as const) {
    const url = new URL(FILES[name], import.meta.url);
    if (!check) await writeFile(url, texts[name]);
    else if ((await readFile(url, 'utf8')) !== texts[name]) {
      process.stderr.write(`${FILES[name].slice(3)} is not current: run npm run schema\n`);
      code = 1;
    }
  }
  return code;
}
