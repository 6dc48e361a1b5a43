import { headingOf } from '../../../domain/text/text.ts';
import { FIRST_ROW, type HeadingPlace, joinedHeadings } from '../read/heading-rows.ts';
import { headingsOf } from '../read/headings.ts';
import { usualWidth } from '../read/peek.ts';

/** Rows of headings and titles are looked for in so many rows. */
const LOOKED_AT = 12;
const filled = (row: readonly string[]): number => row.filter((value) => value.trim() !== '').length;

/** What SurveyMonkey writes below a question. */
const KINDS_OF_ANSWER =
  /^(?:response|open-ended response|other \(please specify\)|antwort|offene antwort|réponse|respuesta|resposta|risposta)$/i;
const IMPORT_ID = /^\{\s*"ImportId"/;

/** Where the headings of a table are: below titles, and of several rows in exports of some survey tools. */
export function headingPlace(rows: readonly (readonly string[])[]): HeadingPlace {
  const first = rows.slice(0, LOOKED_AT);
  const technical = first.findIndex((row) => row.some((value) => IMPORT_ID.test(value)));
  if (technical > 0) return { after: Math.max(0, technical - 2), rows: Math.min(3, technical + 1) };
  const width = usualWidth(rows.slice(1)).width;
  let after = 0;
  // A title is one value, or two, above a table that is wider.
  while (
    after < first.length - 2 &&
    width >= 3 &&
    filled(first[after] ?? []) <= Math.max(1, Math.floor(width / 3))
  ) {
    after += 1;
  }
  if (after >= first.length - 2) return FIRST_ROW;
  return { after, rows: hasSecondRow(rows, after) ? 2 : 1 };
}

/** The questions in the second row of headings, by the names in the first. */
export function questionsOf(
  rows: readonly (readonly string[])[],
  { after, rows: height }: HeadingPlace,
): Map<string, string> {
  if (height < 3) return new Map();
  const { names } = headingsOf(joinedHeadings(rows.slice(after, after + height)));
  return new Map(names.map((name, index) => [name, headingOf(rows[after + 1]?.[index] ?? '')]));
}

/** The zone that the technical row of Qualtrics names. */
export function zoneOfHeadings(rows: readonly (readonly string[])[]): string | null {
  for (const value of rows.slice(0, LOOKED_AT).flat()) {
    const zone = IMPORT_ID.test(value)
      ? /"timeZone"\s*:\s*"([A-Za-z_]+(?:\/[A-Za-z_+-]+)*)"/.exec(value)?.[1]
      : undefined;
    if (zone !== undefined) return zone === 'Z' ? 'UTC' : zone;
  }
  return null;
}

/** Whether the row after the headings goes on with them: it has values where they have none, or kinds of answers, and none in most columns that all other rows fill. */
function hasSecondRow(rows: readonly (readonly string[])[], at: number): boolean {
  const [upper = [], lower = []] = [rows[at], rows[at + 1]];
  const others = rows.slice(at + 2);
  if (others.length === 0) return false;
  const values = lower.map((value) => value.trim()).filter((value) => value !== '');
  if (values.length === 0 || values.some((value) => /^[\d.,:/-]+$/.test(value))) return false;
  const always = upper.flatMap((_, index) =>
    others.every((row) => (row[index] ?? '').trim() !== '') ? [index] : [],
  );
  const isEmptyThere = always.filter((index) => (lower[index] ?? '').trim() === '').length;
  const fillsGaps = upper.some((value, index) => value.trim() === '' && (lower[index] ?? '').trim() !== '');
  const isKind = values.some((value) => KINDS_OF_ANSWER.test(value));
  return always.length > 0 && isEmptyThere >= Math.ceil(always.length / 2) && (fillsGaps || isKind);
}
