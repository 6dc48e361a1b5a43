import canonicalize from 'canonicalize';
import { it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { canonicalJson, type Plain } from './canonical-json.ts';

it('is what a general library makes of the same content', () => {
  const text = fc.string({ unit: 'grapheme' });
  const { value } = fc.letrec<{ value: Plain }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, undefined, true),
      fc.date({ noInvalidDate: true }),
      fc.dictionary(text, tie('value')),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(text, value), (content) => canonicalJson(content) === canonicalize(content)),
    { examples: [[{ b: 'é\u2028"\\', a: { '10': -0, '9': 1e21 }, '€': undefined, A: '😀' }]] },
  );
});
