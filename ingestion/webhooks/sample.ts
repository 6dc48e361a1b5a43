import { cutAtGrapheme } from '../../domain/text/text.ts';
import type { Connector } from './connector.ts';

/** A value of an item, under the path that a mapping names it by. */
export interface SampleField {
  readonly path: string;
  /** As a text, cut. */
  readonly value: string;
}

const MOST_FIELDS = 500;
const DEEPEST = 20;
const LONGEST_VALUE = 200;

/** The values of an item that a mapping of the connector can name, in their order; blank ones are left out. */
export function sampleFields(
  { view = (item) => item }: Pick<Connector, 'view'>,
  item: unknown,
): SampleField[] {
  const fields: SampleField[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    if (fields.length === MOST_FIELDS || path.length > DEEPEST) return;
    if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) walk(part, [...path, name]);
      return;
    }
    const text = value === null || value === undefined ? '' : String(value);
    if (path.length > 0 && text.trim() !== '')
      fields.push({ path: path.join('.'), value: cutAtGrapheme(text, LONGEST_VALUE) });
  };
  walk(view(item), []);
  return fields;
}
