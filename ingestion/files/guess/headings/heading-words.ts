/** What headings of one language say, by meaning; letters are folded (`fold` in ../../dates/fold.ts). A word stands for itself, several for a phrase. */
export interface HeadingWords {
  readonly id?: readonly string[];
  /** Ids of answers, not of people. */
  readonly strongId?: readonly string[];
  readonly answered?: readonly string[];
  readonly date?: readonly string[];
  /** Dates of something else. */
  readonly otherDate?: readonly string[];
  readonly revision?: readonly string[];
  readonly recommend?: readonly string[];
  readonly score?: readonly string[];
  /** Small numbers that are no answers. */
  readonly count?: readonly string[];
  readonly comment?: readonly string[];
  readonly respondent?: readonly string[];
  /** By field of the default dimensions; another dimension is found by its own name. */
  readonly dimensions?: Readonly<Record<string, readonly string[]>>;
}
