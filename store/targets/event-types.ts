/** Events that targets get. */
export const EVENT_TYPES = [
  'alert.raised',
  'alert.changed',
  'alert.resolved',
  'alert.escalated',
  'case.opened',
  'case.closed',
  'decision.proposed',
  'narrative.written',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
