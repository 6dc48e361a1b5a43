import { cues } from '../cues.ts';
import * as check from './asia-africa-checks.ts';
import { isDay, passesVerhoeff } from './check-digits.ts';
import { type CountryPack, ELEVEN, TEN, THIRTEEN, TWELVE } from './rules.ts';

/** Identifiers of countries of Asia, Africa and Oceania. */
export const ASIA_AFRICA: Readonly<Record<string, CountryPack>> = {
  in: [
    {
      pattern: /(?<![\w.,-])[2-9]\d{3}[ -]\d{4}[ -]\d{4}(?![\w-]|[ -]\d)/g,
      isValid: passesVerhoeff,
      isLoose: true,
    },
    { pattern: TWELVE, cue: cues('aadhaar aadhar adhar uidai', 'आधार') },
    { pattern: /(?<![\w-])[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?![\w-])/g, digits: 4 },
    { pattern: /(?<![\w-])[A-Z]{5}\d{4}[A-Z](?![\w-])/gi, cue: cues('pan') },
  ],
  cn: [{ pattern: /(?<![\w.,-])[1-9]\d{5}(?:18|19|20)\d{9}[\dX](?![\w-])/gi, isValid: check.isChineseId }],
  kr: [
    {
      pattern: /(?<![\w.,-])\d{6}-[1-8]\d{6}(?![\w-])/g,
      isValid: (n) => isDay(Number(n.slice(4, 6)), Number(n.slice(2, 4))),
    },
  ],
  sg: [{ pattern: /(?<![\w-])[STFGM]\d{7}[A-Z](?![\w-])/gi, isValid: check.isNric }],
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
  jp: [{ pattern: TWELVE, cue: cues('mynumber', 'my_number マイナンバー 個人番号') }],
  tw: [
    {
      pattern: /(?<![\w-])[A-Z][1289]\d{8}(?![\w-])/g,
      isValid: check.isTaiwanId,
      cue: cues('roc', '身分證 身份證 統一編號 居留證 national_id id_number'),
    },
  ],
  hk: [{ pattern: /(?<![\w-])[A-Z]{1,2}\d{6}\([\dA]\)/gi, isValid: check.isHkid }],
  th: [
    { pattern: /(?<![\w.,-])\d[- ]\d{4}[- ]\d{5}[- ]\d\d[- ]\d(?![\w-])/g, isValid: check.isThaiId },
    { pattern: THIRTEEN, isValid: check.isThaiId, cue: cues('thai_id', 'บัตรประชาชน เลขประจำตัว') },
  ],
  my: [
    { pattern: /(?<![\w.,-])\d{6}-\d\d-\d{4}(?![\w-])/g, isValid: check.isMyKad },
    { pattern: TWELVE, isValid: check.isMyKad, cue: cues('mykad nric ic', 'no_kp no._kp kad_pengenalan') },
  ],
  id: [{ pattern: /(?<![\w.,-])(?:\d[ .-]?){15}\d(?![\w-])/g, isValid: check.isNik, cue: cues('nik ktp') }],
  vn: [{ pattern: TWELVE, cue: cues('cccd cmnd', 'can_cuoc') }],
  ph: [{ pattern: /(?<![\w.,-])\d{4}-\d{7}-\d(?![\w-])/g, cue: cues('crn umid') }],
  pk: [
    { pattern: /(?<![\w.,-])[1-7]\d{4}-\d{7}-\d(?![\w-])/g },
    { pattern: THIRTEEN, cue: cues('cnic nicop') },
  ],
  bd: [{ pattern: /(?<![\w.,-])(?:\d{10}|\d{13}|\d{17})(?![\w-])/g, cue: cues('nid', 'জাতীয় পরিচয়পত্র') }],
  lk: [
    { pattern: /(?<![\w-])\d{9}[VX](?![\w-])/gi, isValid: check.isSriLankanNic, isLoose: true },
    { pattern: TWELVE, isValid: check.isNewSriLankanNic, cue: cues('nic') },
  ],
  ir: [{ pattern: TEN, isValid: check.isCodeMeli, cue: cues('melli meli', 'کد_ملی کدملی کد_ملي') }],
  il: [
    {
      pattern: /(?<![\w.,-])\d{7,8}-?\d(?![\w-])/g,
      isValid: check.isTeudatZehut,
      cue: cues('teudat zehut tz', 'ת.ז תעודת_זהות'),
    },
  ],
  sa: [
    {
      pattern: /(?<![\w.,-])[12]\d{9}(?![\w-])/g,
      isValid: check.isSaudiId,
      cue: cues('iqama', 'رقم_الهوية الهوية إقامة الإقامة'),
    },
  ],
  ae: [{ pattern: /(?<![\w.,-])784-(?:19|20)\d\d-\d{7}-\d(?![\w-])/g }],
  kw: [{ pattern: TWELVE, isValid: check.isKuwaitiId, cue: cues('civil_id', 'الرقم_المدني') }],
  eg: [
    {
      pattern: /(?<![\w.,-])[23]\d{13}(?![\w-])/g,
      isValid: check.isEgyptianId,
      cue: cues('national_id', 'الرقم_القومي رقم_قومي رقمي_القومي'),
    },
  ],
  kz: [{ pattern: TWELVE, isValid: check.isIin, cue: cues('иин жсн iin') }],
  nz: [
    { pattern: /(?<![\w.,-])\d{2,3}-?\d{3}-?\d{3}(?![\w-])/g, isValid: check.isIrd, cue: cues('ird') },
    { pattern: /(?<![\w-])[A-HJ-NP-Z]{3}(?:\d{4}|\d\d[A-HJ-NP-Z]\d)(?![\w-])/gi, cue: cues('nhi') },
  ],
  ng: [{ pattern: ELEVEN, cue: cues('nin bvn') }],
  gh: [{ pattern: /(?<![\w-])GHA-\d{9}-\d(?![\w-])/gi }],
  ke: [{ pattern: /(?<![\w.,-])\d{7,9}(?![\w-])/g, cue: cues('huduma', 'kra_pin') }],
  za: [
    {
      pattern: /(?<![\w.,-])\d{6} ?\d{4} ?[01]\d{2}(?![\w-])/g,
      isValid: check.isSouthAfricanId,
      isLoose: true,
    },
    {
      pattern: /(?<![\w.,-])\d{6} ?\d{4} ?[01]\d{2}(?![\w-])/g,
      isValid: check.isSouthAfricanId,
      cue: cues('rsa', 'sa_id id_number identity_number id_no id_nr'),
    },
  ],
};
