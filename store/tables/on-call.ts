import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { agentDecision, alert } from './agents.ts';
import { moment } from './columns.ts';
import { target } from './targets.ts';

/** A version of the on-call plan (quiet hours, schedules, escalation), never changed; the newest holds. */
export const onCallPlan = pgTable('on_call_plan', {
  version: integer('version').primaryKey(),
  /** As domain/on-call/plan.ts reads it. */
  plan: jsonb('plan').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull(),
  reason: text('reason').notNull(),
});

/** A step of the escalation of an alert that was sent; its key is why none is sent twice. */
export const alertEscalation = pgTable(
  'alert_escalation',
  {
    alertId: uuid('alert_id')
      .notNull()
      .references(() => alert.id, { onDelete: 'cascade' }),
    /** When the alert was raised or opened again: it then begins at the first step. */
    openedAt: moment('opened_at').notNull(),
    /** From 1 on. */
    step: integer('step').notNull(),
    targetId: uuid('target_id')
      .notNull()
      .references(() => target.id),
    decisionId: uuid('decision_id').references(() => agentDecision.id, { onDelete: 'cascade' }),
    sentAt: moment('sent_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.alertId, table.openedAt, table.step] }),
    index().on(table.decisionId),
  ],
);
