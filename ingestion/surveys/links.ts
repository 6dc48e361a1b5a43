import { randomUUID } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';
import { readSecrets } from '../../store/connections/connections.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { acceptInvitations } from '../changes/accept-invitations.ts';
import { createInvitationReader } from '../changes/read-invitation.ts';
import { type FilingDeps, placeOf } from '../pipeline/file-cells.ts';
import { readNames } from '../pipeline/names.ts';
import { attributesOf, blankToNull, checkTexts } from '../pipeline/normalise.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import type { EmailLinkReader } from './email-link.ts';
import { makeToken, type SurveyInvitee } from './token.ts';

/** Where the page of a link is. */
export const linkPath = (token: string): string => `/s/${token}`;

/** A person who is asked by mail. */
export interface Invited {
  /** Of the answer; null: one is drawn. */
  readonly externalId: string | null;
  readonly respondent: string | null;
  readonly account: string | null;
  /** Values by field of a dimension. */
  readonly dimensions: Readonly<Record<string, string | null | undefined>>;
}

/** A link for one person. */
export interface SurveyLink {
  readonly externalId: string;
  readonly path: string;
  readonly expiresAt: Date;
}

/** A person who can get no link; the message says which one, and what would be right. */
export class SurveyLinkError extends UserError {
  override readonly name = 'SurveyLinkError';
}

export interface LinkDeps extends FilingDeps {
  readonly encryption: SubjectEncryption;
  readonly randomBytes: (bytes: number) => Buffer;
}

/** The connection that links are made for, and what it may submit. */
export interface LinkTarget {
  /** Of the connection. */
  readonly id: string;
  readonly submitter: Submitter;
  readonly reader: EmailLinkReader;
}

const DAY_MS = 86_400_000;

/**
 * Makes a link for each person, and records the invitations where the connection says so: all, or none of them.
 * @returns null if the connection was removed
 * @throws SurveyLinkError
 */
export async function makeLinks(
  deps: LinkDeps,
  { id, submitter, reader }: LinkTarget,
  people: readonly Invited[],
): Promise<readonly SurveyLink[] | null> {
  const now = new Date(deps.now());
  const secrets = await readSecrets(deps.store, deps.encryption, id, now);
  const secret = secrets?.[0];
  if (secret === undefined) return null;
  const expiresAt = now.getTime() + reader.validDays * DAY_MS;
  const invitees = people.map((one, index) => inviteeOf(deps, submitter, { ...one, index, expiresAt }));
  assertOneEach(invitees);
  if (reader.invitations) await invite(deps, submitter, reader.source, invitees, now);
  return invitees.map((invitee) => ({
    externalId: invitee.externalId,
    path: linkPath(makeToken(id, secret, invitee, deps.randomBytes(12))),
    expiresAt: new Date(expiresAt),
  }));
}

const refused = (index: number, outcome: Outcome): SurveyLinkError =>
  new SurveyLinkError(`input[${index}].${outcome.status === 'rejected' ? outcome.message : outcome.status}`);

/** An id is one answer: of two people with one id, the later one would replace what the other said. @throws SurveyLinkError */
function assertOneEach(invitees: readonly SurveyInvitee[]): void {
  const first = new Map<string, { readonly index: number; readonly respondent: string | null }>();
  for (const [index, { externalId, respondent }] of invitees.entries()) {
    const earlier = first.get(externalId);
    // Who is there twice is still one person.
    if (earlier && (respondent === null || earlier.respondent !== respondent))
      throw new SurveyLinkError(
        `input[${index}].externalId: is that of input[${earlier.index}], and an id is one answer; give each person another one`,
      );
    first.set(externalId, { index, respondent });
  }
}

/** Checked as the answer will be, so that no link is sent whose answer would be rejected. */
function inviteeOf(
  { dimensions }: FilingDeps,
  submitter: Submitter,
  { index, expiresAt, ...given }: Invited & { readonly index: number; readonly expiresAt: number },
): SurveyInvitee {
  const respondent = blankToNull(given.respondent);
  const account = blankToNull(given.account);
  const named = readNames({ externalId: given.externalId ?? randomUUID() });
  if ('status' in named) throw refused(index, named);
  const problem = checkTexts({ respondent, account });
  if (problem) throw refused(index, problem);
  const attributes = attributesOf(dimensions, given.dimensions);
  if ('problem' in attributes) throw refused(index, attributes.problem);
  const place = placeOf(dimensions, submitter, attributes.values);
  if ('outcome' in place)
    throw new SurveyLinkError(
      `input[${index}]: ${place.outcome.status === 'rejected' ? place.outcome.message : ''}; the connection is limited to its segment`,
    );
  const values = dimensions.flatMap(({ field }) => {
    const value = blankToNull(given.dimensions[field] ?? null);
    return value === null ? [] : [[field, value]];
  });
  return {
    externalId: named.names.externalId,
    respondent,
    account,
    expiresAt,
    dimensions: Object.fromEntries(values) as Record<string, string>,
  };
}

async function invite(
  deps: LinkDeps,
  submitter: Submitter,
  source: string,
  invitees: readonly SurveyInvitee[],
  now: Date,
): Promise<void> {
  const items = invitees.map(({ externalId, dimensions }) => ({
    ...dimensions,
    externalId,
    source,
    sentAt: now.toISOString(),
  }));
  const { rejected } = await acceptInvitations(
    deps,
    submitter,
    createInvitationReader(deps.dimensions),
    items,
  );
  // A link that is made again is still one invitation.
  const [first] = rejected.filter(({ code }) => code !== 'STALE');
  if (first) throw new SurveyLinkError(`input[${first.index}]: the invitation was refused: ${first.message}`);
}
