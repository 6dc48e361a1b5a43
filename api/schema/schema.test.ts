import { describe, expect, it } from 'vitest';
import { defineDimensions } from '../../domain/dimensions.ts';
import { buildSchema } from './schema.ts';

const schema = buildSchema(defineDimensions([{ field: 'fare' }, { field: 'homeAirport' }]));
const fieldsOf = (name: string): string[] => {
  const type = schema.getType(name);
  if (type && 'getFields' in type) return Object.keys(type.getFields());
  throw new Error(`${name} has no fields`);
};

describe('a deployment with dimensions of its own', () => {
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
      expect(free).toEqual([]);
    },
  );
});
