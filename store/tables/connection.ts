import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Segment } from '../../domain/segments/cell.ts';
import { bytea, moment } from './columns.ts';

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/** A vendor's account that delivers responses by webhook. Rows are created and removed, never deleted. */
export const connection = pgTable('connection', {
  /** Random, and part of the path that the vendor posts to. */
  id: uuid('id').primaryKey(),
  /** The connector that reads its deliveries (ingestion/webhooks/registry.ts). */
  connector: text('connector').notNull(),
  name: text('name').notNull(),
  /** Values by attribute of a dimension, to which its responses are limited; an absent one is free. */
  attributes: jsonb('attributes').$type<Segment>().notNull(),
  /** The sources that it is bound to; null: not bound. */
  sources: jsonb('sources').$type<readonly string[]>(),
  /** As it was declared. */
  mapping: jsonb('mapping').notNull(),
  /** Counts the changes of its mapping. */
  mappingRevision: integer('mapping_revision').notNull().default(1),
  /** Its data key, wrapped by the key provider: null once it is removed. */
  wrapped: text('wrapped'),
  provider: text('provider'),
  keyVersion: text('key_version'),
  wrappedAt: moment('wrapped_at'),
  /** The secret that deliveries are signed with, encrypted under the data key: null once it is removed. */
  secret: text('secret'),
  /** The previous secret, and until when it is still accepted. */
  formerSecret: text('former_secret'),
  formerUntil: moment('former_until'),
  rotatedAt: moment('rotated_at'),
  /** Counts its changes; deliveries do not count. */
  revision: integer('revision').notNull().default(1),
  createdAt: moment('created_at').notNull(),
  /** The name and the id of the caller. */
  createdBy: text('created_by').notNull(),
  madeBy: text('made_by').notNull(),
  removedAt: moment('removed_at'),
  removedBy: text('removed_by'),
  /** Deliveries with a valid signature, and the results of their items. */
  deliveries: counter('deliveries'),
  accepted: counter('accepted'),
  duplicates: counter('duplicates'),
  rejected: counter('rejected'),
  ignored: counter('ignored'),
  lastDeliveryAt: moment('last_delivery_at'),
  /** Why an item or a delivery was rejected last: a code and a field, no value. */
  lastError: text('last_error'),
  lastErrorAt: moment('last_error_at'),
  /** Why a delivery was refused last, before it was read. Written at most once a minute. */
  lastRefusal: text('last_refusal'),
  lastRefusedAt: moment('last_refused_at'),
  /** Deliveries that were refused before they were read. */
  refused: counter('refused'),
  /** Items that found no room in the quarantine. */
  unkept: counter('unkept'),
});

/** Accepted deliveries, by the vendor's id: a repeated one is not read again. */
export const connectionDelivery = pgTable(
  'connection_delivery',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connection.id),
    /** SHA-256 of the vendor's id. */
    digest: bytea('digest').notNull(),
    receivedAt: moment('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.digest] }), index().on(table.receivedAt)],
);

/** How what a connection announces is fetched from its vendor; without a row it announces nothing. Deleted when the connection is removed. */
export const connectionFetch = pgTable('connection_fetch', {
  /** The connection's. */
  id: uuid('id')
    .primaryKey()
    .references(() => connection.id),
  /** The origin of the vendor's interface, as https://fra1.qualtrics.com; null where it is not known yet. */
  origin: text('origin'),
  /** The vendor's key, encrypted under the data key of the connection; null: none was given yet, and notices wait. */
  key: text('key'),
  /** Counts its keys: each is bound to the one that it came with. */
  revision: integer('revision').notNull().default(0),
  /** Requests a minute. */
  rate: integer('rate').notNull(),
  /** Up to when the rate has been used. */
  pacedUntil: moment('paced_until'),
  /** Requests that failed since the last one that did not. */
  failures: integer('failures').notNull().default(0),
  /** While the circuit is open, nothing is fetched. */
  openUntil: moment('open_until'),
  /** Why something was not fetched last: a status or a code, no value. */
  lastError: text('last_error'),
  lastErrorAt: moment('last_error_at'),
});
