import type { DeliveryState, TargetEvent, TargetKind } from '../../gql/graphql.ts';

/** The events that a target gets, in words. */
export const EVENT_WORDS: Readonly<Record<TargetEvent, string>> = {
  ALERT_RAISED: 'Alert raised',
  ALERT_CHANGED: 'Alert changed',
  ALERT_RESOLVED: 'Alert resolved',
  ALERT_ESCALATED: 'Alert escalated',
  CASE_OPENED: 'Case opened',
  CASE_CLOSED: 'Case closed',
  DECISION_PROPOSED: 'Action proposed',
  NARRATIVE_WRITTEN: 'Narratives that are written',
};

/** How a delivery stands, in words. */
export const STATE_WORDS: Readonly<Record<DeliveryState, string>> = {
  PENDING: 'To be sent',
  DELIVERED: 'Delivered',
  DEAD: 'Given up',
  CANCELLED: 'Cancelled',
};

interface KindWords {
  readonly label: string;
  /** What the settings begin with. */
  readonly settings: object;
  /** What its secret is. */
  readonly secret: string;
}

/** What each kind of target is called and needs (docs/guides/targets.md). */
export const KINDS: Readonly<Record<TargetKind, KindWords>> = {
  WEBHOOK: {
    label: 'Webhook',
    settings: { url: 'https://' },
    secret: 'Left empty, one is made here and shown once.',
  },
  SLACK: { label: 'Slack', settings: {}, secret: 'The address of an incoming webhook.' },
  TEAMS: {
    label: 'Microsoft Teams',
    settings: {},
    secret: 'The address of a workflow that posts the card.',
  },
  PAGERDUTY: {
    label: 'PagerDuty',
    settings: { region: 'us' },
    secret: 'The integration key of an Events API v2 integration.',
  },
  EMAIL: {
    label: 'E-mail',
    settings: { host: '', port: 587, security: 'starttls', user: '', from: '', to: [''] },
    secret: 'The password of the user.',
  },
  HUBSPOT: {
    label: 'HubSpot',
    settings: { object: 'ticket', pipeline: '0', stage: '1' },
    secret: 'The access token of a private app.',
  },
  SALESFORCE: {
    label: 'Salesforce',
    settings: { instance: 'https://NAME.my.salesforce.com', clientId: '' },
    secret: 'The consumer secret of a connected app.',
  },
  ZENDESK: { label: 'Zendesk', settings: { subdomain: '', email: '' }, secret: 'An API token.' },
  SEGMENT: { label: 'Segment', settings: { region: 'us' }, secret: 'The write key of a source.' },
  KAFKA: {
    label: 'Kafka',
    settings: { brokers: ['kafka-1.example.com:9093'], topic: '' },
    secret: 'The password of the user, if there is one.',
  },
};

/** Names of kinds that are newer than this page stay as they are. */
export const kindLabel = (kind: TargetKind): string => KINDS[kind]?.label ?? kind;
