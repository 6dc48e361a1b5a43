import type { AlertEventKind, AlertState } from '../../gql/graphql.ts';

/** States in words for people, by the API's names. */
export const STATE_WORDS: Readonly<Record<AlertState, string>> = {
  OPEN: 'Open',
  ACKNOWLEDGED: 'In hand',
  RESOLVED: 'Resolved',
  DISMISSED: 'Dismissed',
};

/** What happened to an alert, in words. */
export const EVENT_WORDS: Readonly<Record<AlertEventKind, string>> = {
  RAISED: 'Raised',
  CHANGED: 'Changed',
  ACKNOWLEDGED: 'Taken in hand',
  RESOLVED: 'Resolved',
  DISMISSED: 'Dismissed',
  ESCALATED: 'Escalated',
};

/** Which alerts each tab of the inbox shows. */
export const SHOWN: Readonly<Record<'open' | 'closed', AlertState[]>> = {
  open: ['OPEN', 'ACKNOWLEDGED'],
  closed: ['RESOLVED', 'DISMISSED'],
};

/** Whether a person can still do something about it. */
export const isOpen = (state: AlertState): boolean => SHOWN.open.includes(state);
