import { passesLuhn } from '../../domain/privacy/check-digits.ts';
import type { Kind } from '../../domain/privacy/redact.ts';
import { PACKS } from '../../domain/privacy/redaction/national-ids.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { ACCOUNTS, CARDS, EMAILS, IDS, PHONES, SECRETS } from './made-up.ts';
import { OTHER_NUMBERS } from './other-numbers.ts';
import { NEGATIVES, SENTENCES, SPOKEN } from './sentences.ts';

/** A sentence with the part to be removed; null: none. */
export interface Labelled {
  readonly text: string;
  readonly kind: Kind | null;
  readonly value: string;
  /** What it is an example of: a country, a form, a kind of number that is not a telephone number. */
  readonly group: string;
}

type Random = () => number;
const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T;

/** "◦" becomes a digit, "•" one from 1 to 9, "▲" a capital letter, "◊" a letter or digit. */
export function fill(mask: string, random: Random): string {
  return mask.replace(/[◦•▲◊]/g, (sign) => {
    if (sign === '◦') return String(Math.floor(random() * 10));
    if (sign === '•') return String(1 + Math.floor(random() * 9));
    if (sign === '▲') return pick([...'ABCDEFGHJKLMNPQRSTUVWXYZ'], random);
    return pick([...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'], random);
  });
}

/** Digits of another script, as phones with that keyboard type them. */
const SCRIPTS: Readonly<Record<string, number>> = {
  fullwidth: 0xff10,
  arabic: 0x660,
  devanagari: 0x966,
};
const inScript = (text: string, zero: number) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** Some numbers in other scripts, and with invisible characters in them. */
function dressed(value: string, language: string, random: Random): string {
  const chance = random();
  if (language === 'ja' && chance < 0.3)
    return inScript(value, SCRIPTS['fullwidth'] as number).replaceAll('-', random() < 0.5 ? '－' : 'ー');
  if (language === 'ar' && chance < 0.4) return inScript(value, SCRIPTS['arabic'] as number);
  if (language === 'hi' && chance < 0.3) return inScript(value, SCRIPTS['devanagari'] as number);
  if (chance > 0.97) return `\u202a${value}\u202c`;
  if (chance > 0.95) return value.replace(/(\d{2})(?=\d)/, '$1\u200b');
  if (chance > 0.92) return value.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011');
  return value;
}

const phone = (random: Random): Labelled => phoneOf(pick(PHONES, random), random);

function phoneOf([country, language, masks]: (typeof PHONES)[number], random: Random): Labelled {
  const value = dressed(fill(pick(masks, random), random), language, random);
  const sentences = SPOKEN[language] ?? SPOKEN['en'];
  return labelled('phone', value, pick(sentences as readonly string[], random), country);
}

function labelled(kind: Kind, value: string, sentence: string, group: string): Labelled {
  const bare = value.replace(/[\u202a\u202c]/g, '');
  return { text: sentence.replace('{}', () => value), kind, value: bare, group };
}

/** Tries until the check digits are right; some thousand tries at most for two of them. */
function valid(mask: string, isValid: ((compact: string) => boolean) | undefined, random: Random): string {
  for (let tries = 0; tries < 200_000; tries++) {
    const value = fill(mask, random);
    if (!isValid || isValid(value.replace(/[ ./-]/g, ''))) return value;
  }
  throw new Error(`no valid number of the form ${mask}`);
}

function card(random: Random): Labelled {
  const value = valid(pick(CARDS, random), (digits) => passesLuhn(digits.replace(/\D/g, '')), random);
  return labelled('card', value, pick(SENTENCES.card, random), 'card');
}

function identifier(random: Random): Labelled {
  const [country, rule, mask, sentences] = pick(IDS, random);
  const value = valid(mask, rule === null ? undefined : PACKS[country]?.[rule]?.isValid, random);
  return labelled('id', value, pick(sentences, random), country);
}

function other(kind: 'email' | 'account' | 'secret', random: Random): Labelled {
  const masks = { email: EMAILS, account: ACCOUNTS, secret: SECRETS }[kind];
  const [mask, sentences] = pick(masks, random);
  const value = fill(mask, random);
  return labelled(kind, value, pick(sentences, random), kind);
}

function negative(random: Random): Labelled {
  const [group, sentences] = pick(NEGATIVES, random);
  return { text: fill(pick(sentences, random), random), kind: null, value: '', group };
}

/** How many of each are made of a hundred. */
const MIX: readonly (readonly [share: number, make: (random: Random) => Labelled])[] = [
  [35, phone],
  [8, card],
  [10, identifier],
  [8, (random) => other('email', random)],
  [5, (random) => other('account', random)],
  [4, (random) => other('secret', random)],
  [30, negative],
];

/** Made-up sentences with the part to be removed from each; the same for the same seed. */
export function labelledSet(size: number, seed: number): Labelled[] {
  const random = randomFrom(seed);
  const bag = MIX.flatMap(([share, make]) => Array.from({ length: share }, () => make));
  return Array.from({ length: size }, () => pick(bag, random)(random));
}

/** The languages of comments beside English that the report counts telephone numbers of. */
export const LANGUAGES = Object.keys(OTHER_NUMBERS);

/** Sentences of one language: `size` with a telephone number of its countries, and `size` with other numbers; the same for the same seed. */
export function numbersOf(language: string, size: number, seed: number): Labelled[] {
  const random = randomFrom(seed);
  const plans = PHONES.filter(([, spoken]) => spoken === language);
  const others = OTHER_NUMBERS[language] ?? [];
  return Array.from({ length: size }, () => [
    phoneOf(pick(plans, random), random),
    { text: fill(pick(others, random), random), kind: null, value: '', group: language },
  ]).flat();
}
