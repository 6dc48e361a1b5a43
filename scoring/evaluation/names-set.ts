import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { randomFrom } from '../../domain/statistics/random.ts';

/** A sentence of feedback with the names in it; none in sentences that only look like it. */
export interface LabelledNames {
  readonly language: string;
  readonly text: string;
  readonly names: readonly { readonly what: 'person' | 'street'; readonly text: string }[];
}

const material = z.strictObject({
  /** Separated by spaces, as the surnames. */
  given: z.string(),
  surnames: z.string(),
  /** The surname stands before the given name, and no space between them. */
  surnameFirst: z.boolean(),
  /** Separated by "|"; empty where no sentence has a street. */
  streets: z.string(),
  /** {g} a given name, {f} with a surname, {s} a surname, {a} a street and number. */
  sentences: z.array(z.string()),
  /** Nothing to remove: months, verbs, products, places and firms that are also names, and ordinary feedback. */
  lookalikes: z.array(z.string()),
});
type Material = z.infer<typeof material>;

/**
 * By language. The project wrote the sentences, English and those of 14 other languages; the names are the commonest of each country, public
 * knowledge, in no combination of a known person.
 */
const readMaterial = (): Readonly<Record<string, Material>> =>
  z
    .record(z.string(), material)
    .parse(JSON.parse(readFileSync(new URL('names-material.json', import.meta.url), 'utf8')));

const pick = <Item>(list: readonly Item[], random: () => number): Item =>
  list[Math.floor(random() * list.length)] as Item;

/** Sentences with names, `size` of each language, and every lookalike; the same for the same seed. */
export function namesSet(size: number, seed: number): LabelledNames[] {
  const random = randomFrom(seed);
  return Object.entries(readMaterial()).flatMap(([language, ofLanguage]) => [
    ...Array.from({ length: size }, (_, i) => named(language, ofLanguage, i, random)),
    ...ofLanguage.lookalikes.map((text) => ({ language, text, names: [] })),
  ]);
}

function named(
  language: string,
  { given, surnames, surnameFirst, streets, sentences }: Material,
  index: number,
  random: () => number,
): LabelledNames {
  const [first, last] = [pick(given.split(' '), random), pick(surnames.split(' '), random)];
  const number = String(1 + Math.floor(random() * 180));
  const street = pick(streets.split('|'), random);
  const full = surnameFirst ? `${last}${first}` : `${first} ${last}`;
  const address = language === 'en' || language === 'fr' ? `${number} ${street}` : `${street} ${number}`;
  const template = sentences[index % sentences.length] as string;
  const names: LabelledNames['names'][number][] = [];
  const text = template.replaceAll(/\{([gfsa])\}/g, (_, sign: string) => {
    const value = { g: first, f: full, s: last, a: address }[sign] as string;
    names.push({ what: sign === 'a' ? 'street' : 'person', text: value });
    return value;
  });
  // Some people write without capitals.
  if (random() < 0.1)
    return {
      language,
      text: text.toLowerCase(),
      names: names.map((one) => ({ ...one, text: one.text.toLowerCase() })),
    };
  return { language, text, names };
}
