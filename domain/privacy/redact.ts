import { type Steps, toEnd } from '../text/slices.ts';
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
 * Redaction: removes identifiers of people from a comment, by pattern, check digits and the words before them.
 * Names in prose are not found: a model may remove those (names.ts), and encryption protects them. Patterns read a normal form of the text; matches are
 * removed from the original, the rest of which stays as it is. Every quantifier is bounded and every walk is a
 * single pass, so the cost of hostile text is linear in its length. docs/guides/redaction.md lists what is
 * removed.
 */

/** Every available pack; "documents" are passports and identity cards of any country. */
export const PACK_NAMES: readonly string[] = ['documents', ...Object.keys(PACKS)];

/** The default: every pack, and no expected country. */
export const DEFAULT_RULES: RedactionRules = { countries: [], packs: new Set(PACK_NAMES) };

/** At once, or in steps where a long text takes some milliseconds. */
type Finder = (view: View, rules: RedactionRules) => Span[] | Steps<Span[]>;

/** In this order: certain kinds before those they could be mistaken for. */
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

/** Written text does not need more passes; the bound keeps hostile text cheap. */
const PASSES = 6;
/** Characters read in all passes over a long text, which is read twice at least. */
const MOST_READ = 60_000;

export interface Redaction {
  readonly text: string;
  /** How many parts of each kind were removed. */
  readonly counts: Readonly<Partial<Record<Kind, number>>>;
}

/**
 * The text with identifying parts replaced by their kind, such as [email] or [phone]. Linear in the text's
 * length.
 */
export function redact(text: string, rules: RedactionRules = DEFAULT_RULES): string {
  return redactCounted(text, rules).text;
}

/** As `redact`, with counts. */
export function redactCounted(text: string, rules: RedactionRules = DEFAULT_RULES): Redaction {
  return toEnd(redacting(text, rules));
}

/**
 * As `redactCounted`, in steps of some milliseconds for the longest comment (`inSlices`). Repeats until nothing
 * changes, because removing one part may expose another, so that a second call changes nothing; a long text is read a few times at most.
 */
export function* redacting(text: string, rules: RedactionRules = DEFAULT_RULES): Steps<Redaction> {
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

/**
 * Without a digit of any script, a character of an address or key, or a word for "@", there is nothing to find.
 */
const MAY_HOLD =
  /[\p{N}@\uff20\ufe6b:=([{<_]|:\/\/|sk-|eyj|begin | (?:at|ät|aet|arobase|arroba|chiocciola|apenstaartje|snabel|kukac|собака) /iu;
const mayHold = (text: string) => MAY_HOLD.test(text);

/** What is to be removed, in order and without overlap. */
function* findAll(text: string, rules: RedactionRules): Steps<Span[]> {
  const found: Span[] = [];
  let view = new View(text);
  for (const find of FINDERS) {
    yield;
    const result = find(view, rules);
    const spans = Array.isArray(result) ? result : yield* result;
    if (spans.length === 0) continue;
    found.push(...spans);
    view = new View(masked(view.text, spans), view);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** As long as before, so that indexes stay valid. */
function masked(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(done, start), MASK.repeat(end - start));
    done = end;
  }
  return pieces.join('') + text.slice(done);
}
