import type { FieldGroup } from '../../domain/access/scope.ts';
import { folded } from '../../domain/text/did-you-mean.ts';
import { quoted } from '../../domain/text/text.ts';
import { SENTIMENTS } from '../../scoring/model.ts';
import { calledThemes } from '../../scoring/predict.ts';
import {
  type ResponseCursor,
  type ResponseOrder,
  type ResponseQuery,
  type ResponseRow,
  readResponses,
} from '../../store/responses/responses.ts';
import { type ApiContext, giveBack, type Masked } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { mayReadSome, mayRelease } from '../masking.ts';
import type { ListPage } from './connection.ts';
import { predictionOf } from './predictions.ts';

/** The arguments of `responses` that choose among the responses of a segment and time. */
export interface FilterArguments {
  readonly class?: readonly string[] | null | undefined;
  readonly themes?: readonly string[] | null | undefined;
  readonly sentiment?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly text?: string | null | undefined;
}

/** One condition: which field group it reads, and which rows it keeps. */
interface Condition {
  readonly needs: FieldGroup | null;
  readonly keeps: (row: ResponseRow, context: ApiContext) => boolean | Promise<boolean>;
}

export interface ResponsePage extends ListPage<ResponseRow> {
  readonly order: ResponseOrder;
  /** The time of the last response that was looked at, if not all were; null: the page is whole. */
  readonly searchedTo: Date | null;
}

/** Responses that are read at a time, and at most for one page. */
const BLOCK = 250;
export const MOST_SEARCHED = 2_000;
/** Responses that are read, decrypted and compared for one point. */
const SEARCHED_A_POINT = 2;
const CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;

const FILTERS = ['class', 'themes', 'sentiment', 'sources', 'text'] as const;
const isFiltered = (args: Readonly<Record<string, unknown>>) =>
  FILTERS.some((name) => args[name] !== undefined && args[name] !== null);

/** A page, and where a filter is given the responses that it may look at. */
export const RESPONSES_COST: FieldCost & { unused(searched: number): number } = {
  points: (args, inside) => {
    const first = typeof args['first'] === 'number' && args['first'] > 0 ? args['first'] : 0;
    return 5 + first * (0.1 + inside) + (isFiltered(args) ? MOST_SEARCHED / SEARCHED_A_POINT : 0);
  },
  unused: (searched) => (MOST_SEARCHED - searched) / SEARCHED_A_POINT,
  says:
    '5, and 0.1 and what is asked inside for each of `first`; with class, themes, sentiment, sources or text ' +
    `${MOST_SEARCHED / SEARCHED_A_POINT} more, of which only 1 for every ${SEARCHED_A_POINT} responses searched is charged in the end`,
};

/**
 * The conditions of the arguments.
 * @throws ForbiddenError where the caller may not read what a filter reads: its result would show it.
 */
async function conditionsOf(args: FilterArguments, context: ApiContext): Promise<Condition[]> {
  const conditions: Condition[] = [];
  const { class: classes, themes, sentiment, sources, text } = args;
  if (classes)
    conditions.push({
      needs: null,
      keeps: (row) => row.class !== null && classes.includes(CLASSES[row.class]),
    });
  if (sources)
    conditions.push({
      needs: null,
      keeps: async (row) => sources.includes((await context.mappings.load(row.mappingVersionId)).source),
    });
  if (sentiment)
    conditions.push({
      needs: 'readPrediction',
      keeps: async (row) => {
        const found = await predictionOf(row, context);
        return found?.sentimentClass != null && sentiment.includes(SENTIMENTS[found.sentimentClass] ?? '');
      },
    });
  if (themes) conditions.push({ needs: 'readPrediction', keeps: (row) => namesOneOf(themes, row, context) });
  if (text !== undefined && text !== null)
    conditions.push({ needs: 'readComment', keeps: textCondition(text) });
  for (const { needs } of conditions)
    if (needs !== null && !mayReadSome(context, needs))
      throw new ForbiddenError(
        needs === 'readComment'
          ? 'text: this key may not read comments'
          : 'themes, sentiment: this key may not see predictions',
      );
  if (themes) await assertThemes(themes, context);
  return conditions;
}

async function assertThemes(themes: readonly string[], { deps }: ApiContext): Promise<void> {
  const { model } = await deps.scoring.model(null);
  const known = model.themes.map(({ name }) => name);
  const unknown = themes.find((one) => !known.includes(one));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`themes: ${quoted(unknown)} is not one of ${known.join(', ')}`);
}

async function namesOneOf(
  themes: readonly string[],
  row: ResponseRow,
  context: ApiContext,
): Promise<boolean> {
  const found = await predictionOf(row, context);
  if (!found) return false;
  const called = calledThemes(found.model, found, context.deps.themePrecision);
  return found.model.themes.some(({ name }, i) => called[i] === true && themes.includes(name));
}

/** All words occur in the comment, whatever their case, accents and punctuation. */
function textCondition(text: string): Condition['keeps'] {
  const words = text.split(/\s+/).flatMap((word) => folded(word) || []);
  if (words.length === 0) throw new InvalidArgumentError('text: has no letters or digits to look for');
  return ({ comment }) => {
    if (comment === null) return false;
    const letters = folded(comment);
    return words.every((word) => letters.includes(word));
  };
}

/** Where a page that ends with the row is continued; a page of the other order begins elsewhere. */
export function cursorOf({ answeredAt, id }: ResponseRow, { order }: Pick<ResponsePage, 'order'>): string {
  const text = `${answeredAt.getTime()} ${id}${order === 'OLDEST' ? ' oldest' : ''}`;
  return Buffer.from(text).toString('base64url');
}

/** @throws InvalidArgumentError for a text that is not a cursor of this order. */
export function parseCursor(text: string | null | undefined, order: ResponseOrder): ResponseCursor | null {
  if (text === null || text === undefined) return null;
  const plain = Buffer.from(text, 'base64url').toString();
  const match = /^(-?\d{1,15}) ([0-9a-f-]{36})( oldest)?$/.exec(plain);
  if (!match?.[1] || !match[2]) throw new InvalidArgumentError('after: not a cursor of this list');
  const given = match[3] ? 'OLDEST' : 'NEWEST';
  if (given !== order)
    throw new InvalidArgumentError(
      `after: a cursor of the order ${given}, and this list has the order ${order}; pass the order of the page before, or no cursor`,
    );
  return { answeredAt: new Date(Number(match[1])), id: match[2] };
}

/**
 * A page of the first responses in the order that meet the conditions. Comments are encrypted under each person's key, so there is
 * no index over them: the responses that the caller may read are looked at one by one, at most `MOST_SEARCHED` for one
 * page (decision 0086). `endCursor` continues where it ended. A comment that is found by its text counts as read.
 */
export async function searchResponses(
  context: ApiContext,
  query: ResponseQuery & { readonly order: ResponseOrder },
  args: FilterArguments,
  path: Masked['path'],
): Promise<ResponsePage> {
  const { deps, caller } = context;
  const { first, order } = query;
  const conditions = await conditionsOf(args, context);
  if (conditions.length === 0) {
    const rows = await readResponses(deps, caller.scope, query);
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first, order, searchedTo: null };
  }
  const needs = conditions.flatMap((one) => one.needs ?? []);
  const found: ResponseRow[] = [];
  let after: ResponseCursor | null = query.after;
  let last: ResponseRow | undefined;
  let searched = 0;
  let isAll = false;
  while (found.length <= first && searched < MOST_SEARCHED && !isAll) {
    const block = await readResponses(deps, caller.scope, { ...query, needs, first: BLOCK, after });
    isAll = block.length <= BLOCK;
    const rows = block.slice(0, BLOCK);
    const kept = await Promise.all(rows.map((row) => keepsAll(conditions, row, context)));
    found.push(...rows.filter((_, i) => kept[i]));
    searched += rows.length;
    last = rows.at(-1) ?? last;
    after = last ?? after;
  }
  giveBack(context, RESPONSES_COST.unused(Math.min(searched, MOST_SEARCHED)));
  const rows = found.slice(0, first);
  if (args.text != null) for (const row of rows) mayRelease(context, 'comment', row, path);
  if (found.length > first) return { rows, hasNextPage: true, order, searchedTo: null };
  if (isAll || !last) return { rows, hasNextPage: false, order, searchedTo: null };
  const endCursor = cursorOf(last, { order });
  return { rows, hasNextPage: true, order, endCursor, searchedTo: last.answeredAt };
}

async function keepsAll(
  conditions: readonly Condition[],
  row: ResponseRow,
  context: ApiContext,
): Promise<boolean> {
  for (const { keeps } of conditions) if (!(await keeps(row, context))) return false;
  return true;
}
