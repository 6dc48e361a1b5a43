import type { Session } from './client.ts';
import { statement } from './statement.ts';

/*
 * Two settings of PostgreSQL decide whether an answer costs more to take in the more of them there are (decision 0237).
 */

/** Indexes in which each new answer has a place of its own: their keys are hashes, or ids of persons. */
const SCATTERED = [
  'response_key_pkey',
  'response_key_subject_id_index',
  'source_event_pkey',
  'source_event_response_id_index',
  'source_event_subject_id_index',
];
/**
 * A checkpoint begins at about half of `max_wal_size`, and after it each page is logged whole when it first changes. Below this, more than
 * half of the log is whole pages.
 */
const LOG_OF_INDEXES = 4;
/** What is advised has room for half as many answers again. */
const ROOM = 1.5;
const GIB = 2 ** 30;

/** In bytes. */
export interface ServerSettings {
  readonly buffers: number;
  readonly log: number;
  /** The size of the indexes whose keys are scattered. */
  readonly indexes: number;
}

/** A setting that is too small for what is stored. */
export interface SmallSetting {
  readonly name: 'shared_buffers' | 'max_wal_size';
  /** In bytes. */
  readonly value: number;
  /** As it is written in a configuration. */
  readonly advised: string;
}

const READ = statement(
  'server_settings',
  `SELECT pg_size_bytes(current_setting('shared_buffers'))::float8 AS buffers,
    pg_size_bytes(current_setting('max_wal_size'))::float8 AS log,
    coalesce(sum(pg_relation_size(c.oid)), 0)::float8 AS indexes
    FROM pg_class c WHERE c.relnamespace = to_regnamespace('public') AND c.relkind = 'i' AND c.relname = ANY ($1::text[])`,
);

/** The settings, and the size of the indexes that they are measured by: 0 before the first start. */
export async function readServerSettings(session: Session): Promise<ServerSettings> {
  const [settings] = await session.rows<ServerSettings>(READ, [SCATTERED]);
  if (!settings) throw new Error('PostgreSQL answers without a row');
  return settings;
}

/** The settings that make each answer dearer than it need be, and what they should be. */
export function smallSettings({ buffers, log, indexes }: ServerSettings): SmallSetting[] {
  const asked = [
    { name: 'shared_buffers', value: buffers, needed: indexes },
    { name: 'max_wal_size', value: log, needed: LOG_OF_INDEXES * indexes },
  ] as const;
  return asked
    .filter(({ value, needed }) => value < needed)
    .map(({ name, value, needed }) => ({
      ...{ name, value },
      advised: `${Math.ceil((ROOM * needed) / GIB)}GB`,
    }));
}
