import { composed } from './composed.ts';

/**
 * The texts that come from outside: length and forbidden characters. The same for items over HTTP, rows and
 * maps of files, and GraphQL.
 */

/** The rule of one kind of text. */
export interface TextRule {
  /** UTF-16 code units. */
  readonly longest: number;
  /** line: a name, on one line; lines: what people write, which may break lines. */
  readonly form: 'line' | 'lines';
}

const line = (longest: number): TextRule => ({ longest, form: 'line' });
const lines = (longest: number): TextRule => ({ longest, form: 'lines' });

/** Rules by field; GraphQL arguments are looked up by their name. */
export const TEXT_RULES = {
  externalId: line(256),
  source: line(128),
  survey: line(200),
  surveyVersion: line(100),
  respondent: line(512),
  account: line(512),
  /** Of a dimension. */
  value: line(200),
  comment: lines(20_000),
  position: line(512),
  /** Of a file's map. */
  file: line(400),
  column: line(1_000),
  format: line(60),
  zone: line(60),
  scale: line(200),
  label: line(200),
  /** Of connections and targets; some are addresses. */
  secret: line(4_096),
  /** Of keys. */
  name: line(200),
  role: line(60),
  /** The reason for an action, stored in the audit log and with the decision. */
  reason: lines(2_000),
  purpose: line(200),
  /** The text of segments.config. */
  config: lines(256 * 1024),
  /** Of a case or a change event. */
  title: line(200),
  /** An address that a change event leads to. */
  link: line(2_000),
  actor: line(200),
  action: line(60),
  /** Of nodes and scores; a score's id contains its segment. */
  id: line(65_536),
  /** Where a page ends. */
  after: line(65_536),
  timeZone: line(60),
  window: line(60),
  texts: lines(20_000),
} as const satisfies Record<string, TextRule>;

export type TextField = keyof typeof TEXT_RULES;

/** What is wrong with a text. */
export interface TextProblem {
  readonly code: 'TOO_LONG' | 'INVALID';
  /** Without the name of the field. */
  readonly message: string;
}

/** Cc: control characters, including DEL and those of Latin-1. Zl, Zp: line breaks other than "\n". */
const NOT_ON_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Tab and line breaks are what people write. */
const NOT_IN_LINES = /(?![\t\n\r])\p{Cc}/u;
/** They change the reading direction of what follows: a name could imitate another. */
const TURNS_DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;

function tooLong({ longest }: TextRule, { length }: string): TextProblem {
  return { code: 'TOO_LONG', message: `${length} characters; at most ${longest} are kept` };
}

/** What is wrong with the text under the rule; null if nothing is. The caller checks blank texts. */
export function problemOf(rule: TextRule, text: string): TextProblem | null {
  if (text.length > rule.longest) return tooLong(rule, text);
  if (!text.isWellFormed())
    return {
      code: 'INVALID',
      message: 'half of a surrogate pair is no character; the text was cut or badly encoded',
    };
  if (rule.form === 'lines')
    return NOT_IN_LINES.test(text)
      ? { code: 'INVALID', message: 'control characters other than tabs and line breaks are not allowed' }
      : null;
  if (NOT_ON_A_LINE.test(text))
    return { code: 'INVALID', message: 'control characters such as line breaks are not allowed' };
  if (TURNS_DIRECTION.test(text))
    return { code: 'INVALID', message: 'characters that turn the direction of reading are not allowed' };
  return null;
}

/** A name as stored: trimmed and composed (NFC), so that the same name is the same text everywhere. */
export function nameOf(given: string): string {
  return composed(given, 'NFC').trim();
}

/** The name as stored, or what is wrong with it. It may be blank. */
export function readName(rule: TextRule, given: string): string | TextProblem {
  // Composing shortens a text by a small factor at most, so a much longer one is rejected first.
  if (given.length > 4 * rule.longest) return tooLong(rule, given);
  const name = nameOf(given);
  return problemOf(rule, name) ?? name;
}

/** Zero-width characters, soft hyphens and direction marks: a message could not show how two headings differ. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u2060\ufeff]/g;

/**
 * A column's heading in comparable form: line breaks, tabs and several spaces become one space, and invisible
 * characters are left out.
 */
export function headingOf(given: string): string {
  return composed(given, 'NFC').replace(UNSEEN, '').replace(/\s+/g, ' ').trim();
}

const QUOTED = 40;

/** The text, or its beginning and "…". */
export function cut(text: string, longest = QUOTED): string {
  if (text.length <= longest) return text;
  // Not through the middle of a character.
  return `${text
    .slice(0, longest - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** UTF-16 code units. A grapheme cluster has some tens at most; more are piled-up marks. */
const LONGEST_GRAPHEME = 256;

/** At most the first `longest` code units of the text, without cutting a grapheme cluster. */
export function cutAtGrapheme(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const start = graphemes.segment(text).containing(longest)?.index ?? longest;
  if (longest - start <= LONGEST_GRAPHEME) return text.slice(0, start);
  return text
    .slice(0, longest)
    .toWellFormed()
    .replace(/\ufffd$/, '');
}

/** What makes a quoted text look like another, and JSON does not escape. */
const MISLEADING = /[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** A caller's value for a message: at most its first 40 characters, and only the kind of nested values. */
export function quoted(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(cut(value.slice(0, QUOTED + 1), QUOTED)).replace(MISLEADING, escaped);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return cut(String(value), QUOTED);
}

/** Also what ends a line, or what a terminal obeys. */
const UNREADABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A line for people, in which signs that it cannot show are escaped; at most so many characters. */
export function readableLine(line: string, longest: number): string {
  return cut(cut(line, longest).replace(UNREADABLE, escaped), longest);
}

const SHOWN = 3;

/** A value small enough for a library to quote whole: long texts, long lists and nested values are cut. */
export function summary(value: unknown, isNested = false): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isNested) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return value.slice(0, SHOWN).map((item) => summary(item, true));
  const shown: Record<string, unknown> = {};
  let count = 0;
  for (const key in value) {
    if (count++ === SHOWN) break;
    shown[cut(key)] = summary((value as Record<string, unknown>)[key], true);
  }
  return shown;
}

/** Characters of a library's message about a caller's text. */
const LONGEST_MESSAGE = 400;

/** A library's message with quoted texts cut, and itself cut, in time linear in its length; what it cannot show is escaped, but lines. */
export function cutMessage(message: string): string {
  const parts = message.split('"');
  // Text between two quotation marks is at an odd index.
  const short = parts.map((part, i) => (i % 2 === 1 && i < parts.length - 1 ? cut(part) : part)).join('"');
  return cut(
    cut(short, LONGEST_MESSAGE).replace(UNREADABLE, (sign) => (sign === '\n' ? sign : escaped(sign))),
    LONGEST_MESSAGE,
  );
}
