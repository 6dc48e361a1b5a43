import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { type Pepper, pepperFingerprint } from '../ingestion/pseudonym.ts';
import { RecordCells } from '../store/cells.ts';
import { openPglite, openPostgres, type Store } from '../store/client.ts';
import { checkPepper } from '../store/instance.ts';
import { migrate, type RecordFeatures } from '../store/migrate.ts';
import { RecordMappings } from '../store/provenance.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { pepper } from './secrets.ts';

/** The record, open and brought up to date, with what of it is held in memory. */
export interface OpenRecord {
  readonly store: Store;
  readonly features: RecordFeatures;
  readonly cells: RecordCells;
  readonly mappings: RecordMappings;
  readonly pepper: Pepper;
  /** The embedded record's; a server's record is shared, and its data folder too. */
  readonly lock: FolderLock | undefined;
  close(): Promise<void>;
}

/**
 * Opens the record that the configuration names: takes the data folder, migrates, checks the pepper.
 * @throws FolderInUse, WrongPepper, or what the database says.
 */
export async function openRecord(config: Config, onError: (error: Error) => void): Promise<OpenRecord> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = config.databaseUrl === undefined ? await lockFolder(config.dataDir) : undefined;
  let store: Store | undefined;
  try {
    store =
      config.databaseUrl === undefined
        ? await openPglite(join(config.dataDir, 'record'))
        : openPostgres(config.databaseUrl, onError);
    const opened = store;
    const features = await migrate(opened);
    const secret = await pepper(config.dataDir, config.pepper);
    await checkPepper(opened, pepperFingerprint(secret));
    const cells = new RecordCells();
    const mappings = new RecordMappings();
    await Promise.all([cells.refresh(opened), mappings.refresh(opened)]);
    const close = async () => {
      await opened.close();
      await lock?.release();
    };
    return { store: opened, features, cells, mappings, pepper: secret, lock, close };
  } catch (error) {
    await store?.close().catch(() => undefined);
    await lock?.release();
    throw error;
  }
}
