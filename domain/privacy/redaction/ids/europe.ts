import { cues } from '../cues.ts';
import { isDayIn, passesEan13, passesMod11And10, weighted } from './check-digits.ts';
import * as check from './europe-checks.ts';
import { type CountryPack, ELEVEN, NINE, TEN, THIRTEEN, TWELVE } from './rules.ts';

const TAX_CUE = cues(
  'steuer steuerid steueridentifikationsnummer steueridnr steuernummer idnr tin idno taxid tfn nif nip siren',
  'tax_id steuer-id steuer_id tax_file tax_number tax_identification identifikationsnummer',
);

/** Identifiers of European countries. */
export const EUROPE: Readonly<Record<string, CountryPack>> = {
  gb: [
    { pattern: /(?<![\w-])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![\w-])/gi },
    {
      pattern: /(?<![\w-])[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-Z](?![\w-])/gi,
      cue: cues('nino', 'ni_number national_insurance'),
    },
    {
      pattern: /(?<![\w.,-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])/g,
      isValid: (n) => weighted(n, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
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
      // Letters may stand for its digits.
      digits: 0,
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
  fi: [{ pattern: /(?<![\w-])\d{6}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y](?![\w-])/gi, isValid: check.isHetu }],
  no: [
    {
      pattern: /(?<![\w.,-])\d{6}[ -]?\d{5}(?![\w-])/g,
      isValid: check.isFodselsnummer,
      cue: cues('fodselsnummer fødselsnummer personnummer fnr'),
    },
    { pattern: /(?<![\w.,-])\d{6} \d{5}(?![\w-])/g, isValid: check.isFodselsnummer },
  ],
  ch: [{ pattern: /(?<![\w.,-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d(?![\w-])/g, isValid: passesEan13 }],
  tr: [{ pattern: ELEVEN, isValid: check.isTckn, cue: cues('tc tckn kimlik', 't.c.') }],
  pt: [
    { pattern: NINE, isValid: check.isNif, cue: cues('nif contribuinte', 'numero_de_contribuinte') },
    {
      pattern: /(?<![\w.,-])\d{8} ?\d ?[A-Z\d]{2}\d(?![\w-])/gi,
      isValid: check.isCartaoDeCidadao,
      cue: cues('cc bi', 'cartao_de_cidadao cartao_cidadao bilhete_de_identidade'),
    },
  ],
  gr: [
    { pattern: ELEVEN, isValid: check.isAmka, cue: cues('amka αμκα', 'α.μ.κ.α.') },
    { pattern: NINE, isValid: check.isAfm, cue: cues('afm αφμ', 'α.φ.μ.') },
  ],
  ie: [{ pattern: /(?<![\w-])\d{7}[A-W][A-IWTX]?(?![\w-])/g, isValid: check.isPps, isLoose: true }],
  at: [
    {
      pattern: /(?<![\w.,-])[1-9]\d{3}[ -]?\d{6}(?![\w-]|[.,]\d)/g,
      isValid: check.isSvnr,
      cue: cues(
        'svnr svnummer sozialversicherungsnummer versicherungsnummer',
        'sv-nr sv-nummer sv_nr sv_nummer',
      ),
    },
  ],
  ro: [{ pattern: /(?<![\w.,-])[1-9]\d{12}(?![\w-]|[.,]\d)/g, isValid: check.isCnp, isLoose: true }],
  bg: [{ pattern: TEN, isValid: check.isEgn, cue: cues('egn егн', 'единен_граждански') }],
  hr: [{ pattern: ELEVEN, isValid: passesMod11And10, cue: cues('oib') }],
  rs: [{ pattern: /(?<![\w.,-])\d{13}(?![\w-]|[.,]\d)/g, isValid: check.isJmbg, isLoose: true }],
  si: [{ pattern: THIRTEEN, isValid: check.isJmbg, cue: cues('emso jmbg јмбг', 'emšo') }],
  cz: [
    { pattern: /(?<![\w.,/-])\d{6}\/\d{3,4}(?![\w/-])/g, isValid: check.isRodneCislo, isLoose: true },
    {
      pattern: /(?<![\w.,/-])\d{9,10}(?![\w/-])/g,
      isValid: check.isRodneCislo,
      cue: cues('rc', 'rodne_cislo rodné_číslo r.c.'),
    },
  ],
  hu: [
    { pattern: NINE, isValid: check.isTaj, cue: cues('taj tajszam', 'taj-szam') },
    { pattern: TEN, isValid: check.isAdoazonosito, cue: cues('adoazonosito adoszam', 'ado-azonosito') },
  ],
  ee: [{ pattern: ELEVEN, isValid: check.isBalticCode, cue: cues('isikukood isikukoodi') }],
  lt: [{ pattern: ELEVEN, isValid: check.isBalticCode, cue: cues('a.k.', 'asmens_kodas asmens_koda') }],
  lv: [
    { pattern: /(?<![\w.,-])\d{6}-\d{5}(?![\w-])/g, isValid: check.isPersonasKods, isLoose: true },
    { pattern: /(?<![\w.,-])\d{6}-?\d{5}(?![\w-])/g, cue: cues('personas_kods personas_kodu') },
  ],
  ua: [{ pattern: TEN, isValid: check.isRnokpp, cue: cues('рнокпп іпн ипн инн ідентифікаційний rnokpp') }],
  ru: [
    { pattern: /(?<![\w.,-])\d{3}-\d{3}-\d{3}[ -]\d\d(?![\w-])/g, isValid: check.isSnils },
    { pattern: ELEVEN, isValid: check.isSnils, cue: cues('снилс snils') },
    { pattern: TWELVE, isValid: check.isInn, cue: cues('инн inn') },
  ],
  is: [
    { pattern: /(?<![\w.,-])\d{6}-\d{4}(?![\w-])/g, isValid: check.isKennitala, isLoose: true },
    { pattern: TEN, isValid: check.isKennitala, cue: cues('kennitala kennitolu kt') },
  ],
};
