import { readName, TEXT_RULES, type TextField } from '../../domain/text/text.ts';
import { type Outcome, rejected } from './outcome.ts';

/** Names of an item in stored form, or its rejection: the first field that is blank, too long or malformed. */
export function readNames<Field extends TextField>(
  given: Readonly<Record<Field, string>>,
): { readonly names: Readonly<Record<Field, string>> } | Outcome {
  const names = {} as Record<Field, string>;
  for (const field of Object.keys(given) as Field[]) {
    const name = readName(TEXT_RULES[field], given[field]);
    if (typeof name !== 'string') return rejected(name.code, `${field}: ${name.message}`);
    if (name === '') return rejected('MISSING', `${field}: must not be blank`);
    names[field] = name;
  }
  return { names };
}
