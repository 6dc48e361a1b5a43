import { createHash, hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { NpsClass } from '../nps/nps.ts';
import { type ScaleRule, scaleKey } from '../nps/scale.ts';
import type { SentAttributes } from '../segments/apply-rules.ts';
import type { CellAttributes } from '../segments/cell.ts';
import type { Revision } from './newer.ts';

/** The survey that a response answers, and its wording. */
export interface SurveyVersion {
  readonly name: string;
  readonly version: string;
}

/**
 * How items of one source became responses: survey, scale rule, and which fields were read how.
 * Content-addressed: a changed mapping is another version, and the old one stays.
 */
export interface MappingVersion {
  readonly source: string;
  /** Which way in read it: one of the registry (ingestion/webhooks/registry.ts). */
  readonly connector: string;
  readonly survey: SurveyVersion;
  readonly scale: ScaleRule;
  /** The declared field mapping as it was given, for the auditor. */
  readonly definition: unknown;
  /** What removed names from comments (`NameRedaction.version`), where that is on. */
  readonly redaction?: string;
}

/** How many new ones one submitter may add: permanently, and mappings per minute (of one process). */
export interface NameBounds {
  readonly sources: number;
  readonly surveys: number;
  readonly mappings: number;
  /** Bytes of the definitions of all of the submitter's mappings, as JSON. */
  readonly mappingBytes: number;
  readonly minute: number;
}

/** The default. */
export const NAME_BOUNDS: NameBounds = {
  sources: 100,
  surveys: 500,
  mappings: 1_000,
  mappingBytes: 8 * 1024 * 1024,
  minute: 60,
};

/** 24 hex digits of the SHA-256 of the mapping's canonical JSON (RFC 8785). */
export function mappingKey(mapping: MappingVersion): string {
  const content = { ...mapping, scale: scaleKey(mapping.scale) };
  return createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex')
    .slice(0, 24);
}

/** A pseudonym, with the keyed hashes that find it in the database, under the newest pepper first. */
export interface Pseudonymous {
  readonly pseudonym: string;
  readonly lookups: readonly string[];
}

/** A response after normalising, redacting, pseudonymising and assigning a cell: ready to be stored. */
export interface NormalisedResponse {
  /** Derived from source and external id (`responseId`). */
  readonly id: string;
  readonly source: string;
  readonly externalId: string;
  readonly answeredAt: Date;
  /** Decides which of two deliveries is newer; null: their times do. */
  readonly revision: Revision | null;
  readonly score: number | null;
  readonly points: number | null;
  readonly class: NpsClass | null;
  readonly comment: string | null;
  /** Pseudonym. */
  readonly respondent: string | null;
  /** Keyed hashes that find the respondent in the database, under the newest pepper first; empty without one. */
  readonly lookups: readonly string[];
  /** The respondent's account, likewise. */
  readonly account: Pseudonymous | null;
  /** The dimensions as segment rules make them. */
  readonly attributes: CellAttributes;
  /** What the rules read; null without rules. */
  readonly sent: SentAttributes | null;
  /** The version of the rules; 0: none. */
  readonly segmentRules: number;
  readonly mapping: MappingVersion;
  /** Keyed hash of everything above except the revision: equal contents are duplicates. */
  readonly contentHash: string;
  /** The same under former peppers, to recognise what was stored then. */
  readonly formerHashes: readonly string[];
  readonly event: SourceEventFacts;
}

/**
 * What is stored of the arriving item: its position in the source, the keyed hash of its bytes, and (encrypted)
 * the bytes.
 */
export interface SourceEventFacts {
  readonly position: string;
  readonly hash: string;
  /** The same under former peppers. */
  readonly formerHashes: readonly string[];
  readonly content: string;
}

/** The UUID (version 8) of the response with that `externalId` of `source`, whatever its content. */
export function responseId(source: string, externalId: string): string {
  return uuidFrom(`response\n${source}\n${externalId}`);
}

/** The UUID (version 8) of the source event that gave the response this content. */
export function sourceEventId(response: string, contentHash: string): string {
  return uuidFrom(`source-event\n${response}\n${contentHash}`);
}

/**
 * The UUID (version 8) of the source event of a content that the response had before: under another mapping, by
 * a higher revision, or after an import was undone. `at`: when it was received, epoch milliseconds.
 */
export function againEventId(
  response: string,
  contentHash: string,
  mappingVersion: number,
  at: number,
): string {
  return uuidFrom(`source-event\n${response}\n${contentHash}\n${mappingVersion}\n${at}`);
}

/** The UUID (version 8) derived from a text. */
export function uuidFrom(text: string): string {
  const hex = hash('sha256', text, 'hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
