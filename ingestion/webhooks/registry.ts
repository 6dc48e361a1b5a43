import { kafka } from '../kafka/connector.ts';
import { emailLink } from '../surveys/email-link.ts';
import { webSnippet } from '../surveys/web-snippet.ts';
import { bucket } from '../watch/bucket.ts';
import { folder } from '../watch/folder.ts';
import type { Connector, WebhookConnector } from './connector.ts';
import { asknicely } from './vendors/asknicely.ts';
import { canonical } from './vendors/canonical.ts';
import { chatwoot } from './vendors/chatwoot.ts';
import { delighted } from './vendors/delighted.ts';
import { formbricks } from './vendors/formbricks.ts';
import { hubspot } from './vendors/hubspot.ts';
import { intercom } from './vendors/intercom.ts';
import { posthog } from './vendors/posthog.ts';
import { qualtrics } from './vendors/qualtrics.ts';
import { retently } from './vendors/retently.ts';
import { segment } from './vendors/segment.ts';
import { stripe } from './vendors/stripe.ts';
import { surveymonkey } from './vendors/surveymonkey.ts';
import { twilio } from './vendors/twilio.ts';
import { typeform } from './vendors/typeform.ts';
import { wootric } from './vendors/wootric.ts';
import { zendesk } from './vendors/zendesk.ts';

/** The vendors that can deliver by webhook: one file of vendors/ each. */
const VENDORS: readonly WebhookConnector[] = [
  canonical,
  formbricks,
  typeform,
  posthog,
  qualtrics,
  surveymonkey,
  delighted,
  retently,
  wootric,
  asknicely,
  segment,
  chatwoot,
  zendesk,
  intercom,
  twilio,
  stripe,
  hubspot,
];

/** Surveys of our own, which people answer on pages and in a script of this server. */
const SURVEYS: readonly Connector[] = [emailLink, webSnippet];

/** Places that files are read from. */
const PLACES: readonly Connector[] = [folder, bucket];

/** The other routes, as mappings name them. */
const ROUTES = ['responses', 'graphql', 'file', 'demo'];

/** The connectors of webhooks, by name. */
export const CONNECTORS: ReadonlyMap<string, WebhookConnector> = new Map(
  VENDORS.map((one) => [one.name, one]),
);

/** Everything that a connection can be made for, by name. */
export const CONNECTABLE: ReadonlyMap<string, Connector> = new Map(
  [...VENDORS, ...SURVEYS, ...PLACES, kafka].map((one) => [one.name, one]),
);

const NAMES: ReadonlySet<string> = new Set([...ROUTES, ...CONNECTABLE.keys()]);

/** Whether a mapping may name this connector or route. */
export const isConnectorName = (name: string): boolean => NAMES.has(name);
