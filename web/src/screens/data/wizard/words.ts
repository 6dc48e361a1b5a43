import type { Role } from '../upload-client.ts';

/** What people call each role of a column. */
export const ROLE_WORDS: Readonly<Record<Role | 'none', string>> = {
  none: 'Not imported',
  externalId: 'Answer ID',
  answeredAt: 'Date of the answer',
  score: 'Score',
  comment: 'Comment',
  respondent: 'Respondent',
  revision: 'Revision',
  dimension: 'Dimension',
};

export const CERTAINTY_WORDS = { certain: 'Certain', likely: 'Likely', doubtful: 'Please check' } as const;

/** Scales that a map may name. */
export const SCALES: readonly (readonly [string, string])[] = [
  ['0-10', '0 to 10'],
  ['1-10', '1 to 10'],
  ['1-5', '1 to 5 (5 promoter, 4 passive)'],
  ['1-7', '1 to 7 (7 promoter, 6 passive)'],
  ['recommend', 'Yes or no'],
];

export const FORMATS = [
  'iso',
  'dd/MM/yyyy HH:mm',
  'MM/dd/yyyy HH:mm',
  'dd.MM.yyyy HH:mm',
  'dd/MM/yyyy',
  'MM/dd/yyyy',
  'M/d/yyyy h:mm a',
  'epoch-seconds',
  'epoch-milliseconds',
  'excel-day',
];

const REASONS: Readonly<Record<string, string>> = {
  INVALID: 'not in the form of an answer',
  MISSING: 'a needed value is blank',
  OUT_OF_SCALE: 'the score is not on the scale',
  INVALID_TIME: 'the date cannot be read',
  IN_THE_FUTURE: 'answered in the future',
  TOO_LONG: 'a value is too long',
  STALE: 'older than what is stored',
  INCOMPARABLE: 'the revision is of another kind than before',
  ERASED: 'erased for its respondent',
  UNREADABLE: 'the row cannot be read',
  FORBIDDEN: 'outside of what you may import',
  NO_CELL: 'no room for this combination of values',
  TOO_MANY_SOURCES: 'too many sources',
  TOO_MANY_SURVEYS: 'too many surveys',
  TOO_MANY_MAPPINGS: 'too many maps',
};

/** A rejection's code in words. */
export const reasonWords = (code: string): string => REASONS[code] ?? code;

/** The text with a stop. */
export const stopped = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** The text as a sentence: with a capital letter and a stop. */
export const sentence = (text: string): string => stopped(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);

const FIELDS: Readonly<Record<string, string>> = {
  answeredAt: 'Date',
  score: 'Score',
  externalId: 'Answer ID',
  comment: 'Comment',
  respondent: 'Respondent',
  account: 'Account',
  revision: 'Revision',
};

/** The name of a field that people know; a dimension keeps its own. */
export const fieldWords = (field: string): string => FIELDS[field] ?? field;

/** A message of the server about a row, with the name of the field that people know. */
export function rowWords(message: string): string {
  const [, field = '', rest = ''] = /^(\w+): ([\s\S]*)$/.exec(message) ?? [];
  return field in FIELDS ? `${FIELDS[field]}: ${rest}` : sentence(message);
}

/** "CSV, separated by semicolons, UTF-8". */
export function formWords(readAs: {
  readonly format: string;
  readonly separator: string | null;
  readonly sheet: string | null;
  readonly within: string | null;
  readonly encoding: string;
  readonly encodingFrom: string;
}): string {
  const { format, separator, sheet, within, encoding, encodingFrom } = readAs;
  if (format === 'Parquet') return format;
  if (format === 'XLSX') return `Excel workbook, sheet “${sheet ?? ''}”`;
  const guessed = encodingFrom === 'guess' ? ' (guessed)' : '';
  const parts = [
    format,
    separator === null ? '' : `separator ${separator}`,
    within === null ? '' : `in the field ${within}`,
    `${encoding.toUpperCase()}${guessed}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
