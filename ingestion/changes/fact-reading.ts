import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Revision } from '../../domain/responses/newer.ts';
import { NAME_BOUNDS } from '../../domain/responses/normalised-response.ts';
import { quoted } from '../../domain/text/text.ts';
import { parseDateTime } from '../../domain/time/date-time.ts';
import type { FactAcceptance } from '../../store/changes/delivered-facts.ts';
import type { Store } from '../../store/database/client.ts';
import { ensureSources } from '../../store/responses/known-sources.ts';
import { boundsOf, mayCorrect } from '../pipeline/ingestor.ts';
import { checkRevision } from '../pipeline/normalise.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { NOT_ITS_SOURCE, tooMany } from '../pipeline/refusals.ts';
import type { Submitter } from '../pipeline/submitter.ts';

/* What the endpoints for change events and invitations have in common. */

export const DAY_MS = 86_400_000;
/** Dates before this are almost always unit mistakes. */
const EARLIEST_MS = Date.UTC(1900, 0, 1);

/** What is wrong with an item; caught where it is read. */
export class RefusalError extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('an item was refused');
    this.outcome = outcome;
  }
}

/** What `read` makes of an item, or its rejection. */
export function orRefusal<Made>(read: () => Made): Made | Outcome {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusalError) return error.outcome;
    throw error;
  }
}

/** The moment of a field. @throws RefusalError */
export function timeOf(name: string, text: string): Date {
  const time = parseDateTime(text);
  if (time && time.getTime() >= EARLIEST_MS) return time;
  const message = time
    ? `${name}: ${quoted(text)} is before 1900; is the unit right?`
    : `${name}: ${quoted(text)} is not RFC 3339 with an offset, such as "2026-03-31T09:30:00Z"`;
  throw new RefusalError(rejected('INVALID_TIME', message));
}

/** @throws RefusalError for a time of change that is before 1900, or more than a day ahead */
export function checkRevised(name: string, revision: Revision | null, now: number): void {
  const problem = checkRevision(revision, now, name);
  if (problem) throw new RefusalError(problem);
}

/** SHA-256 of the canonical content of a fact that holds nothing of a person. */
export const contentHashOf = (content: object): string =>
  createHash('sha256')
    .update(canonicalize(JSON.parse(JSON.stringify(content))) ?? '')
    .digest('hex');

/** A source as its submitter may use it. */
export interface UsableSource {
  readonly id: number;
  /** Whether the submitter may correct what the source sent before. */
  readonly mayCorrect: boolean;
}

/** The sources with those names, stored first if they are new, or why the submitter may not use them. */
export async function usableSources(
  store: Store,
  submitter: Submitter,
  names: Iterable<string>,
): Promise<(name: string) => UsableSource | Outcome> {
  const isIts = (name: string) => submitter.sources === null || submitter.sources.includes(name);
  const bounds = boundsOf(NAME_BOUNDS, submitter.scope);
  const found = await ensureSources(store, [...new Set(names)].filter(isIts), { id: submitter.id, bounds });
  return (name) => {
    const source = isIts(name) ? found.get(name) : undefined;
    if (!source) return NOT_ITS_SOURCE;
    if ('beyond' in source) return tooMany(source);
    return { id: source.id, mayCorrect: mayCorrect(submitter, source.madeBy) };
  };
}

/** What the sender is answered; `fact` names what it sent. */
export function outcomeOf(acceptance: FactAcceptance, fact: string): Outcome {
  switch (acceptance) {
    case 'accepted':
    case 'duplicate':
      return { status: acceptance };
    case 'forbidden':
      return rejected(
        'FORBIDDEN',
        `externalId: this id already has another ${fact}; it is corrected by a key that is bound to this source, or by the one that named it first`,
      );
    case 'incomparable':
      return rejected(
        'INCOMPARABLE',
        'revision: this id has revisions of the other kind; a source sends times (updatedAt) or numbers (revision)',
      );
    case 'unrevised':
      return rejected(
        'STALE',
        `revision: this id already has a revision of its ${fact}, and this one has none; send updatedAt or revision`,
      );
    default:
      return rejected('STALE', 'externalId: this id already has a newer content');
  }
}
