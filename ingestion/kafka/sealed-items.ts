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

/** Encrypts items for messages of Kafka. All processes of a database can, also while it is away: the key comes from the pepper. */
export interface ItemSeal {
  /** The value of a message, under the present pepper. */
  seal(handed: HandedItem): Buffer;
  /**
   * The item of a message, under the present pepper or a former one.
   * @throws DecryptionError
   */
  open(value: Uint8Array): HandedItem;
}

/** The seal of an instance. */
export function itemSeal(pepper: Pepper, tenant: string): ItemSeal {
  const keys = peppers(pepper).map(({ secret, version }) => ({
    key: Buffer.from(hkdfSync('sha256', secret, '', 'scoreline items in Kafka', KEY_BYTES)),
    context: { tenant, subject: '', field: 'handed item', row: '', version: String(version) },
  }));
  const [present] = keys as [(typeof keys)[number]];
  return {
    seal: (handed) => encryptBytes(present.key, present.context, JSON.stringify(handed)),
    open: (value) => {
      for (const { key, context } of keys) {
        try {
          return shape.parse(JSON.parse(decrypt(key, context, value).toString('utf8'))) as HandedItem;
        } catch (error) {
          if (!(error instanceof DecryptionError)) throw error;
        }
      }
      throw new DecryptionError('the message was not made by a server with this pepper');
    },
  };
}
