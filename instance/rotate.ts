import type { Config } from '../config.ts';
import { carriedOver, lookupOf, type Pepper, pepperFingerprint } from '../ingestion/pseudonym.ts';
import { checkPepper, tiePepper } from '../store/instance.ts';
import { KeyProviderError } from '../store/key-provider.ts';
import { relinkSubjects, retireWrapping, rewrapKeys, rotateWrapping } from '../store/rotate-keys.ts';
import type { OpenRecord } from './open-record.ts';
import { addPepper } from './secrets.ts';

/**
 * rotate: a new wrapping key, and every data key wrapped anew. rewrap: the latter alone (another provider, a key made
 * elsewhere). pepper: a new pepper, and every person carried over. retire: wrapping keys that nothing needs are destroyed.
 */
export const KEY_ACTIONS = ['rotate', 'rewrap', 'pepper', 'retire'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

/** What was done, in words, with counts and versions and without any key. */
export type KeyReport = string;

type Place = Pick<OpenRecord, 'store' | 'vault' | 'pepper'>;

/**
 * Does one action on the open record, while it is read and written.
 * @throws KeyProviderError when it must be done elsewhere.
 */
export async function changeKeys(
  record: Place,
  config: Pick<Config, 'dataDir' | 'pepper'>,
  action: KeyAction,
): Promise<KeyReport> {
  const { store, vault } = record;
  const { provider } = vault;
  if (action === 'pepper') return changePepper(record, config);
  if (action === 'retire') return (await retireWrapping(store, provider)).report;
  const version = action === 'rotate' ? await rotateWrapping(store, provider) : 'present';
  const keys = await rewrapKeys(store, vault);
  return `${keys} data keys wrapped by ${provider.name} under its ${version} version`;
}

/**
 * Alone on the record (embedded), one call adds the pepper and carries everybody over. Where other processes write too
 * they must know the pepper first: the first call adds it, they are restarted one by one, the second call carries over.
 */
async function changePepper(
  { store, vault, pepper }: Place,
  { dataDir, pepper: configured }: Pick<Config, 'dataDir' | 'pepper'>,
): Promise<KeyReport> {
  const tied = await checkPepper(store, fingerprints(pepper));
  if (tied === pepperFingerprint(pepper)) {
    if (configured)
      throw new KeyProviderError(
        'the peppers are configured: add a new one to the end of SCORELINE_PEPPER, restart all processes, and ask again',
      );
    const added = await addPepper(dataDir);
    if (store.backend !== 'pglite')
      return `pepper ${added.version} added: restart all processes one by one, then run this again to carry everybody over`;
    renew(pepper, added);
  }
  const { version } = pepper;
  const persons = await relinkSubjects(store, vault, {
    version,
    carriedOver: (old) => carriedOver(pepper, old),
    lookupOf: (pseudonym) => lookupOf(pepper, pseudonym),
  });
  await tiePepper(store, pepperFingerprint(pepper));
  return `${persons} persons carried over to pepper ${version}; pseudonyms begin with p${version}_ now`;
}

function fingerprints(pepper: Pepper): string[] {
  return [pepperFingerprint(pepper), ...(pepper.former ? fingerprints(pepper.former) : [])];
}

/** The process has one pepper, which everything that it started holds: what is in it is replaced. */
function renew(pepper: Pepper, added: Pepper): void {
  Object.assign(pepper, added);
}
