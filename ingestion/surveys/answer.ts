import type { AnswerSigns } from '../../domain/responses/signs.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { type Receipt, type ReceiveDeps, takeItems } from '../webhooks/receive.ts';
import type { SurveyReader } from './settings.ts';
import type { SurveyInvitee } from './token.ts';

/** What a person answered. */
export interface SurveyAnswer extends Omit<SurveyInvitee, 'expiresAt'> {
  readonly score: number;
  readonly comment: string | null;
  /** Epoch milliseconds: the same for everything that is sent from one page. */
  readonly answeredAt: number;
  /** Counted up by the sender; absent: the answer that arrives last is the newest. */
  readonly revision?: number;
  /** How it was given. */
  readonly signs: AnswerSigns;
}

/** A connection, and what names the request in the provenance. */
export interface AnswerTarget {
  readonly id: string;
  readonly connector: string;
  readonly reader: SurveyReader;
  readonly request: string;
}

/**
 * Stores an answer. Another one under the same id replaces it, the same again is a duplicate.
 * @throws OverloadedError, or the database's error: then nothing is stored
 */
export function takeAnswer(
  deps: Pick<ReceiveDeps, 'store' | 'ingestor' | 'outcomes' | 'identities' | 'now'>,
  submitter: Submitter,
  { id, connector, reader, request }: AnswerTarget,
  dimensions: readonly Dimension[],
  { answeredAt, signs, ...answer }: SurveyAnswer,
): Promise<Receipt> {
  const at = new Date(deps.now());
  // Dimensions that were removed since the link was made are left out.
  const named = dimensions.map(({ field }) => [field, answer.dimensions[field] ?? null]);
  const item = {
    ...Object.fromEntries(named.filter(([, value]) => value !== null)),
    externalId: answer.externalId,
    respondent: answer.respondent,
    ...(answer.account === null ? {} : { account: answer.account }),
    score: answer.score,
    comment: answer.comment,
    answeredAt: new Date(answeredAt).toISOString(),
    ...(answer.revision === undefined ? { updatedAt: at.toISOString() } : { revision: answer.revision }),
  };
  const position = `${connector} request ${request}`;
  const read: SurveyReader['read'] = (...given) => {
    const draft = reader.read(...given);
    return draft === null || 'status' in draft ? draft : { ...draft, signs };
  };
  const taken = { id, reader: { ...reader, read }, items: [item], position, digest: null, at };
  return takeItems(deps, submitter, taken);
}
