import { createHash } from 'node:crypto';
import { TEXT_RULES } from '../../domain/text/text.ts';
import type { Quarantined, QuarantineReason } from '../../store/connections/quarantine.ts';
import { type Outcome, type RejectionCode, rejected } from '../pipeline/outcome.ts';
import { BadItem, MOST_PARTS_OF_ROW, parseItem } from '../pipeline/read-items.ts';
import { fieldsOf } from './body.ts';
import type { DeliveryHeaders, Notice } from './connector.ts';

/* What is put into the quarantine, and how it is read again. */

/** Lookups of a text as the identifier of a person or an account. */
export type Identify = (text: string) => string[];

/** A rejected item: what the reader or the pipeline said of it. */
export interface RejectedItem {
  readonly item: unknown;
  readonly position: string;
  readonly reason: QuarantineReason;
  readonly code: string;
  readonly field: string | null;
}

/** The content of a row: one item, a delivery that could not be taken apart, or a notice of what is to be fetched. */
export type QuarantineContent =
  | { readonly kind: 'item'; readonly text: string }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'body'; readonly body: string; readonly headers: Readonly<Record<string, string>> };

/** Headers that connectors read besides the signature, which is not kept. */
const READ_AGAIN = /^content-type$|timestamp$/;
/** Different texts of one content that may name a person; one with more is not kept, because an erasure could miss it. */
const MOST_TEXTS = 2_000;
/** Shorter texts identify no one. */
const SHORTEST = 3;
/** Parts of a longer text that look like an identifier: they have a digit or an "@". */
const PARTS = /[^\s"'<>()[\]{},;:=&|]+/g;

/** Fields that messages of rejections begin with. */
const FIELD = /^([a-z][A-Za-z]{0,40}): /;

/** The field that a rejection names. Its message may quote a respondent, so it is not stored. */
export const fieldOf = (message: string): string | null => FIELD.exec(message)?.[1] ?? null;

/** Codes of items that nothing can be done about: they are older than what is stored, or were erased. */
const SETTLED: ReadonlySet<RejectionCode> = new Set(['STALE', 'ERASED']);

/** Whether an outcome is one that a fix may change. */
export const isFixable = (outcome: Outcome | null): outcome is Outcome & { readonly status: 'rejected' } =>
  outcome?.status === 'rejected' && !SETTLED.has(outcome.code);

/** The form in which a rejected item waits; null where it has too many texts. */
export function quarantinedItem(identify: Identify, { item, ...said }: RejectedItem): Quarantined | null {
  // A signed delivery may have nothing where its item belongs.
  const text = item instanceof BadItem ? item.text : JSON.stringify(item ?? null);
  const values = item instanceof BadItem ? [text] : textsIn(item);
  return quarantined(identify, said, { kind: 'item', text }, values);
}

/** The form in which a delivery waits that cannot be taken apart. */
export function quarantinedBody(
  identify: Identify,
  raw: Buffer,
  headers: DeliveryHeaders,
  position: string,
): Quarantined | null {
  const read = Object.entries(headers).flatMap(([name, value]) =>
    READ_AGAIN.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  const said = { position, reason: 'BODY' as const, code: 'INVALID', field: null };
  const content = { kind: 'body' as const, body: raw.toString('base64'), headers: Object.fromEntries(read) };
  return quarantined(identify, said, content, [raw.toString('utf8')]);
}

function quarantined(
  identify: Identify,
  said: Pick<Quarantined, 'position' | 'reason' | 'code' | 'field'>,
  content: QuarantineContent,
  values: Iterable<string>,
): Quarantined | null {
  const texts = identifiersIn(values);
  if (texts === null) return null;
  const written = JSON.stringify(content);
  const [digest = ''] = identify(createHash('sha256').update(written).digest('hex'));
  return { ...said, digest, lookups: [...new Set([...texts].flatMap(identify))], content: written };
}

/** Every text and number within an item. */
function* textsIn(value: unknown): Generator<string> {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string' || typeof next === 'number') yield String(next);
    else if (Array.isArray(next)) waiting.push(...next);
    else waiting.push(...Object.values(fieldsOf(next)));
  }
}

/** The texts by which a person may be named: each as it is, and parts of it; null if there are too many. */
function identifiersIn(values: Iterable<string>): Set<string> | null {
  const found = new Set<string>();
  const add = (text: string) => {
    const trimmed = text.trim();
    if (trimmed.length >= SHORTEST && trimmed.length <= TEXT_RULES.respondent.longest) found.add(trimmed);
  };
  for (const value of values) {
    add(value);
    for (const [part] of value.matchAll(PARTS)) if (/[\d@]/.test(part)) add(part);
    if (found.size > MOST_TEXTS) return null;
  }
  return found;
}

/** The item in a row's content, as the connector's reader gets it. Earlier versions kept no text of an item that was absent. */
export function itemAgain(text = 'null'): unknown {
  const item = parseItem(text, MOST_PARTS_OF_ROW);
  return item instanceof SyntaxError ? new BadItem(rejected('INVALID', 'the item is not JSON'), text) : item;
}
