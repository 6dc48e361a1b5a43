/*
 * The one place that normalises texts from outside. The library puts the marks on one letter in order one by one, so n of them take n²
 * steps: 60,000, a text of 120 kB, take two seconds. A joiner after each 32 marks, which shows nothing, makes it linear: the
 * stream-safe form of UAX 15, which leaves all writing as it is.
 */

const JOINER = '\u034f';
/** 32 marks before another one. Two letters (halfwidth voiced sounds of Katakana) count, because compatibility forms make them marks. */
const PILE = /(?:(?!\u034f)[\p{M}\uff9e\uff9f]){32}(?=(?!\u034f)[\p{M}\uff9e\uff9f])/gu;

/** The text in a normalisation form of Unicode, in time linear in its length; more than 32 marks on one letter are divided. */
export function composed(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  return (text.length > 32 ? text.replace(PILE, `$&${JOINER}`) : text).normalize(form);
}
