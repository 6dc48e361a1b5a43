import { applyScale, describeScale } from '../../domain/nps/scale.ts';
import { DEFAULT_RULES, type RedactionRules, rulesFor } from '../../domain/privacy/redact.ts';
import type { Revision } from '../../domain/responses/newer.ts';
import { type NormalisedResponse, responseId } from '../../domain/responses/normalised-response.ts';
import type { AnswerSigns } from '../../domain/responses/signs.ts';
import type { RulesInForce } from '../../domain/segments/apply-rules.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import { type Dimension, OTHER, storedValue } from '../../domain/segments/dimensions.ts';
import { canonicalJson } from '../../domain/text/canonical-json.ts';
import { type Steps, toEnd } from '../../domain/text/slices.ts';
import { problemOf, quoted, readName, TEXT_RULES, type TextField } from '../../domain/text/text.ts';
import type { ImportRow } from '../../store/responses/response-row.ts';
import { isConnectorName } from '../webhooks/registry.ts';
import { type KeptComment, keepingComment } from './comment.ts';
import type { ResponseDraft } from './draft.ts';
import { keptItem } from './kept-item.ts';
import { readNames } from './names.ts';
import { type NoteCode, type Outcome, rejected } from './outcome.ts';
import { keyedHash, type Pepper, peppers, pseudonymsOf } from './pseudonym.ts';
import { joinedLines, type Ruled, ruledBy } from './ruled.ts';

export interface NormaliseDeps {
  readonly dimensions: readonly Dimension[];
  readonly pepper: Pepper;
  /** The rules of redaction; absent: the defaults of `redact`. */
  readonly redaction?: RedactionRules | undefined;
  /** The attributes in the form that content is made of: items from before a dimension keep their content. */
  readonly storedAs?: (attributes: CellAttributes) => CellAttributes;
  /** The segment rules in force; absent or null: none. */
  readonly rules?: RulesInForce | null | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
/** Dates before this are almost always unit mistakes or missing values. */
const EARLIEST_MS = Date.UTC(1900, 0, 1);

/** A valid response, and what was changed or guessed to make it one. */
export interface Normalised extends NormalisedResponse {
  readonly notes: readonly NoteCode[];
  readonly importRow: ImportRow | null;
  /** The question as it was asked. */
  readonly question: string | null;
  readonly signs: AnswerSigns | null;
}

/**
 * From a draft to a valid response: checks, applies the scale, redacts the comment, pseudonymises the
 * respondent, and names the cell's attributes. Bad drafts become rejections, never exceptions.
 */
export const normalise = (deps: NormaliseDeps, draft: ResponseDraft): Normalised | Outcome =>
  toEnd(normalising(deps, draft));

/** As `normalise`, in steps: a long comment takes some tens of milliseconds. */
function* normalising(deps: NormaliseDeps, draft: ResponseDraft): Steps<Normalised | Outcome> {
  const read = yield* reading(deps, draft);
  return 'status' in read ? read : finished(deps, read);
}

/** A draft that is valid, with what its response is made of. */
export interface ReadDraft {
  readonly draft: ResponseDraft;
  readonly names: { readonly externalId: string; readonly source: string };
  readonly scaled: ReturnType<typeof applyScale>;
  readonly attributes: { readonly values: CellAttributes; readonly isCut: boolean };
  /** What segment rules make of them. */
  readonly ruled: Ruled;
  /** Redacted by patterns. */
  readonly comment: KeptComment | null;
}

/** The first part of `normalise`: all that can reject a draft, and the patterns. */
export function* reading(deps: NormaliseDeps, draft: ResponseDraft): Steps<ReadDraft | Outcome> {
  if (!isConnectorName(draft.mapping.connector))
    throw new Error(`${draft.mapping.connector} is not a connector of the registry`);
  const read = readNames({ externalId: draft.externalId, source: draft.mapping.source });
  if ('status' in read) return read;
  const problem =
    checkTexts({ respondent: draft.respondent, account: draft.account, position: draft.position }) ??
    checkTime('answeredAt', draft.answeredAt, deps.now()) ??
    checkRevision(draft.revision ?? null, deps.now());
  if (problem) return problem;
  const { mapping } = draft;
  const scaled = draft.score === null ? null : applyScale(mapping.scale, draft.score);
  if (draft.score !== null && scaled === null) {
    return rejected(
      'OUT_OF_SCALE',
      `score: ${quoted(draft.score)} is not on the scale ${describeScale(mapping.scale)}`,
    );
  }
  const given = draft.comment === null ? null : blankToNull(clean(draft.comment));
  if (scaled === null && given === null) {
    return rejected('MISSING', 'score: a response needs a score or a comment; both are missing');
  }
  const attributes = attributesOf(deps.dimensions, draft.dimensions);
  if ('problem' in attributes) return attributes.problem;
  const ruled = ruledBy(deps.rules, attributes.values, draft);
  if ('problem' in ruled) return ruled.problem;
  const comment =
    given === null
      ? null
      : yield* keepingComment(given, rulesFor(deps.redaction ?? DEFAULT_RULES, ruled.attributes));
  return { draft, names: read.names, scaled, attributes, ruled, comment };
}

/** The second part of `normalise`: the response of what was read. */
export function finished(deps: NormaliseDeps, read: ReadDraft): Normalised {
  const { draft, scaled, attributes, comment } = read;
  const { externalId, source } = read.names;
  const { mapping } = draft;
  const { sent, attributes: ruled, named } = read.ruled;
  const respondent = blankToNull(draft.respondent);
  const account = blankToNull(draft.account ?? null);
  const item = keptItem(draft.kept ?? draft.raw);
  const person = respondent === null ? null : pseudonymsOf(deps.pepper, respondent);
  const holder = account === null ? null : pseudonymsOf(deps.pepper, account, 'account');
  const content = {
    id: responseId(source, externalId),
    source,
    externalId,
    answeredAt: draft.answeredAt,
    score: scaled?.score ?? null,
    points: scaled?.points ?? null,
    class: scaled?.class ?? null,
    comment: comment?.text ?? null,
    respondent: person?.pseudonyms[0] ?? null,
    attributes: attributes.values,
  };
  const { storedAs = (given: CellAttributes) => given } = deps;
  const contentHashes = peppers(deps.pepper).map((pepper, i) => {
    // Contents without an account keep the hash that they had before there were any.
    const names = {
      respondent: person?.pseudonyms[i] ?? null,
      ...(holder === null ? {} : { account: holder.pseudonyms[i] }),
    };
    // As sent: rules that change do not make another content of what comes again.
    const stored = { ...content, ...names, attributes: storedAs(content.attributes), ...named.content };
    return keyedHash(pepper, 'content', canonicalJson(stored));
  });
  // Each field by its name: after a spread that others replace parts of, V8 adds one after the other, which takes as long as the hashes.
  return {
    id: content.id,
    source,
    externalId,
    answeredAt: content.answeredAt,
    score: content.score,
    points: content.points,
    class: content.class,
    comment: content.comment,
    respondent: content.respondent,
    attributes: ruled,
    sent: sent.sent,
    segmentRules: sent.segmentRules,
    lookups: person?.lookups ?? [],
    account: holder && { pseudonym: holder.pseudonyms[0] as string, lookups: holder.lookups },
    mapping,
    contentHash: contentHashes[0] as string,
    formerHashes: contentHashes.slice(1),
    event: {
      position: draft.position,
      hash: keyedHash(deps.pepper, 'event', draft.raw),
      formerHashes: peppers(deps.pepper)
        .slice(1)
        .map((pepper) => keyedHash(pepper, 'event', draft.raw)),
      content: item.text.replaceAll('\u0000', ' ').toWellFormed(),
    },
    revision: draft.revision ?? null,
    importRow: draft.importRow ?? null,
    question: draft.question ?? null,
    signs: draft.signs ?? null,
    notes: [
      ...(draft.notes ?? []),
      ...notesOfComment(draft.comment, comment),
      ...(attributes.isCut || named.isCut ? (['VALUE_TOO_LONG'] as const) : []),
      ...(item.isCut ? (['ITEM_CUT'] as const) : []),
    ],
  };
}

/** The rejection of the first text that is too long or malformed; the fields are those of `TEXT_RULES`. */
export function checkTexts(
  texts: Readonly<Partial<Record<TextField, string | null | undefined>>>,
): Outcome | null {
  for (const [field, text] of Object.entries(texts)) {
    const problem = text == null ? null : problemOf(TEXT_RULES[field as TextField], text.trim());
    if (problem) return rejected(problem.code, `${field}: ${problem.message}`);
  }
  return null;
}

/** The rejection of a time that no fact has: before 1900, or more than a day ahead. */
export function checkTime(field: string, at: Date, now: number): Outcome | null {
  const time = at.getTime();
  if (Number.isNaN(time)) {
    return rejected('INVALID_TIME', `${field}: not a date; expected RFC 3339, such as 2026-03-31T09:30:00Z`);
  }
  if (time < EARLIEST_MS) {
    return rejected('INVALID_TIME', `${field}: ${at.toISOString()} is before 1900; is the unit right?`);
  }
  if (time > now + DAY_MS) {
    const latest = new Date(now + DAY_MS).toISOString();
    return rejected(
      'IN_THE_FUTURE',
      `${field}: ${at.toISOString()} is more than a day ahead (latest ${latest})`,
    );
  }
  return null;
}

/**
 * As with the time of answering: one far ahead, or before 1900, is a mistake of its unit or zone, or a program's empty date such as
 * 0001-01-01, which in some zones is a moment of the year 0 that PostgreSQL refuses. `field` is the name that its sender gave it.
 */
export function checkRevision(revision: Revision | null, now: number, field = 'updatedAt'): Outcome | null {
  if (revision?.kind !== 'time') return null;
  if (revision.value > now + DAY_MS)
    return rejected(
      'IN_THE_FUTURE',
      `${field}: ${new Date(revision.value).toISOString()} is more than a day ahead`,
    );
  if (revision.value >= EARLIEST_MS) return null;
  const given = new Date(revision.value).toISOString();
  return rejected(
    'INVALID_TIME',
    `${field}: ${given} is before 1900; is the unit right? Leave it out where there is none`,
  );
}

/** The values of the dimensions as stored, or the rejection of one. */
export function attributesOf(
  dimensions: readonly Dimension[],
  given: ResponseDraft['dimensions'],
): { values: CellAttributes; isCut: boolean } | { problem: Outcome } {
  const values: Record<string, string> = {};
  let isCut = false;
  for (const { field, attribute, declared } of dimensions) {
    const text = Object.hasOwn(given, field) ? (given[field] ?? '') : '';
    const value = readName(TEXT_RULES.value, joinedLines(text));
    if (typeof value === 'string') values[attribute] = storedValue(value);
    else if (value.code !== 'TOO_LONG' || declared?.others === 'reject')
      return { problem: rejected(value.code, `${field}: ${value.message}`) };
    else {
      // No cell has so long a name, and a cut one could equal another value.
      values[attribute] = OTHER;
      isCut = true;
    }
  }
  return { values, isCut };
}

/** The text; null where there is nothing in it. */
export function blankToNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

/**
 * Comments are kept as far as possible. PostgreSQL's text cannot hold U+0000, nor UTF-8 an unpaired surrogate:
 * they are left out, because a U+FFFD in their place would be a character that was not sent.
 */
function clean(text: string): string {
  const stored = text.replaceAll('\u0000', ' ');
  return stored.isWellFormed() ? stored : stored.replace(/\p{Surrogate}/gu, '');
}

function notesOfComment(given: string | null, kept: KeptComment | null): NoteCode[] {
  const notes: NoteCode[] = [];
  if (kept?.isCut) notes.push('COMMENT_CUT');
  if (given !== null && !given.isWellFormed()) notes.push('HALF_CHARACTER');
  return notes;
}
