import { readFileSync } from 'node:fs';
import {
  type GraphQLObjectType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  buildSchema as parseSchema,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { FIELD_GROUPS } from '../../domain/access/scope.ts';
import { defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import { costTable } from '../gate/cost-table.ts';
import { mostOf } from '../gate/lists.ts';
import { buildSchema, schemaModules } from './schema.ts';

const schema = buildSchema(defineDimensions([{ field: 'fare' }, { field: 'homeAirport' }]));
const fieldsOf = (name: string): string[] => {
  const type = schema.getType(name);
  if (type && 'getFields' in type) return Object.keys(type.getFields());
  throw new Error(`${name} has no fields`);
};

describe('a deployment with other dimensions', () => {
  it('has them as fields, arguments and enum values', () => {
    for (const name of ['NpsRow', 'Response', 'ResponseInput', 'SegmentInput'])
      expect(fieldsOf(name)).toEqual(expect.arrayContaining(['fare', 'homeAirport']));
    expect(fieldsOf('SegmentInput')).toHaveLength(2);
    const dimension = schema.getType('Dimension');
    const values = dimension && 'getValues' in dimension ? dimension.getValues() : [];
    expect(values.map(({ name, value }) => [name, value])).toEqual([
      ['FARE', 'fare'],
      ['HOME_AIRPORT', 'home_airport'],
    ]);
    expect(fieldsOf('NpsRow')).not.toContain('region');
  });

  it('keeps the fields of ModelReading for any dimension names', () => {
    const other = buildSchema(defineDimensions([{ field: 'metric' }, { field: 'value' }]));
    const fields = (other.getType('ModelReading') as GraphQLObjectType).getFields();
    expect(String(fields['metric']?.type)).toBe('ModelMetric!');
    expect(String(fields['value']?.type)).toBe('Float!');
    expect(String(fields['dimension_metric']?.type)).toBe('String');
    expect(String(fields['dimension_value']?.type)).toBe('String');
  });

  it.each(['NpsRow', 'Response', 'ResponseInput'])(
    'may not give one the name of a field that %s has anyway',
    (name) => {
      const own = fieldsOf(name).filter((field) => field !== 'fare' && field !== 'homeAirport');
      expect(own.length).toBeGreaterThan(5);
      const free = own.filter((field) => {
        try {
          return defineDimensions([{ field }]).length > 0;
        } catch {
          return false;
        }
      });
      // A deployment from before these fields may have a dimension of their name, which keeps it.
      const later =
        {
          NpsRow: [],
          Response: ['account', 'agedFields', 'counting', 'segmentRules'],
          ResponseInput: ['account', 'attributes'],
        }[name] ?? [];
      expect(free).toEqual(later);
      for (const field of later) expect(() => buildSchema(defineDimensions([{ field }]))).not.toThrow();
    },
  );
});

describe('modules of the schema', () => {
  const dimensions = defineDimensions([{ field: 'fare' }]);
  const written = (modules = schemaModules) => {
    const built = buildSchema(dimensions, modules);
    return `${printSchema(built)}\n${costTable(built)}`;
  };

  it('run in any order', () => {
    const usual = written();
    const orders = fc.shuffledSubarray([...schemaModules], { minLength: schemaModules.length });
    fc.assert(
      fc.property(orders, (modules) => {
        expect(written(modules)).toBe(usual);
      }),
      { numRuns: 10 },
    );
    expect(written([...schemaModules].reverse())).toBe(usual);
  });
});

describe('access tags', () => {
  const CLASSES: readonly unknown[] = ['public', ...FIELD_GROUPS];
  const fields = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__') || !('getInterfaces' in type)) return [];
    return Object.values(type.getFields()).map((field) => ({
      name: `${type.name}.${field.name}`,
      shows: field.extensions.access ?? type.extensions.access,
    }));
  });

  it('are on every field: tag it with access(...) of builder.ts, or its type', () => {
    expect(fields.filter(({ shows }) => !CLASSES.includes(shows))).toEqual([]);
    expect(fields.length).toBeGreaterThan(100);
  });

  it('are public only for what is the same for every caller, or about the caller', () => {
    const types = new Set(
      fields.filter(({ shows }) => shows === 'public').map(({ name }) => name.replace(/\..*/, '')),
    );
    expect([...types].sort()).toEqual([
      'DimensionInfo',
      'Feature',
      'ModelVersion',
      'Node',
      'PageInfo',
      'Query',
      'Viewer',
    ]);
    const queries = fields.filter(({ name, shows }) => shows === 'public' && name.startsWith('Query.'));
    expect(queries.map(({ name }) => name)).toEqual([
      'Query.dimensions',
      'Query.modelVersions',
      'Query.node',
      'Query.viewer',
    ]);
  });

  it.each([
    ['Response.comment', 'readComment'],
    ['Response.respondent', 'readRespondent'],
    ['Outcome.agent', 'readStaff'],
    ['Prediction.explanation', 'readComment'],
    ['ModelVersion.trainingSets', 'manageModels'],
    ['Query.apiKeys', 'administer'],
  ])('%s shows %s', (name, shows) => {
    expect(fields.find((field) => field.name === name)?.shows).toBe(shows);
  });

  // An update is executed once for many callers: a comment in it would be released to them without a row in the
  // audit log.
  it('lead from a subscription to no comment and no respondent', () => {
    const reached = new Set<string>();
    const visit = (name: string): void => {
      const type = schema.getType(name);
      if (!type || !('getFields' in type) || reached.has(name)) return;
      reached.add(name);
      for (const field of Object.values(type.getFields())) visit(String(field.type).replace(/[[\]!]/g, ''));
    };
    visit('Subscription');
    const sensitive = fields.filter(({ shows }) =>
      ['readComment', 'readRespondent', 'readStaff'].includes(String(shows)),
    );
    expect(sensitive.length).toBeGreaterThan(2);
    expect(sensitive.filter(({ name }) => reached.has(name.replace(/\..*/, '')))).toEqual([]);
    expect(reached).toContain('NpsRow');
  });
});

describe('scalars', () => {
  const own = (from: typeof schema) =>
    Object.values(from.getTypeMap())
      .filter(isScalarType)
      .filter((type) => !isSpecifiedScalarType(type));
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

  it('name their specification, in schema.graphql too', () => {
    for (const scalars of [own(schema), own(parseSchema(read('schema.graphql')))]) {
      expect(scalars.length).toBeGreaterThan(2);
      for (const { name, specifiedByURL, description } of scalars) {
        expect(specifiedByURL, name).toMatch(/^https:\/\/(www\.rfc-editor\.org|scalars\.graphql\.org)\//);
        expect(description, name).toBeTruthy();
      }
    }
  });

  it('are all in the guide, in the table and for code generators', () => {
    const guide = read('docs/guides/clients.md');
    const types = new Map(
      [...guide.matchAll(/^\| `(\w+)` \| [\w ]+ \| `(\w+)` \|/gm)].map(([, name, type]) => [name, type]),
    );
    const [, mapping = ''] = /^ {6}scalars:\n((?: {8}\w+: \w+\n)+)/m.exec(guide) ?? [];
    const generated = new Map(
      mapping
        .trim()
        .split('\n')
        .map((line) => line.trim().split(': ') as [string, string]),
    );
    const names = own(schema).map(({ name }) => name);
    expect([...types.keys()].sort()).toEqual(names.sort());
    expect([...generated].sort()).toEqual([...types].sort());
  });
});

describe('list arguments', () => {
  it('state their bound, in the schema and in the check', () => {
    const lists = Object.values(schema.getTypeMap())
      .filter((type) => !type.name.startsWith('__'))
      .flatMap((type) => {
        if (isInputObjectType(type)) return Object.values(type.getFields());
        return isObjectType(type) ? Object.values(type.getFields()).flatMap(({ args }) => args) : [];
      })
      .filter(({ type }) => isListType(getNullableType(type)));
    expect(lists.length).toBeGreaterThan(5);
    for (const list of lists) {
      expect(mostOf(list), list.name).toBeGreaterThan(0);
      expect(list.description, list.name).toContain(`At most ${mostOf(list)}.`);
    }
  });
});
