import type {
  QuarantineFilter,
  QuarantineReason,
  QuarantineStatus,
} from '../../store/connections/quarantine.ts';
import { type DateTimeInput, timeOf } from './builder.ts';

/** What ids of items begin with. */
export const QUARANTINED_PREFIX = 'QuarantinedItem:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The input QuarantineFilter. */
export interface FilterShape {
  readonly statuses?: readonly QuarantineStatus[] | null;
  readonly reasons?: readonly QuarantineReason[] | null;
  readonly fields?: readonly string[] | null;
  readonly from?: DateTimeInput | null;
  readonly to?: DateTimeInput | null;
}

/** The row's key in the id of an item, or null. */
export const quarantinedOf = (id: string): string | null => {
  const key = id.startsWith(QUARANTINED_PREFIX) ? id.slice(QUARANTINED_PREFIX.length) : '';
  return UUID.test(key) ? key : null;
};

/** @throws InvalidArgumentError */
export function filterOf(given: FilterShape | null | undefined): QuarantineFilter {
  const { statuses, reasons, fields, from, to } = given ?? {};
  return {
    statuses,
    reasons,
    fields,
    from: timeOf('filter.from', from),
    to: timeOf('filter.to', to),
  } as QuarantineFilter;
}
