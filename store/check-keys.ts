import { SealBroken } from '../domain/sealed.ts';
import type { Session, Statement } from './client.ts';
import { KeyProviderError } from './key-provider.ts';
import { SUBJECT_COLUMNS, type SubjectKeyRow, type Vault } from './vault.ts';

/** The wrapping keys are not those that the record's data keys were wrapped with. */
export class WrongWrappingKey extends Error {
  override readonly name = 'WrongWrappingKey';
}

const ANY_KEY: Statement = {
  name: 'check_keys',
  text: `SELECT ${SUBJECT_COLUMNS} FROM subject_key WHERE wrapped IS NOT NULL LIMIT 1`,
};

/**
 * That what is sealed in the record can be opened. Under another wrapping key new persons would be stored beside those that cannot
 * be read, until the right one is put back and they cannot. A provider elsewhere that is away is waited for, not refused.
 * @throws WrongWrappingKey
 */
export async function checkWrappingKeys(session: Session, vault: Vault): Promise<void> {
  const rows = await session.rows<SubjectKeyRow>(ANY_KEY, []);
  try {
    await vault.open(rows);
  } catch (error) {
    const isLocal = rows[0]?.provider === 'file';
    if (!(error instanceof SealBroken || (isLocal && error instanceof KeyProviderError))) return;
    throw new WrongWrappingKey(
      `what is stored of persons cannot be opened (${(error as Error).message}): set SCORELINE_KEK to the wrapping keys of this record, or ` +
        'restore the file "wrapping-keys" of the data folder from its backup; nothing was changed',
    );
  }
}
