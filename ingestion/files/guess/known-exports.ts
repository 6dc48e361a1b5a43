import { wordsOf } from './words.ts';

/** What a column of a known export is. */
export type KnownRole =
  | 'externalId'
  | 'answeredAt'
  | 'score'
  | 'comment'
  | 'respondent'
  | 'revision'
  | 'none';

/** An export of a survey tool, as its columns show it. */
export interface KnownExport {
  readonly name: string;
  /** Headings that all such exports have. */
  readonly has: readonly string[];
  /** What its own columns are; those of the questions are found by their values. */
  readonly roles: Readonly<Record<string, KnownRole>>;
  /** The zone of its times. */
  readonly zone?: string;
}

const KNOWN: readonly KnownExport[] = [
  {
    name: 'Qualtrics',
    has: ['StartDate', 'EndDate', 'RecordedDate', 'ResponseId'],
    roles: {
      ResponseId: 'externalId',
      RecordedDate: 'answeredAt',
      RecipientEmail: 'respondent',
      StartDate: 'none',
      EndDate: 'none',
      Progress: 'none',
      Finished: 'none',
      'Duration (in seconds)': 'none',
      LocationLatitude: 'none',
      LocationLongitude: 'none',
      IPAddress: 'none',
      Status: 'none',
    },
  },
  {
    name: 'SurveyMonkey',
    has: ['Respondent ID', 'Collector ID', 'Start Date', 'End Date'],
    roles: {
      'Respondent ID': 'externalId',
      'Collector ID': 'none',
      'End Date': 'answeredAt',
      'Start Date': 'none',
      'Email Address': 'respondent',
      'IP Address': 'none',
      'Date Created': 'none',
      'Date Modified': 'revision',
    },
  },
  {
    name: 'Typeform',
    has: ['#', 'Submit Date (UTC)'],
    roles: {
      '#': 'externalId',
      'Start Date (UTC)': 'none',
      'Submit Date (UTC)': 'answeredAt',
      'Network ID': 'none',
      'Stage Date (UTC)': 'none',
      'Response Type': 'none',
    },
    zone: 'UTC',
  },
  {
    name: 'Delighted',
    has: ['Response ID', 'Score', 'Comment', 'Person ID'],
    roles: {
      'Response ID': 'externalId',
      'Response created at': 'answeredAt',
      'Response updated at': 'revision',
      Score: 'score',
      Comment: 'comment',
      Email: 'respondent',
      'Person ID': 'none',
    },
  },
  {
    name: 'Delighted',
    has: ['Score', 'Comment', 'Survey sent at', 'Response created at'],
    roles: {
      'Response created at': 'answeredAt',
      'Survey sent at': 'none',
      Score: 'score',
      Comment: 'comment',
      Email: 'respondent',
    },
  },
  {
    name: 'Microsoft Forms',
    has: ['ID', 'Start time', 'Completion time'],
    roles: {
      ID: 'externalId',
      'Start time': 'none',
      'Completion time': 'answeredAt',
      Email: 'respondent',
      Name: 'none',
      'Last modified time': 'revision',
    },
  },
];

/** The first column of an export of Google Forms, in the languages of its sheets; the questions follow. */
const GOOGLE_TIMES = [
  'timestamp',
  'zeitstempel',
  'horodateur',
  'marca temporal',
  'carimbo de data hora',
  'informazioni cronologiche',
  'tijdstempel',
  'sygnatura czasowa',
  'タイムスタンプ',
  '时间戳记',
];

/** The survey tool that wrote a table with these headings, or null. */
export function knownExport(headings: readonly string[]): KnownExport | null {
  const words = new Set(headings.map(wordsOf));
  const known = KNOWN.find(({ has }) => has.every((heading) => words.has(wordsOf(heading))));
  if (known) return known;
  const [first = ''] = headings;
  const hasId = headings.some((heading) => / (?:id|uuid|token) /.test(wordsOf(heading)));
  if (headings.length > 1 && !hasId && GOOGLE_TIMES.includes(wordsOf(first).trim()))
    return { name: 'Google Forms', has: [first], roles: { [first]: 'answeredAt' } };
  return null;
}

/** What the column is in that export; undefined for a column of its questions. */
export function knownRole({ roles }: KnownExport, heading: string): KnownRole | undefined {
  const words = wordsOf(heading);
  return Object.entries(roles).find(([name]) => wordsOf(name) === words)?.[1];
}
