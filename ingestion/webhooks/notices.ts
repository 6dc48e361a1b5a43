import { keepNotices } from '../../store/connections/notices.ts';
import type { Session } from '../../store/database/client.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { OverloadedError } from '../pipeline/overload.ts';
import type { Notice } from './connector.ts';

/** What vendors that announce answers keep at least. */
const KEPT_MS = 30 * 24 * 3_600_000;
const FULL_SECONDS = 300;

/**
 * Keeps the notices of a delivery together with its record.
 * @throws OverloadedError where there is no room: the vendor sends it again
 */
export const keeping =
  (
    { encryption }: { readonly encryption: SubjectEncryption },
    delivery: {
      readonly id: string;
      readonly notices: readonly Notice[];
      readonly position: string;
      readonly at: Date;
    },
  ) =>
  async (session: Session): Promise<void> => {
    const { id, notices, position, at } = delivery;
    const expiresAt = new Date(at.getTime() + KEPT_MS);
    const kept = notices.map((notice) => ({ content: JSON.stringify(notice), position, expiresAt }));
    if (await keepNotices(session, encryption, id, at, kept)) return;
    throw new OverloadedError(
      'too much of what the vendor announced waits to be fetched; check the key of the connection, and send it again',
      FULL_SECONDS,
    );
  };
