import { cues, type View } from './cues.ts';
import { AMERICAS } from './ids/americas.ts';
import { ASIA_AFRICA } from './ids/asia-africa.ts';
import { EUROPE } from './ids/europe.ts';
import type { CountryPack, IdRule } from './ids/rules.ts';
import { OTHER_CUES } from './phone-cues.ts';
import { apart, type RedactionRules, type Span } from './span.ts';

/** Identifiers by country; each is a pack that a deployment may choose. */
export const PACKS: Readonly<Record<string, CountryPack>> = { ...AMERICAS, ...EUROPE, ...ASIA_AFRICA };

/** Documents of any country, by the word for them. */
const DOCUMENT: IdRule = {
  pattern: /(?<![\w-])(?:(?:[A-Z]{1,3} ?)?\d{2,9}(?:[ -]\d{2,6}){0,4}[A-Z]?|[A-Za-z\d]{6,12})(?![\w-])/g,
  isValid: (n) => n.length <= 16 && n.replace(/\D/g, '').length >= 5,
  cue: cues(
    'passport reisepass passnummer passnr passeport pasaporte passaporto passaporte paspoort paspoortnummer paszport pasaport',
    'personalausweis ausweis ausweisnummer personalausweisnummer fuhrerschein fuhrerscheinnummer rijbewijs dni identitycard',
    'паспорт паспорта',
    'passport_number passport_no id_card identity_card national_id driving_licence drivers_license',
    "driver's_license driver's_licence driver_license carte_d'identite permis_de_conduire documento_de_identidad cedula_de",
    '护照 護照 旅券 パスポート 여권 身份证 身分證 주민등록 جواز',
  ),
};
/** Identifiers with a distinctive name, in countries without a pack or with a mistyped number. */
const CALLED: IdRule = {
  pattern:
    /(?<![\w.,-])(?:(?!ID|NO|NR)[A-Z]{1,2} |[A-Za-z]{1,2})?\d{1,18}(?:[ ./-]\d{1,8}){0,4}(?:[(-]?[\dA-Za-z]\)?)?(?![\w-]|[.,]\d)/g,
  isValid: (n) => n.replace(/\D/g, '').length >= 6 && n.length <= 20,
  cue: cues(
    'hkid oib cnp egn amka cnic nik cccd iqama ppsn jmbg emso cedula isikukood',
    'emirates_id pps_number rodne_cislo rodného_čísla asmens_kodas personas_kods',
    'תעודת זהות',
  ),
};
/** Characters between a word and its number: "my passport number is still the old one, 1234". */
const NEAR = 26;

/** Of the shortest identifier: three letters, two digits, a letter and a digit. */
const FEWEST_DIGITS = 3;
/** Of the shortest that is recognised by its form, unless its rule says otherwise. */
const FEWEST_OF_FORM = 6;

/** Identifiers announced by a word: before cards and telephone numbers, which they may look like. */
export function findNamedIds(view: View, rules: RedactionRules): Span[] {
  if (view.digits < FEWEST_DIGITS) return [];
  return findBy(view, chosen(rules).named);
}

/** Identifiers recognised by form and check digits. */
export function findFormedIds(view: View, rules: RedactionRules): Span[] {
  if (view.digits < FEWEST_DIGITS) return [];
  return findBy(view, chosen(rules).formed);
}

interface Chosen {
  readonly named: readonly IdRule[];
  readonly formed: readonly IdRule[];
}

/** The rules of the chosen packs. A deployment has a few sets of rules, and asks for each with every comment. */
const CHOSEN = new WeakMap<RedactionRules['packs'], Chosen>();

function chosen({ packs }: RedactionRules): Chosen {
  const known = CHOSEN.get(packs);
  if (known) return known;
  const all = Object.entries(PACKS).flatMap(([country, pack]) => (packs.has(country) ? pack : []));
  const named = all.filter(({ cue }) => cue !== undefined);
  const made = {
    named: packs.has('documents') ? [...named, DOCUMENT, CALLED] : named,
    formed: all.filter(({ cue }) => cue === undefined),
  };
  CHOSEN.set(packs, made);
  return made;
}

function findBy(view: View, rules: readonly IdRule[]): Span[] {
  const spans: Span[] = [];
  for (const { pattern, isValid, cue, isLoose, digits = cue ? FEWEST_DIGITS : FEWEST_OF_FORM } of rules) {
    if (view.digits < digits || (cue && !view.has(cue))) continue;
    for (const { 0: found, index } of view.text.matchAll(pattern)) {
      // "my number is +48 ...": with a calling code it is a telephone number.
      if (view.text[index - 1] === '+') continue;
      if (isValid && !isValid(found.replace(/[ ./-]/g, ''))) continue;
      if (cue && view.distance(cue, index) > NEAR) continue;
      if (isLoose && view.distance(OTHER_CUES, index) <= NEAR) continue;
      spans.push({ start: index, end: index + found.length, kind: 'id' });
    }
  }
  return apart(spans);
}
