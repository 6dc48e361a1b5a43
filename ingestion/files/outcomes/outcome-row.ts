import { quoted } from '../../../domain/text/text.ts';
import { type Outcome, rejected } from '../../pipeline/outcome.ts';
import { blankToNull, dimensionOf, externalIdOf, type RowValues, revisionOf, textOf } from '../file-row.ts';
import { timeOf } from '../map/map-time.ts';
import type { OutcomeMap } from './outcome-map.ts';

/** One row of a file as an item of POST /ingest/outcomes, or its rejection. */
export function itemFromRow(map: OutcomeMap, values: RowValues): { readonly item: object } | Outcome {
  const externalId = externalIdOf(map, values);
  if (externalId === null)
    return rejected('MISSING', `externalId: the column ${quoted(map.externalId)} is blank in this row`);
  const time = textOf(values, map.at.column).trim();
  if (time === '' || map.at.missing.includes(time))
    return rejected(
      'INVALID_TIME',
      `at: the column ${quoted(map.at.column)} has no date; an outcome needs its date`,
    );
  const at = timeOf('at', map.at, time);
  if ('status' in at) return at;
  const revision = revisionOf(map, values);
  if (revision && 'status' in revision) return revision;
  const { kind, amount, currency, quantity, name, owner, agent } = map.outcomes;
  const count = columnOf(quantity, values);
  if (count !== null && !/^\d{1,16}$/.test(count))
    return rejected('INVALID', `quantity: ${quoted(count)} is not a whole number`);
  const sum = columnOf(amount?.column, values);
  const item = {
    externalId,
    source: map.source,
    kind: dimensionOf(kind, values) ?? '',
    at: at.at.toISOString(),
    respondent: columnOf(map.respondent, values),
    account: columnOf(map.account, values),
    amount: sum === null ? null : plainAmount(sum, amount?.decimal ?? '.'),
    currency: currency ? dimensionOf(currency, values) : null,
    quantity: count === null ? null : Number(count),
    name: name ? dimensionOf(name, values) : null,
    owner: columnOf(owner, values),
    agent: columnOf(agent, values),
    ...(revision?.kind === 'number' ? { revision: revision.value } : {}),
    ...(revision?.kind === 'time' ? { updatedAt: new Date(revision.value).toISOString() } : {}),
    segmentValues: Object.fromEntries(
      Object.entries(map.dimensions).map(([field, rule]) => [field, dimensionOf(rule, values)]),
    ),
  };
  // What a row leaves blank is absent, so that the same outcome is the same item by every route.
  return { item: Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)) };
}

const GROUPED = /^\d{1,3}(?:[.,' \u00a0\u202f\u2019]\d{3})+$/;

/** The amount as the ingest step reads it; unchanged where it is written in another way, which is then refused. */
function plainAmount(text: string, decimal: '.' | ','): string {
  const [whole = '', fraction, ...more] = text.split(decimal);
  if (more.length > 0) return text;
  const digits = GROUPED.test(whole) ? whole.replace(/\D/g, '') : whole;
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

const columnOf = (column: string | undefined, values: RowValues): string | null =>
  column === undefined ? null : blankToNull(textOf(values, column));
