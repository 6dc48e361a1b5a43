import type { KeyObject } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { signText } from '../domain/seals/signing-key.ts';
import { lookupOf, type Pepper, pepperFingerprint, peppers } from '../ingestion/pipeline/pseudonym.ts';
import { createBiViews, ForeignSchemaError } from '../store/bi/views.ts';
import type { Store } from '../store/database/client.ts';
import { createDiskGuard, type DiskGuard, waitForRoom, withDiskGuard } from '../store/database/disk-space.ts';
import { LOCKS } from '../store/database/locks.ts';
import { Loops } from '../store/database/loops.ts';
import { openPglite } from '../store/database/pglite.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { createFileCleaner, type FileCleaner } from '../store/database/rewrite-files.ts';
import { checkWrappingKeys, providersInUse } from '../store/encryption/check-keys.ts';
import { SubjectEncryption } from '../store/encryption/subject-encryption.ts';
import { StoredCellDictionary } from '../store/responses/cell-dictionary.ts';
import { MappingRegistry } from '../store/responses/mappings.ts';
import { encryptReasons } from '../store/reviews/review-reasons.ts';
import { adoptLeaves, type Sign } from '../store/seals/leaf-tombstones.ts';
import { RulesRegistry } from '../store/segments/rule-versions.ts';
import { encryptLegacy } from '../store/setup/encrypt-legacy.ts';
import { checkPepper, pepperMissing, readTenant } from '../store/setup/instance.ts';
import { type DatabaseFeatures, exclusivelyMigrating, migrate } from '../store/setup/migrate.ts';
import { signMigrationsIn } from '../store/setup/migrations.ts';
import { ownDataFolder, tighten } from './data-folder.ts';
import { openKeyProviders } from './keys/open-provider.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { openPatiently } from './patient-open.ts';
import { pepper, signingKeys } from './secrets.ts';
import { checkSigningKey, signingKeyMissing } from './signing.ts';

export interface OpenOptions {
  /** Called when personal data from before there were keys is encrypted. */
  readonly onEncryptingLegacy?: (subjects: number) => void;
  /**
   * Called once when the start waits for a server that is starting, recovering or unreachable; else it goes to
   * `onError`.
   */
  readonly onWaiting?: (message: string) => void;
  /** The signing key in use is lost: another one replaces it without its signature. */
  readonly isSigningKeyLost?: boolean;
}

/** The database, open and migrated, with what is held of it in memory. */
export interface OpenDatabase {
  readonly store: Store;
  readonly features: DatabaseFeatures;
  readonly cells: StoredCellDictionary;
  readonly mappings: MappingRegistry;
  readonly segmentRules: RulesRegistry;
  readonly pepper: Pepper;
  /** The instance's key: it signs checkpoints, proofs and leaf tombstones. */
  readonly signingKey: KeyObject;
  /** Signs leaf tombstones with the instance's key. */
  readonly sign: Sign;
  /** Encrypts and decrypts personal data. */
  readonly encryption: SubjectEncryption;
  /** Removes deleted data from the embedded database's files. */
  readonly files: FileCleaner;
  /** Refuses writes to the embedded database while its disk is nearly full. */
  readonly disk: DiskGuard | undefined;
  /** The embedded database's folder; a server's database is shared, and its data folder too. */
  readonly lock: FolderLock | undefined;
  /** This machine and data folder: identifies the holder of leases (store/database/lease.ts). */
  readonly place: string;
  /** The followers and periodic jobs of this process. */
  readonly loops: Loops;
  close(): Promise<void>;
}

/**
 * Opens the database (see `openOnce`); waits for a server that is starting, recovering or unreachable.
 * @throws DatabaseRefusedError, besides what `openOnce` throws.
 */
export function openDatabase(
  config: Config,
  onError: (error: Error) => void,
  options: OpenOptions = {},
): Promise<OpenDatabase> {
  const { onWaiting = (message: string) => onError(new Error(message)) } = options;
  const { databaseUrl, databasePatience: seconds } = config;
  const open = () => openOnce(config, onError, options);
  return databaseUrl === undefined ? open() : openPatiently({ databaseUrl, seconds, onWaiting }, open);
}

/**
 * Opens the configured database: takes the data folder, migrates, checks pepper, signing key and wrapping keys,
 * encrypts data from before there were keys, adopts erasures from before there were leaf tombstones.
 * @throws ConfigError, FolderInUseError, DatabaseRefusedError, WrongPepperError, WrongSigningKeyError, WrongWrappingKeyError,
 * DimensionsGoneError, or the database's error.
 */
async function openOnce(
  config: Config,
  onError: (error: Error) => void,
  { onEncryptingLegacy = () => undefined, isSigningKeyLost = false }: OpenOptions,
): Promise<OpenDatabase> {
  await ownDataFolder(config.dataDir, onError);
  const lock = config.databaseUrl === undefined ? await lockFolder(config.dataDir) : undefined;
  let store: Store | undefined;
  try {
    const { opened, disk } = await openStore(config, onError);
    store = opened;
    const features = await migrate(opened);
    if (config.databaseUrl === undefined) await signMigrationsIn(embeddedFolder(config));
    // A secret generated before a refused start would be taken for the right one by the next start.
    const secret = await pepper(config, await pepperMissing(opened));
    await checkPepper(opened, peppers(secret).map(pepperFingerprint));
    // The keys are not in the database: a wrong one is refused before anything is wrapped or signed.
    const isLost = isSigningKeyLost;
    const keys = await signingKeys(config, isLost ? null : await signingKeyMissing(opened));
    const key = await checkSigningKey(opened, { keys, isLost, now: Date.now() });
    const [provider, ...others] = await openKeyProviders(config, Date.now, await providersInUse(opened));
    const encryption = new SubjectEncryption(opened, await readTenant(opened), provider, others);
    await checkWrappingKeys(opened, encryption);
    await exclusivelyMigrating(opened, async () => {
      await encryptLegacy(opened, encryption, (pseudonym) => lookupOf(secret, pseudonym), onEncryptingLegacy);
      await encryptReasons(opened, encryption);
    });
    const sign: Sign = (text) => signText(key, text);
    await adoptLeaves(opened, sign);
    const cells = new StoredCellDictionary(config.dimensions);
    const mappings = new MappingRegistry();
    const segmentRules = new RulesRegistry(config.dimensions);
    await Promise.all([cells.refresh(opened), mappings.refresh(opened), segmentRules.read(opened)]);
    cells.checkDimensions(config.formerDimensions);
    await openBiViews(opened, config, onError);
    const files = createFileCleaner(opened, { disk, mark: join(embeddedFolder(config), OWED), onError });
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
      segmentRules,
      pepper: secret,
      signingKey: key,
      sign,
      encryption,
      files,
      disk,
      lock,
      place: `${hostname()}:${resolve(config.dataDir)}`,
      loops: new Loops(),
      close,
    };
  } catch (error) {
    await store?.close().catch(() => undefined);
    await lock?.release();
    throw error;
  }
}

/** The views for BI tools, which need a server. Where a schema of that name is in the way, Scoreline starts without them. */
async function openBiViews(store: Store, config: Config, onError: (error: Error) => void): Promise<void> {
  if (store.backend === 'pglite') return;
  const { dimensions } = config;
  await store.exclusively(LOCKS.migration, (db) =>
    createBiViews(db, dimensions).catch((error: Error) => {
      if (!(error instanceof ForeignSchemaError)) throw error;
      onError(error);
    }),
  );
}

/** The embedded database with its disk guard, or the server's. */
async function openStore(
  config: Config,
  onError: (error: Error) => void,
): Promise<{ readonly opened: Store; readonly disk: DiskGuard | undefined }> {
  if (config.databaseUrl !== undefined)
    return { opened: openPostgres(config.databaseUrl, onError), disk: undefined };
  const disk = await embeddedDisk(config, onError);
  const folder = embeddedFolder(config);
  const store = await openPglite(folder, {
    isDiskFull: () => disk.isExhausted(),
    stuckAfter: config.stuckAfter,
    untilRoom: () => waitForRoom(placeOf(config), (message) => onError(new Error(message))),
    onNote: onError,
  });
  // The engine creates its first files readable by all, whatever the process's mask.
  await tighten(folder);
  return { opened: withDiskGuard(store, disk), disk };
}

/** Where the files of the embedded database are. */
export const embeddedFolder = ({ dataDir }: Pick<Config, 'dataDir'>) => join(dataDir, 'record');

/** Among these files: a rewrite of them is owed. */
const OWED = 'scoreline-rewrite-owed';

const placeOf = ({ dataDir, diskReserve }: Config) => ({ folder: dataDir, reserve: diskReserve });

/** Waits until there is room to open the embedded database, and watches from then on. */
async function embeddedDisk(config: Config, onNote: (note: Error) => void): Promise<DiskGuard> {
  const { folder, reserve } = placeOf(config);
  await waitForRoom({ folder, reserve }, (message) => onNote(new Error(message)));
  return createDiskGuard({
    folder,
    reserve,
    onChange: (isFull, free) => {
      const rest = `${Math.floor(free / 1024 ** 2)} MiB are free on the disk of ${folder}`;
      onNote(
        new Error(
          isFull
            ? `${rest}: nothing is stored until ${Math.ceil((reserve * 1.25) / 1024 ** 2)} MiB are; reads continue`
            : `${rest}: writes are accepted again`,
        ),
      );
    },
  });
}
