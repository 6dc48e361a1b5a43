import { customType, timestamp } from 'drizzle-orm/pg-core';

/* Column types that tables share. */

/** A moment with its zone, read as a Date. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
/** When the row was written. */
export const recordedAt = () => moment('recorded_at').notNull().defaultNow();
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** A set of cell ids, as ranges. A scope sees a row if it sees every cell of its set (store/access/scoped-views.ts). */
export const cellSet = customType<{ data: string }>({ dataType: () => 'int4multirange' });
