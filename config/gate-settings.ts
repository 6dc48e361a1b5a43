import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { namedValues } from '../domain/text/named-values.ts';

/** Cost points that a role may spend. */
export interface Budget {
  /** On one operation. */
  readonly operation: number;
  /** By one key, token or admin per minute; null: no limit. */
  readonly minute: number | null;
}

export interface GateSettings {
  /** Roles that may introspect the schema. */
  readonly introspection: readonly string[];
  /** Roles that may send only trusted documents. */
  readonly trustedOnly: readonly string[];
  /** By role; `default` for the others. */
  readonly cost: Readonly<Record<string, Budget>>;
}

const points = z.number().int().min(1);
const budget = z
  .strictObject({ operation: points, minute: points.nullable() })
  .refine(({ operation, minute }) => minute === null || minute >= operation, {
    error: 'minute must be at least operation, or that operation could never run',
  });

const ALL_BUT_FEED = ['admin', 'analyst', 'segment-owner', 'model-steward', 'auditor', 'dpo', 'collector'];

/** `limits` of scoreline.config.ts. */
export const gateSettings = z
  .strictObject({
    introspection: z.array(z.string().min(1)).default(ALL_BUT_FEED),
    trustedOnly: z.array(z.string().min(1)).default([]),
    cost: namedValues(z.string(), budget)
      .refine((cost) => cost['default'] !== undefined, {
        error: 'must have "default", for the roles not named',
      })
      .default({
        default: { operation: 10_000, minute: 6_000_000 },
        admin: { operation: 10_000, minute: null },
        feed: { operation: 1_000, minute: 120_000 },
      }),
  })
  .prefault({});

/** Texts of documents by the lower-case hex of their SHA-256. */
export type TrustedDocuments = ReadonlyMap<string, string>;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads the allow-list: a JSON object of hash and text, as GraphQL clients' tools write it. GraphQL Code Generator puts "sha256:"
 * before the hash.
 * @throws Error naming the entry whose hash does not match its text.
 */
export async function readTrustedDocuments(file: string): Promise<TrustedDocuments> {
  return trustedEntries(await readFile(file, 'utf8'));
}

/**
 * The entries of the text of an allow-list.
 * @throws Error naming the entry whose hash does not match its text.
 */
export function trustedEntries(content: string): TrustedDocuments {
  const entries = z.record(z.string(), z.string()).safeParse(JSON.parse(content));
  if (!entries.success) throw new Error('must be a JSON object of SHA-256 and text of each document');
  const documents = new Map<string, string>();
  for (const [key, text] of Object.entries(entries.data)) {
    const hash = key.replace(/^sha256:/, '').toLowerCase();
    if (hash !== sha256(text))
      throw new Error(`${key} is not the SHA-256 of its text, which is ${sha256(text)}`);
    documents.set(hash, text);
  }
  return documents;
}
