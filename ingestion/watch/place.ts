import { z } from 'zod';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { type FileMap, parseFileMap } from '../files/map/file-map.ts';
import { readChecked } from '../files/map/map-mistakes.ts';
import type { ConnectionReader, Connector } from '../webhooks/connector.ts';
import { mappedReader } from '../webhooks/mapped-reader.ts';

/** A file in a folder or bucket. */
export interface FoundFile {
  /** Within the place. */
  readonly path: string;
  /** Changes with the content. */
  readonly version: string;
  readonly bytes: number;
}

/** A folder or a bucket that files appear in. */
export interface FilePlace {
  /** How often it is looked at, in milliseconds; absent: each time. */
  readonly everyMs?: number;
  /**
   * The files that are there now, except those that are hidden, empty, or still being written by their name.
   * @throws PlaceError
   */
  list(): Promise<FoundFile[]>;
  /**
   * Where the content of a file is read, on this machine.
   * @param folder where a copy may be made; it is removed after the import
   * @throws PlaceError
   */
  fetch(file: FoundFile, folder: string): Promise<string>;
}

/** The place cannot be listed, or a file not read; the message says what would be right. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError';
  /** The same file is read again at the next look, without a change. */
  readonly passes: boolean;

  constructor(message: string, { passes = false }: { readonly passes?: boolean } = {}) {
    super(message);
    this.passes = passes;
  }
}

/** Files of a place that are followed. */
export const MOST_FILES = 10_000;

export const tooMany = (): PlaceError =>
  new PlaceError(`there are more than ${MOST_FILES} files; move those that were imported away`);

/** Written by programs beside the files that are meant. */
const NOT_MEANT = /^[._~]|\.(?:tmp|temp|part|partial|crdownload|swp)$/i;

/** Whether a file by that name is one that is meant. */
export const isMeant = (name: string): boolean => name !== '' && !NOT_MEANT.test(name);

/** A reader of the rows of files in a place. */
export interface PlaceReader<Settings> extends ConnectionReader {
  readonly source: string;
  readonly settings: Settings;
  readonly map: FileMap;
}

/** The connector of a place; its mapping has the settings of `shape`, and the map of the files there. */
export const placeConnector = <Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  secret: Connector['secret'],
): Connector & {
  reader(mapping: unknown, dimensions: readonly Dimension[]): PlaceReader<SettingsOf<Shape>>;
} => ({
  name,
  path: '',
  secret,
  reader: (mapping, dimensions) => placeReader(name, shape, mapping, dimensions),
});

type SettingsOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape, z.core.$strict>>;

/** Parts of a map about the bytes of a file, which a row has not. */
const OF_BYTES = new Set(['encoding', 'separator']);

/**
 * The reader for a mapping of a place: its settings, and the map of its files.
 * @throws InvalidMapError
 */
function placeReader<Shape extends z.ZodRawShape>(
  connector: string,
  shape: Shape,
  mapping: unknown,
  dimensions: readonly Dimension[],
): PlaceReader<SettingsOf<Shape>> {
  const whole = z.strictObject({ ...shape, map: z.record(z.string(), z.unknown()) });
  const { map: declared, ...settings } = readChecked(whole, mapping, dimensions.length) as {
    map: Record<string, unknown>;
  };
  const map = parseFileMap(declared, dimensions);
  const ofRows = Object.fromEntries(Object.entries(declared).filter(([name]) => !OF_BYTES.has(name)));
  const reader = mappedReader(connector, {}, ofRows, dimensions);
  return {
    ...reader,
    source: map.source,
    map,
    settings: settings as SettingsOf<Shape>,
  };
}
