import { ibanEnd } from '../check-digits.ts';
import { cues, type View } from './cues.ts';
import { isRouting } from './ids/check-digits.ts';
import { apart, type Span } from './span.ts';

const IBAN_START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g;

/** IBANs, with the right check digits. */
export function findIbans({ text }: View): Span[] {
  const spans: Span[] = [];
  for (const { index } of text.matchAll(IBAN_START)) {
    const end = index < (spans.at(-1)?.end ?? 0) ? null : ibanEnd(text, index);
    if (end !== null) spans.push({ start: index, end, kind: 'iban' });
  }
  return spans;
}

/** Certain for a bank; "account number" alone may be a customer's, which identifies a person as well. */
const ACCOUNT = cues(
  'kontonummer kontonr ktonr kto bankkonto girokonto rekeningnummer bankrekening rekening kontonummeret tilinumero bankgiro',
  'clabe cbu rib compte konto conto cuenta conta hesap счет счёт bank_account account_number account_no account_nr acct_no acct',
  'numer_konta numero_de_compte numero_de_cuenta numero_de_conta numero_di_conto cuenta_bancaria conta_bancaria compte_bancaire',
  'acc_no a/c 银行账号 银行帐号 银行账户 账号 帐号 帳號 口座番号 口座 계좌번호 계좌 الحساب',
);
const SORT_CODE = cues('sortcode blz bankleitzahl bsb', 'sort_code bank_code');
const ROUTING = cues('routing aba rtn transit', 'routing_number');
/** Six digits or more in a row, in groups as on statements. */
const NUMBER = /(?<![\w.,/-])\d{2,17}(?:[ ./-]\d{1,8}){0,5}(?![\w-]|[.,]\d)/g;
const NEAR = 22;

/** Account numbers, bank codes and routing numbers after a word for them. */
export function findAccounts(view: View): Span[] {
  const { text } = view;
  if (![ACCOUNT, SORT_CODE, ROUTING].some((known) => view.has(known))) return [];
  const spans: Span[] = [];
  for (const { 0: found, index } of text.matchAll(NUMBER)) {
    const digits = found.replace(/\D/g, '');
    if (digits.length < 6 || digits.length > 20 || isDate(found) || OF_YEAR.test(found)) continue;
    const isNear = (known: typeof ACCOUNT) => view.distance(known, index) <= NEAR;
    if (
      isNear(ACCOUNT) ||
      (digits.length <= 8 && isNear(SORT_CODE)) ||
      (digits.length === 9 && isRouting(digits) && isNear(ROUTING))
    )
      spans.push({ start: index, end: index + found.length, kind: 'account' });
  }
  return apart(spans);
}

/** An invoice of a year: "счет" is an account and an invoice. */
const OF_YEAR = /^(?:19|20)\d{2}[-/]\d+$/;
const DATE = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2})(?!\d)/;
const isDate = (text: string) => DATE.test(text);
