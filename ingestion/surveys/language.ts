import type { OwnTexts } from './settings.ts';
import { DEFAULT_TEXTS, type SurveyTexts } from './texts.ts';

/** The words of a page, and its language. */
export interface ChosenTexts {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: SurveyTexts;
}

/** Languages of a header that are looked at. */
const MOST_WANTED = 20;
const LONGEST_HEADER = 1_000;
const RIGHT_TO_LEFT = new Set(['ar', 'dv', 'fa', 'he', 'ks', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

const bare = (tag: string): string => (tag.split('-')[0] ?? tag).toLowerCase();

/** The language tags of an Accept-Language header, the preferred ones first. */
export function wantedLanguages(header: string | undefined): string[] {
  const parts = (header ?? '').slice(0, LONGEST_HEADER).split(',', MOST_WANTED);
  return parts
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const weight = rest.map((one) => one.trim()).find((one) => one.startsWith('q='));
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ tag, weight }) => /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}$/.test(tag) && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

/**
 * The words in the language that fits best: what the connection declares in it, and the defaults for the rest. In a language that only the
 * connection has, the texts that it does not declare are in English. Without a fit: the language that the connection declares first, else English.
 */
export function chooseTexts(
  wanted: readonly string[],
  own: ReadonlyMap<string, OwnTexts> = new Map(),
): ChosenTexts {
  const declared = [...own.keys()];
  const language = wanted.reduce<string | null>((found, tag) => found ?? fitting(tag, declared), null);
  const chosen = language ?? declared[0] ?? 'en';
  const defaults = DEFAULT_TEXTS[bare(chosen)] ?? (DEFAULT_TEXTS['en'] as SurveyTexts);
  const given = Object.entries(own.get(chosen) ?? {}).filter(([, text]) => text !== undefined);
  const texts = { ...defaults, ...Object.fromEntries(given) };
  return { language: chosen, direction: RIGHT_TO_LEFT.has(bare(chosen)) ? 'rtl' : 'ltr', texts };
}

/** The same tag, else the same language, else the language among the defaults. */
function fitting(tag: string, declared: readonly string[]): string | null {
  const same = declared.find((one) => one.toLowerCase() === tag.toLowerCase());
  const related = declared.find((one) => bare(one) === bare(tag));
  return same ?? related ?? (Object.hasOwn(DEFAULT_TEXTS, bare(tag)) ? bare(tag) : null);
}
