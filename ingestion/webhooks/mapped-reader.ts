import type { Dimension } from '../../domain/segments/dimensions.ts';
import { quoted } from '../../domain/text/text.ts';
import { textOf as columnText, draftFromRow, isWanted, type RowValues } from '../files/file-row.ts';
import { columnsOf, type FileMap, parseFileMap } from '../files/map/file-map.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { BadItem } from '../pipeline/read-items.ts';
import type { ConnectionReader } from './connector.ts';
import { signReader } from './mapped-signs.ts';

/** What a vendor's items always have, in the form of a map: a connection's mapping overrides it. */
export type MapDefaults = Readonly<Record<string, unknown>>;

/** Parts of a path. */
const DEEPEST = 20;
/** Parts of a map about the bytes of a file. */
const OF_FILES = ['encoding', 'separator'];

/**
 * The reader for a mapping over the paths of a vendor's JSON: a file's map (docs/guides/imports.md) whose columns are paths such as
 * "data.nps" or "answers.0.value". `view` gives an item the form that paths read, where the vendor's own has no stable paths; the item
 * itself is stored.
 * @throws InvalidMapError
 */
export function mappedReader(
  connector: string,
  defaults: MapDefaults,
  mapping: unknown,
  dimensions: readonly Dimension[],
  view: (item: unknown) => unknown = (item) => item,
): ConnectionReader {
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping))
    throw new InvalidMapError('mapping: must be a JSON object');
  const strange = OF_FILES.filter((name) => Object.hasOwn(mapping, name));
  if (strange.length > 0) throw new InvalidMapError(`${strange.join(', ')}: is for files; leave it out`);
  // How an answer was given is no part of what it says: it is neither stored nor in the provenance.
  const { signs: declared, ...answer } = { signs: undefined, ...defaults, ...mapping };
  const map = parseFileMap(answer, dimensions);
  const signs = signReader(declared, dimensions.length);
  const answerPaths = pathsOf(columnsOf(map));
  const paths = [...answerPaths, ...pathsOf(signs.columns)];
  return {
    source: map.source,
    sourceOf: () => map.source,
    read: (item, position) => {
      if (item instanceof BadItem) return item.outcome;
      const viewed = view(item);
      const values = textsAt(viewed, paths);
      // Not answered yet, or never: vendors deliver a response from its first question on, and who was asked or opted out.
      if (!isWanted(map, values) || !isAnswered(map, values)) return null;
      const misplaced = objectAt(viewed, answerPaths);
      if (misplaced) return misplaced;
      const draft = draftFromRow(map, values, position, { connector, raw: JSON.stringify(item) });
      return 'status' in draft ? draft : { ...draft, signs: signs.read(values) };
    },
  };
}

/** A path as it is written, and its parts. */
export type Path = readonly [string, readonly string[]];

/**
 * The paths that a map reads.
 * @throws InvalidMapError for one that is too deep
 */
export function pathsOf(columns: readonly string[]): readonly Path[] {
  const paths = columns.map((path) => [path, path.split('.', DEEPEST + 1)] as const);
  const tooDeep = paths.find(([, parts]) => parts.length > DEEPEST);
  if (tooDeep) throw new InvalidMapError(`mapping: a path has more than ${DEEPEST} parts`);
  return paths;
}

/** What stands at the paths of an item, in the form of a file's row. */
export const textsAt = (item: unknown, paths: readonly Path[]): RowValues =>
  Object.fromEntries(paths.map(([path, parts]) => [path, textOf(valueAt(item, parts))]));

/** Whether there is a score or a comment; without one the item needs no date either. */
const isAnswered = ({ score, comment }: FileMap, values: RowValues): boolean =>
  [score?.column ?? [], comment ?? []].flat().some((column) => columnText(values, column).trim() !== '');

/** The value at a path. A key may contain dots itself: the longest existing key is used. */
function valueAt(value: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (let taken = parts.length; taken > 0; taken--) {
    const key = parts.slice(0, taken).join('.');
    if (Object.hasOwn(value, key))
      return valueAt((value as Record<string, unknown>)[key], parts.slice(taken));
  }
  return undefined;
}

/** The rejection of an item that has an object where the mapping expects a value: as JSON text it would become a segment or an id. */
function objectAt(item: unknown, paths: readonly Path[]): Outcome | null {
  for (const [path, parts] of paths) {
    const value = valueAt(item, parts);
    const objects = [value]
      .flat(Number.POSITIVE_INFINITY)
      .filter((one) => typeof one === 'object' && one !== null);
    if (objects.length === 0) continue;
    const [key] = Array.isArray(value) ? [] : Object.keys(objects[0] as object);
    const right = key === undefined ? 'a value' : `one of its fields, such as ${quoted(`${path}.${key}`)}`;
    return rejected(
      'INVALID',
      `item: ${quoted(path)} is ${Array.isArray(value) ? 'a list of objects' : 'an object'}; map ${right}`,
    );
  }
  return null;
}

/** A value in the form of a file's column; the texts of a list are joined. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value))
    return value
      .map(textOf)
      .filter((text) => text !== '')
      .join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
