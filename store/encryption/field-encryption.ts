import { decrypt, encrypt, encryptBytes } from '../../domain/privacy/aes-gcm.ts';
import { packItem, unpackItem } from '../../domain/text/packed-item.ts';
import type { SubjectWithKey } from './subject-rows.ts';

/** What a secret is of. */
type SecretField = 'connection' | 'target' | 'vendor-key';

/** Each kind of value under its subject's key, bound to the row and the version that it belongs to. */
export class FieldEncryption {
  readonly tenant: string;

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  /** Bound to its lookup, so that one of a former pepper cannot be put back. */
  encryptPseudonym({ id, key }: SubjectWithKey, pseudonym: string, lookup: string): string {
    const context = { tenant: this.tenant, subject: id, field: 'respondent', row: id, version: lookup };
    return encrypt(key, context, pseudonym);
  }

  /** A reason in a review of a response, encrypted for the respondent. */
  encryptReason({ id, key }: SubjectWithKey, row: string, text: string): string {
    return encrypt(key, { tenant: this.tenant, subject: id, field: 'review', row }, text);
  }

  /** The secret of a connection or a target, bound to the revision that it came with. */
  encryptSecret(
    { id, key }: SubjectWithKey,
    revision: number,
    text: string,
    field: SecretField = 'connection',
  ) {
    return encrypt(
      key,
      { tenant: this.tenant, subject: id, field, row: id, version: String(revision) },
      text,
    );
  }

  /** @throws DecryptionError */
  openSecret(
    { id, key }: SubjectWithKey,
    revision: number,
    ciphertext: string,
    field: SecretField = 'connection',
  ): string {
    const context = { tenant: this.tenant, subject: id, field, row: id, version: String(revision) };
    return decrypt(key, context, ciphertext).toString('utf8');
  }

  /** An original item, encrypted for its sender, or for itself in the quarantine; the row is the source event's, or its own. */
  encryptEvent(
    { id, key }: SubjectWithKey,
    row: string,
    text: string,
    field: 'event' | 'quarantine' = 'event',
  ): Buffer {
    // What waits in the quarantine stays as it is: its limits are in bytes of what arrived.
    const content = field === 'event' ? packItem(text) : text;
    return encryptBytes(key, { tenant: this.tenant, subject: id, field, row }, content);
  }

  /** What segment rules read of an item, bound to its source event; base64. */
  encryptSent(owner: SubjectWithKey, eventId: string, text: string): string {
    return this.encryptEvent(owner, `${eventId}/sent`, text).toString('base64');
  }

  /** @throws DecryptionError */
  openSent(owner: SubjectWithKey, eventId: string, ciphertext: Uint8Array): string {
    return this.decrypt(owner, 'event', `${eventId}/sent`, ciphertext);
  }

  /** The same, bound to another event or encrypted under another key; null stays null. */
  moveSent(
    {
      from,
      fromEvent,
      sent,
    }: { readonly from: SubjectWithKey; readonly fromEvent: string; readonly sent: Uint8Array | null },
    to: SubjectWithKey,
    toEvent: string,
  ): string | null {
    return sent === null ? null : this.encryptSent(to, toEvent, this.openSent(from, fromEvent, sent));
  }

  /**
   * The comment of a response, bound to the source event that brought this content: an older one cannot be put
   * back.
   */
  encryptComment({ id, key }: SubjectWithKey, row: string, sourceEventId: string, text: string) {
    const context = { tenant: this.tenant, subject: id, field: 'comment', row, version: sourceEventId };
    return encrypt(key, context, text);
  }

  /** @throws DecryptionError */
  openComment({ id, key }: SubjectWithKey, row: string, sourceEventId: string, ciphertext: string) {
    const context = { tenant: this.tenant, subject: id, field: 'comment', row, version: sourceEventId };
    return decrypt(key, context, ciphertext).toString('utf8');
  }

  /** An outcome as it arrived, bound to the content that it brought. */
  encryptOutcome({ id, key }: SubjectWithKey, row: string, version: string, text: string): Buffer {
    const context = { tenant: this.tenant, subject: id, field: 'outcome', row, version };
    return encryptBytes(key, context, packItem(text));
  }

  /** Who owns the account that an outcome is about, likewise. */
  encryptOwner({ id, key }: SubjectWithKey, row: string, version: string, text: string): string {
    return encrypt(key, { tenant: this.tenant, subject: id, field: 'owner', row, version }, text);
  }

  /** @throws DecryptionError */
  openOutcome(
    { id, key }: SubjectWithKey,
    field: 'outcome' | 'owner',
    { row, version }: { readonly row: string; readonly version: string },
    ciphertext: string | Uint8Array,
  ): string {
    const bytes = decrypt(key, { tenant: this.tenant, subject: id, field, row, version }, ciphertext);
    return field === 'outcome' ? unpackItem(bytes) : bytes.toString('utf8');
  }

  /** @throws DecryptionError */
  decrypt(
    { id, key }: SubjectWithKey,
    field: 'event' | 'review' | 'quarantine',
    row: string,
    ciphertext: string | Uint8Array,
  ) {
    const bytes = decrypt(key, { tenant: this.tenant, subject: id, field, row }, ciphertext);
    return field === 'event' ? unpackItem(bytes) : bytes.toString('utf8');
  }
}
