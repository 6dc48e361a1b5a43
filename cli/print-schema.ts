import { writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { buildSchema } from '../api/schema/schema.ts';
import { loadConfig } from '../config.ts';

/** npm run schema: writes schema.graphql for the configured dimensions. */
const { dimensions } = await loadConfig();
await writeFile(new URL('../schema.graphql', import.meta.url), `${printSchema(buildSchema(dimensions))}\n`);
