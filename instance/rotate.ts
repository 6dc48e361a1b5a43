import type { Config } from '../config/config.ts';
import { KeyProviderError } from '../domain/errors/key-provider-errors.ts';
import { carriedOver, lookupOf, type Pepper, pepperFingerprint } from '../ingestion/pipeline/pseudonym.ts';
import {
  relinkSubjects,
  retireWrapping,
  rewrapKeys,
  rotateWrapping,
} from '../store/encryption/rotate-keys.ts';
import { checkPepper, tiePepper } from '../store/setup/instance.ts';
import type { OpenDatabase } from './open-database.ts';
import { addPepper, addSigningKey, type SecretPlaces } from './secrets.ts';

/**
 * rotate: a new wrapping key, and every data key rewrapped. rewrap: the latter alone (another provider, a key
 * created elsewhere). pepper: a new pepper, and every person moved to it. retire: unneeded wrapping keys are
 * destroyed. signing: a new signing key, which the next start brings into use.
 */
export const KEY_ACTIONS = ['rotate', 'rewrap', 'pepper', 'retire', 'signing'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

/** What was done, in words, with counts and versions and without any key. */
export type KeyReport = string;

type Place = Pick<OpenDatabase, 'store' | 'encryption' | 'pepper'>;
type KeyConfig = SecretPlaces & Pick<Config, 'pepper' | 'signingKeys'>;

/**
 * Does one action on the open database, while it is in use.
 * @throws KeyProviderError when it must be done elsewhere.
 */
export async function changeKeys(record: Place, config: KeyConfig, action: KeyAction): Promise<KeyReport> {
  const { store, encryption } = record;
  const { provider } = encryption;
  if (action === 'pepper') return changePepper(record, config);
  if (action === 'signing') return changeSigningKey(config);
  if (action === 'retire') return (await retireWrapping(store, provider)).report;
  const version = action === 'rotate' ? await rotateWrapping(store, provider) : 'present';
  const keys = await rewrapKeys(store, encryption);
  return `${keys} data keys wrapped by ${provider.name} under its ${version} version`;
}

/**
 * On an embedded database, one call adds the pepper and moves every person. If other processes write too they
 * must have the pepper first: the first call adds it, they are restarted one by one, the second call moves the
 * persons.
 */
async function changePepper({ store, encryption, pepper }: Place, config: KeyConfig): Promise<KeyReport> {
  const tied = await checkPepper(store, fingerprints(pepper));
  if (tied === pepperFingerprint(pepper)) {
    if (config.pepper)
      throw new KeyProviderError(
        'the peppers are configured: add a new one to the end of SCORELINE_PEPPER, restart all processes, and ask again',
      );
    const added = await addPepper(config);
    if (store.backend !== 'pglite')
      return `pepper ${added.version} added: restart all processes one by one, then run this again to migrate all persons`;
    renew(pepper, added);
  }
  const { version } = pepper;
  const persons = await relinkSubjects(store, encryption, {
    version,
    carriedOver: (old) => carriedOver(pepper, old),
    lookupOf: (pseudonym) => lookupOf(pepper, pseudonym),
  });
  await tiePepper(store, pepperFingerprint(pepper));
  return `${persons} persons carried over to pepper ${version}; pseudonyms begin with p${version}_ now`;
}

/**
 * The database is signed with one key at a time: a new one is added, and the next start, which has both, brings
 * it into use. Processes that continue with the former key sign nothing more.
 */
async function changeSigningKey(config: KeyConfig): Promise<KeyReport> {
  if (config.signingKeys)
    throw new KeyProviderError(
      'the signing keys are configured: add a new one to the end of SCORELINE_SIGNING_KEY and restart all processes',
    );
  await addSigningKey(config);
  return 'signing key added: restart all processes, the first that starts takes it into use; back up the file "signing-key" again';
}

function fingerprints(pepper: Pepper): string[] {
  return [pepperFingerprint(pepper), ...(pepper.former ? fingerprints(pepper.former) : [])];
}

/** The process has one pepper object, which all its parts share: its content is replaced. */
function renew(pepper: Pepper, added: Pepper): void {
  Object.assign(pepper, added);
}
