import type { Fact, FactSheet } from '../../agents/narrator/fact.ts';
import { type Quote, quoteOf, withQuotes } from '../../agents/narrator/quote.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import { calledThemes } from '../../scoring/predict.ts';
import { readResponses } from '../../store/responses/responses.ts';
import type { ApiContext, Masked } from '../context.ts';
import { mayRelease } from '../masking.ts';
import { predictionOf } from './predictions.ts';

/** The newest answers that are searched for quotes. */
export const MOST_QUOTED_FROM = 250;

/**
 * Adds to each theme of a sheet the words of the newest answer that names it and counts in its direction: of a detractor where the
 * theme lowers the score, else of a promoter. Comments that the caller may not read are not looked at; those quoted are released.
 */
export async function addQuotes(
  context: ApiContext,
  sheet: FactSheet,
  { segment, window }: { readonly segment: Segment; readonly window: TimeRange },
  path: Masked['path'],
): Promise<FactSheet> {
  const { deps, caller } = context;
  const themes = sheet.facts.filter(({ kind }) => kind === 'THEME');
  if (themes.length === 0 || caller.scope.grant('readComment') === 'none') return sheet;
  const rows = await readResponses(deps, caller.scope, {
    segment,
    from: new Date(window.from),
    to: new Date(window.until),
    first: MOST_QUOTED_FROM - 1,
    after: null,
    needs: ['readComment', 'readPrediction'],
  });
  await context.predictions.loadMany(rows.map(({ id }) => id));
  const quotes: Quote[] = [];
  for (const row of rows) {
    const text = row.comment === null ? null : quoteOf(row.comment);
    const wanted = themes.filter((theme) => wantedClass(theme) === row.class && !isQuoted(theme, quotes));
    if (text === null || wanted.length === 0) continue;
    const found = await predictionOf(row, context);
    if (!found) continue;
    const called = calledThemes(found.model, found, deps.themePrecision);
    const names = found.model.themes.flatMap(({ name }, i) => (called[i] ? [name] : []));
    const theme = wanted.flatMap((fact) => fact.names).find((name) => names.includes(name));
    if (theme !== undefined && mayRelease(context, 'comment', row, path))
      quotes.push({ theme, responseId: row.id, text });
  }
  return withQuotes(sheet, quotes);
}

const wantedClass = ({ numbers }: Fact) => ((numbers['contribution'] ?? 0) < 0 ? 0 : 2);
const isQuoted = ({ names }: Fact, quotes: readonly Quote[]) =>
  quotes.some(({ theme }) => names.includes(theme));
