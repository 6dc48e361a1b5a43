import { keptUntil } from '../../domain/time/kept-since.ts';
import { keepNotices } from '../../store/connections/notices.ts';
import type { Session } from '../../store/database/client.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { OverloadedError } from '../pipeline/overload.ts';
import type { Notice } from './connector.ts';
import type { QuarantineContent } from './quarantined.ts';

const FULL_SECONDS = 300;

/**
 * Keeps the notices of a delivery together with its record.
 * @throws OverloadedError where there is no room: the vendor sends it again
 */
export const keeping =
  (
    { encryption, quarantineFor }: { readonly encryption: SubjectEncryption; readonly quarantineFor: string },
    delivery: {
      readonly id: string;
      readonly notices: readonly Notice[];
      readonly position: string;
      readonly at: Date;
    },
  ) =>
  async (session: Session): Promise<void> => {
    const { id, notices, position, at } = delivery;
    const expiresAt = keptUntil(at.getTime(), quarantineFor);
    const kept = notices.map((notice) => {
      const content: QuarantineContent = { kind: 'notice', notice };
      return { content: JSON.stringify(content), position, expiresAt };
    });
    if (await keepNotices(session, encryption, id, at, kept)) return;
    throw new OverloadedError(
      'too much of what the vendor announced waits to be fetched; check the key of the connection, and send it again',
      FULL_SECONDS,
    );
  };
