import type { WebhookConnector } from './connector.ts';
import { canonical } from './vendors/canonical.ts';
import { formbricks } from './vendors/formbricks.ts';

/** The vendors that can deliver by webhook: one file of vendors/ each. */
const VENDORS: readonly WebhookConnector[] = [canonical, formbricks];

/** The other routes, as mappings name them. */
const ROUTES = ['responses', 'graphql', 'file', 'demo'];

/** The connectors by name. */
export const CONNECTORS: ReadonlyMap<string, WebhookConnector> = new Map(
  VENDORS.map((one) => [one.name, one]),
);

const NAMES: ReadonlySet<string> = new Set([...ROUTES, ...CONNECTORS.keys()]);

/** Whether a mapping may name this connector or route. */
export const isConnectorName = (name: string): boolean => NAMES.has(name);
