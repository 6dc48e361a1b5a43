import { z } from 'zod';
import { readChecked } from '../files/map/map-mistakes.ts';
import { named } from '../files/map/map-parts.ts';
import { type IdentityDraft, readIdentity } from '../identities/read-identity.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import { fieldsOf } from './body.ts';
import type { ConnectionReader } from './connector.ts';

/** How a vendor's events state that two identifiers are of one person. */
export interface VendorIdentities {
  /** The names of these events. */
  readonly events: readonly [string, ...string[]];
  /** Which of them an item is; null: none. */
  eventOf(item: unknown): string | null;
  /** The merge that such an item states; null where it names one identifier only. Never throws. */
  read(item: unknown): IdentityDraft | Outcome | null;
}

/**
 * The reader of a vendor whose events state merges too: those that the mapping's part `identities` names, none without it. A mapping that
 * has nothing else brings no answers.
 * @throws InvalidMapError
 */
export function readingIdentities(
  vendor: string,
  mapping: unknown,
  { events, eventOf, read }: VendorIdentities,
  others: (mapping: unknown) => ConnectionReader,
): ConnectionReader {
  const { identities, ...rest } = fieldsOf(mapping);
  const isOther = (item: unknown) => eventOf(item) === null;
  if (identities === undefined) return only(others(mapping), isOther);
  const { source, ...answers } = rest;
  const isAlone = Object.keys(answers).length === 0;
  const shape = z.strictObject({
    source: named('source').default(vendor),
    identities: z.strictObject({
      events: z.array(z.enum(events, { error: `must be one of ${events.join(', ')}` })).min(1),
    }),
  });
  const own = readChecked(
    shape,
    { identities, ...(isAlone && source !== undefined ? { source } : {}) },
    Number.POSITIVE_INFINITY,
  );
  const permitted = new Set<string>(own.identities.events);
  const reader = isAlone
    ? { source: own.source, sourceOf: () => own.source, read: () => null }
    : others(rest);
  return {
    ...only(reader, isOther),
    identities: (item) => (permitted.has(eventOf(item) ?? '') ? read(item) : null),
  };
}

/** The reader of those items: an event that states a merge is neither an answer nor an outcome, whatever the mapping says these are. */
function only(reader: ConnectionReader, isOther: (item: unknown) => boolean): ConnectionReader {
  const { outcomes } = reader;
  return {
    ...reader,
    read: (item, position) => (isOther(item) ? reader.read(item, position) : null),
    ...(outcomes ? { outcomes: (item, position) => (isOther(item) ? outcomes(item, position) : []) } : {}),
  };
}

/** An identifier of the vendor, which may be a number. */
export const identifierOf = (value: unknown): string | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;

/**
 * The merge of an event of the form that /ingest/identities takes too, whose identifiers have those names. Without one of them it is
 * rejected where `needs` says that the event has no other meaning, and states nothing otherwise.
 */
export function readPair(
  event: unknown,
  ids: Readonly<Record<string, unknown>>,
  needs: boolean,
): IdentityDraft | Outcome | null {
  const missing = Object.keys(ids).find((name) => identifierOf(ids[name]) === undefined);
  if (missing !== undefined) return needs ? rejected('MISSING', `${missing}: is missing`) : null;
  const [from, into] = Object.values(ids);
  return from === into ? null : readIdentity(event);
}
