import { sign } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { lookupOf, type Pepper, pepperFingerprint, peppers } from '../ingestion/pseudonym.ts';
import { RecordCells } from '../store/cells.ts';
import { checkWrappingKeys, providersInUse } from '../store/check-keys.ts';
import { openPglite, openPostgres, type Store } from '../store/client.ts';
import { checkPepper, readTenant } from '../store/instance.ts';
import { type Attest, adoptLeaves } from '../store/leaf-notes.ts';
import { exclusivelyMigrating, migrate, type RecordFeatures } from '../store/migrate.ts';
import { RecordMappings } from '../store/provenance.ts';
import { sealReasons } from '../store/review-reasons.ts';
import { createFileCleaner, type FileCleaner } from '../store/rewrite-files.ts';
import { sealStored } from '../store/seal-stored.ts';
import { Vault } from '../store/vault.ts';
import { openKeyProviders } from './keys/open-provider.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { pepper, signingKey } from './secrets.ts';

/** The record, open and brought up to date, with what of it is held in memory. */
export interface OpenRecord {
  readonly store: Store;
  readonly features: RecordFeatures;
  readonly cells: RecordCells;
  readonly mappings: RecordMappings;
  readonly pepper: Pepper;
  /** Signs with the instance's key what is noted of sealed leaves. */
  readonly attest: Attest;
  /** Opens and seals what tells of persons. */
  readonly vault: Vault;
  /** Rids the embedded record's files of what was deleted. */
  readonly files: FileCleaner;
  /** The embedded record's; a server's record is shared, and its data folder too. */
  readonly lock: FolderLock | undefined;
  /** This machine and data folder: which process has the leases (store/lease.ts). */
  readonly place: string;
  close(): Promise<void>;
}

/**
 * Opens the record that the configuration names: takes the data folder, migrates, checks pepper and wrapping keys, seals
 * what was stored before there were keys, takes over what was erased before leaves were told of.
 * @throws FolderInUse, WrongPepper, WrongWrappingKey, or what the database says.
 */
export async function openRecord(
  config: Config,
  onError: (error: Error) => void,
  onSealing: (subjects: number) => void = () => undefined,
): Promise<OpenRecord> {
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
    await checkPepper(opened, peppers(secret).map(pepperFingerprint));
    const [provider, ...others] = await openKeyProviders(config, Date.now, await providersInUse(opened));
    const vault = new Vault(opened, await readTenant(opened), provider, others);
    await checkWrappingKeys(opened, vault);
    await exclusivelyMigrating(opened, async () => {
      await sealStored(opened, vault, (pseudonym) => lookupOf(secret, pseudonym), onSealing);
      await sealReasons(opened, vault);
    });
    const key = await signingKey(config.dataDir);
    const attest: Attest = (text) => sign(null, Buffer.from(text), key).toString('base64');
    await adoptLeaves(opened, attest);
    const cells = new RecordCells();
    const mappings = new RecordMappings();
    await Promise.all([cells.refresh(opened), mappings.refresh(opened)]);
    const files = createFileCleaner(opened, onError);
    const close = async () => {
      await files.stop();
      await opened.close();
      await lock?.release();
    };
    return {
      store: opened,
      features,
      cells,
      mappings,
      pepper: secret,
      attest,
      vault,
      files,
      lock,
      place: `${hostname()}:${resolve(config.dataDir)}`,
      close,
    };
  } catch (error) {
    await store?.close().catch(() => undefined);
    await lock?.release();
    throw error;
  }
}
