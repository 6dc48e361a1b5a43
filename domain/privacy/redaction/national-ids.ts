import { type Cues, cues, type View } from './cues.ts';
import * as check from './id-check-digits.ts';
import { OTHER_CUES } from './phone-cues.ts';
import { apart, type RedactionRules, type Span } from './span.ts';

/** One form of an identifier. */
export interface IdRule {
  /** Its pattern; bounded, with word boundaries at both ends. */
  readonly pattern: RegExp;
  /** Checks the characters without separators. */
  readonly isValid?: (compact: string) => boolean;
  /** If the form is not specific enough: a word required before it. */
  readonly cue?: Cues;
  /** If other numbers may have that form: words that exclude it. */
  readonly isLoose?: boolean;
}

/** The identifiers of a country. */
export type CountryPack = readonly IdRule[];

const SSN = /(?<![\w-])(?!000|666)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\w-])/g;
const NINE = /(?<![\w.,-])\d{3}[ .-]?\d{3}[ .-]?\d{3}(?![\w-]|[.,]\d)/g;
const ELEVEN = /(?<![\w.,-])(?:\d[ ./-]?){10}\d(?![\w-]|[.,]\d)/g;
const TWELVE = /(?<![\w.,-])\d{4}[ -]?\d{4}[ -]?\d{4}(?![\w-]|[.,]\d)/g;
const TAX_CUE = cues(
  'steuer steuerid steueridentifikationsnummer steueridnr steuernummer idnr tin idno taxid tfn nif nip siren',
  'tax_id steuer-id steuer_id tax_file tax_number tax_identification identifikationsnummer',
);

/** Identifiers by country; each is a pack that a deployment may choose. */
export const PACKS: Readonly<Record<string, CountryPack>> = {
  us: [{ pattern: SSN }, { pattern: NINE, cue: cues('ssn itin', 'social_security') }],
  gb: [
    { pattern: /(?<![\w-])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![\w-])/gi },
    {
      pattern: /(?<![\w-])[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-Z](?![\w-])/gi,
      cue: cues('nino', 'ni_number national_insurance'),
    },
    {
      pattern: /(?<![\w.,-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])/g,
      isValid: (n) => check.weighted(n, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
      cue: cues('nhs'),
    },
  ],
  de: [
    { pattern: ELEVEN, isValid: check.isSteuerId, cue: TAX_CUE },
    { pattern: /(?<![\w-])\d{2} \d{3} \d{3} \d{3}(?![\w-])/g, isValid: check.isSteuerId, isLoose: true },
    { pattern: /(?<![\w-])\d{2} ?\d{6} ?[A-Z] ?\d{3}(?![\w-])/g, isValid: (n) => isDayIn(n, 2) },
  ],
  fr: [
    {
      pattern: /(?<![\w-])[12378] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w-])/gi,
      isValid: check.isNir,
    },
  ],
  es: [
    { pattern: /(?<![\w-])\d{2}\.?\d{3}\.?\d{3}[- ]?[A-HJ-NP-TV-Z](?![\w-])/gi, isValid: check.isDni },
    { pattern: /(?<![\w-])[XYZ][- ]?\d{7}[- ]?[A-HJ-NP-TV-Z](?![\w-])/gi, isValid: check.isDni },
  ],
  it: [
    {
      pattern:
        /(?<![\w-])[A-Z]{6} ?[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2} ?[A-Z][\dL-NP-V]{3}[A-Z](?![\w-])/gi,
      isValid: check.isCodiceFiscale,
    },
  ],
  nl: [
    {
      pattern: /(?<![\w.,-])\d{2,4}[ .]?\d{2,3}[ .]?\d{2,4}(?![\w-]|[.,]\d)/g,
      isValid: (n) => (n.length === 8 || n.length === 9) && check.isBsn(n),
      cue: cues('bsn burgerservicenummer sofinummer'),
    },
  ],
  be: [
    { pattern: /(?<![\w.,-])\d\d\.\d\d\.\d\d-\d{3}[.-]\d\d(?![\w-])/g, isValid: check.isRijksregister },
    {
      pattern: ELEVEN,
      isValid: check.isRijksregister,
      cue: cues('rijksregister rijksregisternummer insz niss', 'registre_national'),
    },
  ],
  pl: [{ pattern: ELEVEN, isValid: check.isPesel, cue: cues('pesel pesela peselu') }],
  se: [
    {
      pattern: /(?<![\w.,-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])/g,
      isValid: check.isPersonnummer,
    },
    {
      pattern: /(?<![\w.,-])(?:19|20)?\d{10}(?![\w-])/g,
      isValid: check.isPersonnummer,
      cue: cues('personnummer personnr samordningsnummer'),
    },
  ],
  dk: [
    {
      pattern: /(?<![\w.,-])\d{6}[- ]?\d{4}(?![\w-])/g,
      isValid: (n) => isDayIn(n, 0),
      cue: cues('cpr cprnummer cprnr personnummer', 'cpr-nummer cpr-nr'),
    },
  ],
  fi: [
    { pattern: /(?<![\w-])\d{6}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y](?![\w-])/gi, isValid: (n) => check.isHetu(n) },
  ],
  no: [
    {
      pattern: /(?<![\w.,-])\d{6}[ -]?\d{5}(?![\w-])/g,
      isValid: check.isFodselsnummer,
      cue: cues('fodselsnummer fødselsnummer personnummer fnr'),
    },
    { pattern: /(?<![\w.,-])\d{6} \d{5}(?![\w-])/g, isValid: check.isFodselsnummer },
  ],
  ch: [{ pattern: /(?<![\w.,-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d(?![\w-])/g, isValid: check.passesEan13 }],
  br: [
    { pattern: /(?<![\w.,-])\d{3}\.\d{3}\.\d{3}-\d\d(?![\w-])/g, isValid: check.isCpf },
    { pattern: ELEVEN, isValid: check.isCpf, cue: cues('cpf') },
    { pattern: /(?<![\w.,-])\d\d\.\d{3}\.\d{3}\/\d{4}-\d\d(?![\w-])/g, isValid: check.isCnpj },
    { pattern: /(?<![\w.,-])\d{14}(?![\w-])/g, isValid: check.isCnpj, cue: cues('cnpj') },
  ],
  mx: [{ pattern: /(?<![\w-])[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d(?![\w-])/gi }],
  in: [
    {
      pattern: /(?<![\w.,-])[2-9]\d{3}[ -]\d{4}[ -]\d{4}(?![\w-]|[ -]\d)/g,
      isValid: check.passesVerhoeff,
      isLoose: true,
    },
    { pattern: TWELVE, cue: cues('aadhaar aadhar adhar uidai', 'आधार') },
    { pattern: /(?<![\w-])[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?![\w-])/g },
    { pattern: /(?<![\w-])[A-Z]{5}\d{4}[A-Z](?![\w-])/gi, cue: cues('pan') },
  ],
  cn: [{ pattern: /(?<![\w.,-])[1-9]\d{5}(?:18|19|20)\d{9}[\dX](?![\w-])/gi, isValid: check.isChineseId }],
  kr: [
    {
      pattern: /(?<![\w.,-])\d{6}-[1-8]\d{6}(?![\w-])/g,
      isValid: (n) => check.isDay(Number(n.slice(4, 6)), Number(n.slice(2, 4))),
    },
  ],
  jp: [{ pattern: TWELVE, cue: cues('mynumber', 'my_number マイナンバー 個人番号') }],
  sg: [{ pattern: /(?<![\w-])[STFG]\d{7}[A-Z](?![\w-])/gi, isValid: check.isNric }],
  tr: [{ pattern: ELEVEN, isValid: check.isTckn, cue: cues('tc tckn kimlik', 't.c.') }],
  ca: [
    {
      pattern: NINE,
      isValid: (n) => check.luhnRemainder(n) === 0,
      cue: cues('sin nas', 'social_insurance assurance_sociale'),
    },
  ],
  au: [
    {
      pattern: /(?<![\w.,-])\d{2,3}[ -]?\d{3}[ -]?\d{3}(?![\w-])/g,
      isValid: check.isTfn,
      cue: cues('tfn', 'tax_file'),
    },
    {
      pattern: /(?<![\w.,-])\d{4}[ -]?\d{5}[ -]?\d(?:[ /-]?\d)?(?![\w-])/g,
      isValid: check.isMedicare,
      cue: cues('medicare'),
    },
  ],
  za: [
    {
      pattern: /(?<![\w.,-])\d{6} ?\d{4} ?[01]\d{2}(?![\w-])/g,
      isValid: (n) =>
        check.isDay(Number(n.slice(4, 6)), Number(n.slice(2, 4))) && check.luhnRemainder(n) === 0,
      isLoose: true,
    },
    {
      pattern: /(?<![\w.,-])\d{6} ?\d{4} ?[01]\d{2}(?![\w-])/g,
      isValid: (n) =>
        check.isDay(Number(n.slice(4, 6)), Number(n.slice(2, 4))) && check.luhnRemainder(n) === 0,
      cue: cues('rsa', 'sa_id id_number identity_number id_no id_nr'),
    },
  ],
};

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

function isDayIn(compact: string, from: number): boolean {
  const [day, month] = [Number(compact.slice(from, from + 2)), Number(compact.slice(from + 2, from + 4))];
  return check.isDay(day, month);
}

/** Identifiers announced by a word: before cards and telephone numbers, which they may look like. */
export function findNamedIds(view: View, rules: RedactionRules): Span[] {
  const named = chosen(rules).filter(({ cue }) => cue !== undefined);
  return findBy(view, rules.packs.has('documents') ? [...named, DOCUMENT, CALLED] : named);
}

/** Identifiers recognised by form and check digits. */
export function findFormedIds(view: View, rules: RedactionRules): Span[] {
  return findBy(
    view,
    chosen(rules).filter(({ cue }) => cue === undefined),
  );
}

function chosen({ packs }: RedactionRules): IdRule[] {
  return Object.entries(PACKS).flatMap(([country, pack]) => (packs.has(country) ? pack : []));
}

function findBy(view: View, rules: readonly IdRule[]): Span[] {
  const spans: Span[] = [];
  for (const { pattern, isValid, cue, isLoose } of rules) {
    if (cue && !view.has(cue)) continue;
    for (const { 0: found, index } of view.text.matchAll(pattern)) {
      if (isValid && !isValid(found.replace(/[ ./-]/g, ''))) continue;
      if (cue && view.distance(cue, index) > NEAR) continue;
      if (isLoose && view.distance(OTHER_CUES, index) <= NEAR) continue;
      spans.push({ start: index, end: index + found.length, kind: 'id' });
    }
  }
  return apart(spans);
}
