import { createHash } from 'node:crypto';
import { type ScaleRule, scaleKey } from '../../domain/nps/scale.ts';
import type { Revision } from '../../domain/responses/newer.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import { cut, quoted } from '../../domain/text/text.ts';
import { readWritten } from '../../domain/text/written-number.ts';
import type { ResponseDraft } from '../pipeline/draft.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import type { ReadTime } from './dates/read-time.ts';
import { type FileMap, storedColumnsOf } from './map/file-map.ts';
import { readNumber } from './map/map-revision.ts';
import { namedScale } from './map/map-scale.ts';
import { timeOf } from './map/map-time.ts';

export type RowValues = Readonly<Record<string, string>>;

/** Whether the map's filter accepts the row; the others are counted, not rejected. */
export function isWanted({ where }: Pick<FileMap, 'where'>, values: RowValues): boolean {
  return Object.entries(where).every(([column, wanted]) => wanted.includes(textOf(values, column)));
}

/** What a row is of, where it is not of a file: the connector, and the item as it arrived. */
export interface RowOrigin {
  readonly connector: string;
  readonly raw: string;
}

/** One row of a file as a draft, or its rejection. `position` names the row in the lineage. */
export function draftFromRow(
  map: FileMap,
  values: RowValues,
  position: string,
  origin?: RowOrigin,
): ResponseDraft | Outcome {
  const externalId = externalIdOf(map, values);
  if (externalId === null) {
    return rejected('MISSING', `externalId: the column ${quoted(map.externalId)} is blank in this row`);
  }
  const answeredAt = answeredAtOf(map, values);
  if ('status' in answeredAt) return answeredAt;
  const revision = revisionOf(map, values);
  if (revision && 'status' in revision) return revision;
  const scale = scaleOf(map, values);
  if (typeof scale === 'string') return rejected('OUT_OF_SCALE', scale);
  const score = map.score ? scoreOf(map.score, values, scale) : null;
  const comment = [map.comment ?? []]
    .flat()
    .map((column) => textOf(values, column).trim())
    .filter((text) => text !== '')
    .join('\n');
  return {
    externalId,
    respondent: map.respondent ? blankToNull(textOf(values, map.respondent)) : null,
    account: map.account ? blankToNull(textOf(values, map.account)) : null,
    answeredAt: answeredAt.at,
    revision,
    score,
    comment: comment === '' ? null : comment,
    dimensions: Object.fromEntries(
      Object.entries(map.dimensions).map(([field, rule]) => [field, dimensionOf(rule, values)]),
    ),
    ...attributesOf(map, values),
    mapping: mappingOf(map, scale, origin?.connector ?? 'file'),
    position,
    ...(map.question ? { question: blankToNull(textOf(values, map.question)) } : {}),
    raw: origin?.raw ?? JSON.stringify(values),
    kept: keptOf(map, values),
    ...(answeredAt.note ? { notes: [answeredAt.note] } : {}),
  };
}

/** What the row has for segment rules. */
function attributesOf({ attributes }: FileMap, values: RowValues): Pick<ResponseDraft, 'attributes'> {
  const found = Object.entries(attributes).flatMap(([name, rule]) => {
    const value = dimensionOf(rule, values);
    return value === null ? [] : [[name, value] as const];
  });
  return found.length === 0 ? {} : { attributes: Object.fromEntries(found) };
}

/** The columns that the map names, without blank ones: what it does not name is never stored. */
function keptOf(map: FileMap, values: RowValues): string {
  const named = [...new Set(storedColumnsOf(map))].map((column) => [column, textOf(values, column)] as const);
  return JSON.stringify(Object.fromEntries(named.filter(([, text]) => text !== '')));
}

/** The row's id; null where it is blank. */
export function externalIdOf({ externalId }: Pick<FileMap, 'externalId'>, values: RowValues): string | null {
  if (typeof externalId === 'string') return blankToNull(textOf(values, externalId));
  // As JSON, so that ["a", "bc"] and ["ab", "c"] differ.
  const content = JSON.stringify(externalId.hash.map((column) => textOf(values, column)));
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** A column of the row; blank if absent. */
export function textOf(values: RowValues, column: string): string {
  return Object.hasOwn(values, column) ? (values[column] ?? '') : '';
}

function answeredAtOf(map: FileMap, values: RowValues): ReadTime | Outcome {
  const { column, missing } = map.answeredAt;
  const text = textOf(values, column).trim();
  if (text === '')
    return rejected(
      'INVALID_TIME',
      `answeredAt: the column ${quoted(column)} is blank; every response needs its date`,
    );
  if (missing.includes(text)) {
    const message = `answeredAt: ${quoted(text)} means missing here; every response needs the date it was answered`;
    return rejected('INVALID_TIME', message);
  }
  return timeOf('answeredAt', map.answeredAt, text);
}

/** The answer, with its number in the form that the scale reads, if the map declares how it is written. */
function scoreOf({ column, written }: NonNullable<FileMap['score']>, values: RowValues, scale: ScaleRule) {
  const text = blankToNull(textOf(values, column));
  if (text === null || written === undefined || scale.kind !== 'range') return text;
  return readWritten([written].flat(), text) ?? text;
}

/** The row's revision; null if it has none. */
export function revisionOf(
  { revision: rule }: Pick<FileMap, 'revision'>,
  values: RowValues,
): Revision | Outcome | null {
  const text = rule ? textOf(values, rule.column).trim() : '';
  if (!rule || text === '') return null;
  if (!('zone' in rule)) return readNumber(rule, text);
  if (rule.missing.includes(text)) return null;
  const read = timeOf('revision', rule, text);
  return 'status' in read ? read : { kind: 'time', value: read.at.getTime() };
}

/** The rule for the row's score, or why there is none. */
function scaleOf({ score }: FileMap, values: RowValues): ScaleRule | string {
  if (!score) return namedScale('0-10');
  const { scale } = score;
  if (typeof scale === 'string' || 'kind' in scale) return namedScale(scale);
  const given = textOf(values, scale.by);
  const chosen = Object.hasOwn(scale.when, given) ? scale.when[given] : undefined;
  if (chosen) return namedScale(chosen);
  const known = Object.keys(scale.when)
    .slice(0, 10)
    .map((value) => cut(value, 40))
    .join(', ');
  return `score: the map declares no scale for ${cut(scale.by, 40)} = ${quoted(given)}; it does for ${known}`;
}

const mappings = new WeakMap<FileMap, Map<string, MappingVersion>>();

/** One mapping version per scale rule of the map, because the rule decides the response's class. */
function mappingOf(map: FileMap, scale: ScaleRule, connector: string): MappingVersion {
  const known = mappings.get(map) ?? new Map<string, MappingVersion>();
  mappings.set(map, known);
  const key = scaleKey(scale);
  const mapping = known.get(key) ?? {
    source: map.source,
    connector,
    survey: map.survey,
    scale,
    definition: map.declared,
  };
  known.set(key, mapping);
  return mapping;
}

/** The value of a dimension, or of another text that a map reads like one. */
export function dimensionOf(rule: FileMap['dimensions'][string], values: RowValues): string | null {
  if ('value' in rule) return rule.value;
  const given = textOf(values, rule.column).trim();
  const named = rule.values && Object.hasOwn(rule.values, given) ? rule.values[given] : undefined;
  return named ?? (given === '' ? null : given) ?? rule.default ?? null;
}

/** The text without surrounding blanks; null where there is nothing in it. */
export function blankToNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
