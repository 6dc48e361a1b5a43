import { getCountries } from 'libphonenumber-js/max';
import type { RedactionRules } from './span.ts';

/** The languages in which names of countries are recognised. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'ja', 'zh'];
/** Dimensions whose values may be countries. */
const PLACES: ReadonlySet<string> = new Set(['region', 'country', 'market', 'locale', 'land', 'nation']);
const LOCALE = /^[a-z]{2,3}[-_](?:[a-z]{4}[-_])?([a-z]{2})$/i;
/** Common forms besides the names. */
const ALSO: Readonly<Record<string, string>> = {
  uk: 'GB',
  usa: 'US',
  'u.s.': 'US',
  england: 'GB',
  uae: 'AE',
  korea: 'KR',
};

let names: ReadonlyMap<string, string> | undefined;

function namesOfCountries(): ReadonlyMap<string, string> {
  const found = new Map<string, string>(Object.entries(ALSO));
  for (const language of LANGUAGES) {
    const display = new Intl.DisplayNames([language], { type: 'region' });
    for (const code of getCountries()) found.set((display.of(code) ?? code).toLowerCase(), code);
  }
  for (const code of getCountries()) found.set(code.toLowerCase(), code);
  return found;
}

/** The country (ISO 3166-1) that a dimension's value names: a code, a locale or a name; null where it names none. */
export function countryOf(value: string): string | null {
  names ??= namesOfCountries();
  const text = value.trim().toLowerCase();
  return names.get(text) ?? names.get(LOCALE.exec(text)?.[1] ?? '') ?? null;
}

/** The rules for one response: its own country comes first. */
export function rulesFor(
  rules: RedactionRules,
  attributes: Readonly<Record<string, string>>,
): RedactionRules {
  for (const [attribute, value] of Object.entries(attributes)) {
    const country = PLACES.has(attribute) ? countryOf(value) : null;
    if (country !== null && rules.countries[0] !== country)
      return { ...rules, countries: [country, ...rules.countries.filter((one) => one !== country)] };
  }
  return rules;
}
