import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import canonicalize from 'canonicalize';
import { expect, it } from 'vitest';

/* Everything hashed here is made canonical by this package first: it must implement RFC 8785. */
const VECTORS = fileURLToPath(
  new URL('../../../shared/vectors/json-canonicalization/testdata', import.meta.url),
);

it('formats the example of RFC 8785, section 3.2, as the standard does', () => {
  const input = String.raw`{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }`;
  expect(canonicalize(JSON.parse(input))).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

it.skipIf(!existsSync(VECTORS))('formats every published case as published', () => {
  const names = readdirSync(join(VECTORS, 'input'));
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    const read = (folder: string) => readFileSync(join(VECTORS, folder, name), 'utf8');
    expect(canonicalize(JSON.parse(read('input'))), name).toBe(read('output').trimEnd());
  }
});
