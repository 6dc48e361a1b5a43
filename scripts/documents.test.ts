import { readdirSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  Kind,
  LoneAnonymousOperationRule,
  parse,
  specifiedRules,
  validate,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../domain/segments/dimensions.ts';
import { CONNECTABLE, CONNECTORS } from '../ingestion/webhooks/registry.ts';

/* Operations in the documents are copied as they stand: each must be one of this schema. */

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
];

/** An operation of a page, and the variables that follow it. */
interface Shown {
  readonly page: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}
const WITH_VARIABLES =
  /^( *)```graphql\n(.*?)\n *```\n(?:[^`]*?with the variables[^`]*?\n *```json\n(.*?)\n *```)?/gms;
const OPERATIONS: readonly Shown[] = PAGES.flatMap((page) =>
  [...read(page).matchAll(WITH_VARIABLES)].map(([, , text = '', variables = '{}']) => ({
    page,
    text,
    variables: JSON.parse(variables) as Shown['variables'],
  })),
);
const RULES = specifiedRules.filter((rule) => rule !== LoneAnonymousOperationRule);

/** The inputs of `createConnection` of an operation. */
function connectionsOf({ text, variables }: Shown): Readonly<Record<string, unknown>>[] {
  const found: Readonly<Record<string, unknown>>[] = [];
  const document: DocumentNode = parse(text);
  visit(document, {
    Field: ({ name, arguments: given = [] }) => {
      const [input] = given;
      if (name.value === 'createConnection' && input?.value.kind === Kind.OBJECT)
        found.push(valueFromASTUntyped(input.value, variables) as Readonly<Record<string, unknown>>);
    },
  });
  return found;
}
describe('the operations of the documents', () => {
  const schema = buildSchema(read('schema.graphql'));

  it.each(OPERATIONS)('are of the schema: $page: $text', ({ text }) => {
    expect(validate(schema, parse(text), RULES)).toEqual([]);
  });

  it('have a mapping for each connector of a webhook, which it reads', () => {
    const dimensions = defineDimensions(DEFAULT_DIMENSIONS);
    const inputs = OPERATIONS.flatMap((shown) =>
      connectionsOf(shown).map((input) => ({ page: shown.page, input })),
    );
    const read = inputs.map(({ page, input: { connector, mapping = {} } }) => {
      expect(() => CONNECTABLE.get(String(connector))?.reader(mapping, dimensions), page).not.toThrow();
      return connector;
    });
    expect(read).toEqual(expect.arrayContaining([...CONNECTORS.keys()]));
  });
});
