import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Store } from '../../store/database/client.ts';
import { findImport, findOpenImport, type ImportRun } from '../../store/responses/imports.ts';
import { runImport } from '../files/import/run-import.ts';
import { databaseSink } from '../files/import/sink.ts';
import { mapHash, parseFileMap } from '../files/map/file-map.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import type { Submitter } from '../pipeline/submitter.ts';

const FILE = fileURLToPath(new URL('../../examples/survey-export.csv', import.meta.url));
const MAP = fileURLToPath(new URL('../../examples/survey-export.map.json', import.meta.url));

export interface ExampleDeps {
  readonly store: Store;
  readonly ingestor: Ingestor;
  readonly dimensions: readonly Dimension[];
  /** The folder of checkpoints. */
  readonly dataDir: string;
  readonly now: () => number;
}

/** Imports the example file with its map, or returns its import where it is loaded. */
export async function loadExample(
  deps: ExampleDeps,
  submitter: Submitter & { readonly name: string },
): Promise<ImportRun> {
  const { store, dimensions, dataDir } = deps;
  const given = JSON.parse(await readFile(MAP, 'utf8')) as { dimensions: Record<string, unknown> };
  const configured = Object.entries(given.dimensions).filter(([name]) =>
    dimensions.some(({ field }) => field === name),
  );
  const map = parseFileMap({ ...given, dimensions: Object.fromEntries(configured) }, dimensions);
  const loaded = await findOpenImport(store, basename(FILE), mapHash(map));
  if (loaded?.endedAt) return loaded;
  const { importKey } = await runImport({
    path: FILE,
    map,
    sink: databaseSink(deps, submitter, submitter.name),
    dataDir,
    rejectsPath: null,
    restart: false,
    isStopping: () => false,
    onProgress: () => undefined,
  });
  return (await findImport(store, importKey)) as ImportRun;
}
