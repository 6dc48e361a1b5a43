import canonicalize from 'canonicalize';
import type { CellAttributes } from '../domain/cell.ts';
import { type Dimension, UNKNOWN } from '../domain/dimensions.ts';
import { type NormalisedResponse, responseId } from '../domain/provenance.ts';
import { redact } from '../domain/redact.ts';
import { applyScale, describeScale } from '../domain/scale.ts';
import type { ResponseDraft } from './draft.ts';
import { type Outcome, rejected } from './outcome.ts';
import { keyedHash, lookupsOf, type Pepper, peppers, pseudonym } from './pseudonym.ts';

export interface NormaliseDeps {
  readonly dimensions: readonly Dimension[];
  readonly pepper: Pepper;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const LONGEST = {
  externalId: 256,
  source: 128,
  respondent: 512,
  comment: 20_000,
  dimension: 200,
  position: 512,
};
const DAY_MS = 86_400_000;
/** Nobody answered a survey before there was a telephone; such a date is a unit mistake or a missing value. */
const EARLIEST_MS = Date.UTC(1900, 0, 1);

/**
 * From a draft to a response that can be accepted: checks, applies the scale, redacts the comment, pseudonymises the
 * respondent, and names the cell's attributes. Bad drafts become rejections, never exceptions.
 */
export function normalise(deps: NormaliseDeps, draft: ResponseDraft): NormalisedResponse | Outcome {
  const problem = checkTexts(draft) ?? checkTime(draft.answeredAt, deps.now());
  if (problem) return problem;
  const { mapping } = draft;
  const scaled = draft.score === null ? null : applyScale(mapping.scale, draft.score);
  if (draft.score !== null && scaled === null) {
    const given = JSON.stringify(draft.score).slice(0, 40);
    return rejected('OUT_OF_SCALE', `score: ${given} is not on the scale ${describeScale(mapping.scale)}`);
  }
  const comment = blankToNull(draft.comment);
  if (scaled === null && comment === null) {
    return rejected('MISSING', 'score: a response needs a score or a comment; both are missing');
  }
  const attributes = attributesOf(deps.dimensions, draft.dimensions);
  if ('tooLong' in attributes) return attributes.tooLong;
  const { externalId } = draft;
  const source = mapping.source;
  const respondent = blankToNull(draft.respondent);
  const content = {
    id: responseId(source, externalId),
    source,
    externalId,
    answeredAt: draft.answeredAt,
    score: scaled?.score ?? null,
    points: scaled?.points ?? null,
    class: scaled?.class ?? null,
    comment: comment === null ? null : redact(clean(comment)),
    respondent: respondent === null ? null : pseudonym(deps.pepper, respondent),
    attributes: attributes.values,
  };
  const contentHashes = peppers(deps.pepper).map((pepper) => {
    const known = respondent === null ? null : pseudonym(pepper, respondent);
    return keyedHash(pepper, 'content', canonicalize({ ...content, respondent: known }) ?? '');
  });
  return {
    ...content,
    lookups: respondent === null ? [] : lookupsOf(deps.pepper, respondent),
    mapping,
    contentHash: contentHashes[0] as string,
    formerHashes: contentHashes.slice(1),
    event: {
      position: draft.position,
      hash: keyedHash(deps.pepper, 'event', draft.raw),
      content: draft.raw.replaceAll('\u0000', ' ').toWellFormed(),
    },
  };
}

function checkTexts(draft: ResponseDraft): Outcome | null {
  const needed = { externalId: draft.externalId, source: draft.mapping.source };
  for (const [name, text] of Object.entries(needed)) {
    if (text.trim() === '') return rejected('MISSING', `${name}: must not be blank`);
    if (hasControlCharacter(text)) {
      return rejected('INVALID', `${name}: control characters such as line breaks are not allowed`);
    }
  }
  const bounded = {
    ...needed,
    respondent: draft.respondent,
    comment: draft.comment,
    position: draft.position,
  };
  for (const [name, text] of Object.entries(bounded)) {
    const longest = LONGEST[name as keyof typeof LONGEST];
    if (text !== null && text.length > longest) {
      return rejected('TOO_LONG', `${name}: ${text.length} characters; at most ${longest} are kept`);
    }
  }
  return null;
}

function checkTime(answeredAt: Date, now: number): Outcome | null {
  const time = answeredAt.getTime();
  if (Number.isNaN(time)) {
    return rejected(
      'INVALID_TIME',
      'answeredAt: not a date; expected RFC 3339, such as 2026-03-31T09:30:00Z',
    );
  }
  if (time < EARLIEST_MS) {
    return rejected(
      'INVALID_TIME',
      `answeredAt: ${answeredAt.toISOString()} is before 1900; is the unit right?`,
    );
  }
  if (time > now + DAY_MS) {
    const latest = new Date(now + DAY_MS).toISOString();
    return rejected(
      'IN_THE_FUTURE',
      `answeredAt: ${answeredAt.toISOString()} is more than a day ahead (latest ${latest})`,
    );
  }
  return null;
}

function attributesOf(
  dimensions: readonly Dimension[],
  given: ResponseDraft['dimensions'],
): { values: CellAttributes } | { tooLong: Outcome } {
  const values: Record<string, string> = {};
  for (const { field, attribute } of dimensions) {
    const value = clean((given[field] ?? '').normalize('NFC'))
      .replace(/\s+/g, ' ')
      .trim();
    if (value.length > LONGEST.dimension) {
      const message = `${field}: ${value.length} characters; at most ${LONGEST.dimension} are kept`;
      return { tooLong: rejected('TOO_LONG', message) };
    }
    values[attribute] = value === '' ? UNKNOWN : value;
  }
  return { values };
}

function blankToNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

/** PostgreSQL's text cannot hold U+0000, JSON and UTF-8 no lone surrogates. */
function clean(text: string): string {
  return text.replaceAll('\u0000', ' ').toWellFormed();
}

function hasControlCharacter(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed();
}
