import type { CellAttributes } from './cell.ts';
import { type Dimension, valueIn } from './dimensions.ts';
import { patternOf } from './pattern.ts';
import { askedBy, type SegmentRule, type SegmentRules } from './segment-rules.ts';

/** What rules read of an answer. */
export interface SentAttributes {
  /** The dimensions as sent, by attribute (snake_case). */
  readonly dimensions: CellAttributes;
  /** The other attributes that the rules of its time asked for, as far as it had them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Which these are: of others nothing was kept. */
  readonly asked: readonly string[];
  /** The key of the cell that it had as sent, where rules moved it out of it. */
  readonly cell?: string;
}

/** Rules, ready to be applied. */
export interface CompiledRules {
  /** The attributes that they read besides dimensions. */
  readonly asked: readonly string[];
  /** The dimensions of an answer; the same object where nothing changes. */
  apply(sent: Pick<SentAttributes, 'dimensions' | 'attributes'>): CellAttributes;
}

/** The rules in force, with the number of their version. */
export interface RulesInForce extends CompiledRules {
  readonly version: number;
}

type Reader = (sent: Pick<SentAttributes, 'dimensions' | 'attributes'>) => string | undefined;

/** Compiles rules for the configured dimensions; the rules of dimensions that are configured no more are left out. */
export function compileRules(rules: SegmentRules, dimensions: readonly Dimension[]): CompiledRules {
  const attributeOf = new Map(dimensions.map(({ field, attribute }) => [field, attribute]));
  const readerOf = (name: string): Reader => {
    const attribute = attributeOf.get(name);
    if (attribute !== undefined) return (sent) => valueIn(sent.dimensions, attribute);
    return ({ attributes }) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
  };
  const ruled = dimensions.flatMap(({ field, attribute }) => {
    const list = Object.hasOwn(rules, field) ? rules[field] : undefined;
    return list ? [{ attribute, tests: list.map((one) => testOf(one, readerOf)) }] : [];
  });
  return {
    asked: askedBy(rules, dimensions),
    apply: (sent) => {
      let result: Record<string, string> | undefined;
      for (const { attribute, tests } of ruled) {
        const found = firstOf(tests, sent);
        if (found === undefined || found === sent.dimensions[attribute]) continue;
        result ??= { ...sent.dimensions };
        result[attribute] = found;
      }
      return result ?? sent.dimensions;
    },
  };
}

function firstOf(tests: readonly Reader[], sent: Parameters<Reader>[0]): string | undefined {
  for (const test of tests) {
    const found = test(sent);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Plain decimals: anything else is no number to a range. */
const NUMBER = /^[-+]?\d{1,15}(?:\.\d{1,15})?$/;

/** A rule as what it makes of an answer; undefined: it does not match. */
function testOf(one: SegmentRule, readerOf: (name: string) => Reader): Reader {
  if ('default' in one) return () => one.default;
  const read = readerOf(one.attribute);
  if ('lookup' in one) {
    const table = new Map(Object.entries(one.lookup));
    return (sent) => {
      const given = read(sent);
      return given === undefined ? undefined : table.get(given);
    };
  }
  const matches = matcherOf(one);
  return (sent) => {
    const given = read(sent);
    return given !== undefined && matches(given) ? one.value : undefined;
  };
}

function matcherOf(one: Exclude<SegmentRule, { default: string } | { lookup: object }>) {
  if ('pattern' in one) return patternOf(one.pattern);
  if ('equals' in one) {
    const values = new Set([one.equals].flat());
    return (given: string) => values.has(given);
  }
  const { from = -Infinity, below = Infinity } = one.range;
  return (given: string) => NUMBER.test(given) && Number(given) >= from && Number(given) < below;
}
