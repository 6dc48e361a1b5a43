import { emailLink } from '../surveys/email-link.ts';
import type { Connector, WebhookConnector } from './connector.ts';
import { canonical } from './vendors/canonical.ts';
import { formbricks } from './vendors/formbricks.ts';

/** The vendors that can deliver by webhook: one file of vendors/ each. */
const VENDORS: readonly WebhookConnector[] = [canonical, formbricks];

/** Surveys of our own, which people answer on pages and in a script of this server. */
const SURVEYS: readonly Connector[] = [emailLink];

/** The other routes, as mappings name them. */
const ROUTES = ['responses', 'graphql', 'file', 'demo'];

/** The connectors of webhooks, by name. */
export const CONNECTORS: ReadonlyMap<string, WebhookConnector> = new Map(
  VENDORS.map((one) => [one.name, one]),
);

/** Everything that a connection can be made for, by name. */
export const CONNECTABLE: ReadonlyMap<string, Connector> = new Map(
  [...VENDORS, ...SURVEYS].map((one) => [one.name, one]),
);

const NAMES: ReadonlySet<string> = new Set([...ROUTES, ...CONNECTABLE.keys()]);

/** Whether a mapping may name this connector or route. */
export const isConnectorName = (name: string): boolean => NAMES.has(name);
