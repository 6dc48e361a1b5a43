import { sql } from 'drizzle-orm';
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { agentDecision } from './agents.ts';
import { cellSet, moment } from './columns.ts';

/** PENDING: waits until `due`. DEAD: given up, can be replayed. CANCELLED: its subject was erased or its target removed. */
export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'DEAD', 'CANCELLED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A system that deliveries go to. Like a caller it has a role and attributes, which bound what a delivery contains. */
export const target = pgTable(
  'target',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    name: text('name').notNull(),
    /** webhook, slack, teams, ...: a file of agents/targets/. */
    kind: text('kind').notNull(),
    /** What is not secret: the address, a channel, a template. */
    settings: jsonb('settings').notNull(),
    /** Types of the events that go to it, as `alert.raised`. */
    events: text('events').array().notNull().default(sql`'{}'`),
    /** Its data key, wrapped by the key provider: null once it is removed, and where the kind needs no secret. */
    wrapped: text('wrapped'),
    provider: text('provider'),
    keyVersion: text('key_version'),
    wrappedAt: moment('wrapped_at'),
    /** Encrypted under the data key; null where the kind needs none, and once it is removed. */
    secret: text('secret'),
    /** Counts its secrets: each is bound to the one that it came with. */
    revision: integer('revision').notNull().default(1),
    role: text('role').notNull(),
    attributes: jsonb('attributes').notNull(),
    /** Deliveries a minute. */
    rate: integer('rate').notNull(),
    /** Up to when the rate has been used. */
    pacedUntil: moment('paced_until'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    /** Deliveries that failed since the last one that did not. */
    failures: integer('failures').notNull().default(0),
    /** While the circuit is open, no delivery is tried. */
    openUntil: moment('open_until'),
    /** Why it is off: a person, or the target answered 410. */
    disabledReason: text('disabled_reason'),
    disabledAt: moment('disabled_at'),
    removedAt: moment('removed_at'),
    removedBy: text('removed_by'),
  },
  (table) => [uniqueIndex('target_name').on(table.name).where(sql`removed_at IS NULL`)],
);

/** One event for one target; its id is the same in every attempt. Its body is made when it is sent, and never stored. */
export const delivery = pgTable(
  'delivery',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    targetId: uuid('target_id')
      .notNull()
      .references(() => target.id),
    decisionId: uuid('decision_id').references(() => agentDecision.id),
    /** The type of the event, as `alert.raised`, and the node that it is about. */
    event: text('event').notNull(),
    subject: text('subject').notNull(),
    cells: cellSet('cells').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    attempts: smallint('attempts').notNull().default(0),
    due: moment('due').notNull(),
    /** Until when the process that claimed it may take; a claim that has expired is taken over. */
    claimedUntil: moment('claimed_until'),
    createdAt: moment('created_at').notNull(),
    settledAt: moment('settled_at'),
    /** The last answer: a status and what was wrong, without the body. */
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    /** What the target calls what it made: a ticket, an incident. */
    remoteId: text('remote_id'),
  },
  (table) => [
    index('delivery_due').on(table.due).where(sql`state = 'PENDING'`),
    uniqueIndex('delivery_once').on(table.targetId, table.event, table.subject, table.decisionId),
    index().on(table.createdAt, table.id),
    index().on(table.subject),
    index().on(table.decisionId),
    check('delivery_settled', sql`(state = 'PENDING') = (settled_at IS NULL)`),
  ],
);
