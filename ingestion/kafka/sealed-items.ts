import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { DecryptionError, decrypt, encryptBytes } from '../../domain/privacy/aes-gcm.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { type Pepper, peppers } from '../pipeline/pseudonym.ts';

/** Who handed an item over: what its rights are made of again when it is stored. */
export interface Sender {
  readonly id: string;
  readonly role: string;
  readonly attributes: Segment;
  readonly sources: readonly string[] | null;
}

/** An item that was accepted and is not stored yet. */
export interface HandedItem {
  readonly by: Sender;
  /** Its place in the provenance. */
  readonly position: string;
  readonly item: unknown;
}

const shape = z.object({
  by: z.object({
    id: z.string(),
    role: z.string(),
    attributes: z.record(z.string(), z.array(z.string())),
    sources: z.array(z.string()).nullable(),
  }),
  position: z.string(),
  item: z.unknown(),
});

const KEY_BYTES = 32;
const keys = new WeakMap<Pepper, Buffer>();

/** All processes of a database have the pepper, also while the database is away. */
function keyOf(pepper: Pepper): Buffer {
  const known = keys.get(pepper);
  if (known) return known;
  const key = Buffer.from(hkdfSync('sha256', pepper.secret, '', 'scoreline items in Kafka', KEY_BYTES));
  keys.set(pepper, key);
  return key;
}

const contextOf = (tenant: string, { version }: Pepper) => ({
  tenant,
  subject: '',
  field: 'handed item',
  row: '',
  version: String(version),
});

/** The value of a message: encrypted, and only processes with the pepper can make one. */
export function sealItem(pepper: Pepper, tenant: string, handed: HandedItem): Buffer {
  return encryptBytes(keyOf(pepper), contextOf(tenant, pepper), JSON.stringify(handed));
}

/**
 * The item of a message, under the present pepper or a former one.
 * @throws DecryptionError
 */
export function openItem(pepper: Pepper, tenant: string, value: Uint8Array): HandedItem {
  for (const one of peppers(pepper)) {
    try {
      const text = decrypt(keyOf(one), contextOf(tenant, one), value).toString('utf8');
      return shape.parse(JSON.parse(text)) as HandedItem;
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
    }
  }
  throw new DecryptionError('the message was not made by a server with this pepper');
}
