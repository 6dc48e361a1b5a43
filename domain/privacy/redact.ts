import { toEnd } from '../text/slices.ts';
import { findAccounts, findIbans } from './redaction/accounts.ts';
import { findAddresses, findPostcodes } from './redaction/addresses.ts';
import { findCards } from './redaction/cards.ts';
import { View } from './redaction/cues.ts';
import { findEmails, findSpeltEmails, findUserInfo } from './redaction/emails.ts';
import { findFormedIds, findNamedIds, PACKS } from './redaction/national-ids.ts';
import { findNetworkAddresses } from './redaction/network.ts';
import { MASK, normalForm } from './redaction/normal-form.ts';
import { findPhones } from './redaction/phones.ts';
import { findSecrets } from './redaction/secrets.ts';
import type { Kind, RedactionRules, Span } from './redaction/span.ts';

export { rulesFor } from './redaction/country-of.ts';
export { KINDS, type Kind, type RedactionRules } from './redaction/span.ts';

/*
 * What a comment may carry that names a person, by pattern, check digits and the words before it. Names in prose are not
 * found; the encryption of comments is the wall for those. Patterns read a normal form of the text; what they find is
 * removed from the text as it was written, and the rest of it stays as it is. Every quantifier is bounded and every walk is one
 * walk, so that the cost of hostile text grows with its length alone. docs/guides/redaction.md says what is removed.
 */

/** Every pack that there is; "documents" are passports and identity cards of any country. */
export const PACK_NAMES: readonly string[] = ['documents', ...Object.keys(PACKS)];

/** Unless the deployment says otherwise: every pack, and no country expected. */
export const DEFAULT_RULES: RedactionRules = { countries: [], packs: new Set(PACK_NAMES) };

type Finder = (view: View, rules: RedactionRules) => Span[];

/** In this order: what is certain goes before what it could be taken for. */
const FINDERS: readonly Finder[] = [
  findSecrets,
  findUserInfo,
  findEmails,
  findSpeltEmails,
  findIbans,
  findNetworkAddresses,
  findNamedIds,
  findAccounts,
  findCards,
  findFormedIds,
  findPostcodes,
  findPhones,
  findAddresses,
];

/** Text that needs more is not written by people; the bound keeps hostile text cheap. */
const PASSES = 6;
/** Characters read in all passes over a long text, which is read twice at least. */
const MOST_READ = 60_000;

export interface Redaction {
  readonly text: string;
  /** How many parts of each kind were removed. */
  readonly counts: Readonly<Partial<Record<Kind, number>>>;
}

/** The text with what names a person replaced by what it was, such as [email] or [phone]. Linear in the text's length. */
export function redact(text: string, rules: RedactionRules = DEFAULT_RULES): string {
  return redactCounted(text, rules).text;
}

/** As `redact`, with counts. */
export function redactCounted(text: string, rules: RedactionRules = DEFAULT_RULES): Redaction {
  return toEnd(redacting(text, rules));
}

/**
 * As `redactCounted`, in steps of some milliseconds for the longest comment (`inSlices`). What stands free only after its
 * neighbour went is looked at again, so that doing it again changes nothing.
 */
export function* redacting(
  text: string,
  rules: RedactionRules = DEFAULT_RULES,
): Generator<undefined, Redaction> {
  const counts: Partial<Record<Kind, number>> = {};
  let current = text;
  let left = MOST_READ;
  for (let pass = 0; pass < PASSES && mayHold(current); pass++) {
    if (pass > 1 && left < current.length) break;
    left -= current.length;
    const form = normalForm(current);
    yield;
    const spans = yield* findAll(form.text, rules);
    if (spans.length === 0) break;
    const pieces: string[] = [];
    let done = 0;
    for (const { start, end, kind } of spans) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      pieces.push(current.slice(done, form.start(start)), `[${kind}]`);
      done = form.end(end - 1);
    }
    current = pieces.join('') + current.slice(done);
  }
  return { text: current, counts };
}

/** A digit of any script, a sign of an address or key, or words for "@" and "." in which nearly all text is done with. */
const MAY_HOLD =
  /[\p{N}@\uff20\ufe6b:=([{<_]|:\/\/|sk-|eyj|begin | (?:at|ät|aet|arobase|arroba|chiocciola|apenstaartje|snabel|kukac|собака) /iu;
const mayHold = (text: string) => MAY_HOLD.test(text);

/** What is to be removed, in order and apart. */
function* findAll(text: string, rules: RedactionRules): Generator<undefined, Span[]> {
  const found: Span[] = [];
  let view = new View(text);
  for (const find of FINDERS) {
    yield;
    const spans = find(view, rules);
    if (spans.length === 0) continue;
    found.push(...spans);
    view = new View(masked(view.text, spans), view);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** As long as before, so that places stay what they are. */
function masked(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(done, start), MASK.repeat(end - start));
    done = end;
  }
  return pieces.join('') + text.slice(done);
}
