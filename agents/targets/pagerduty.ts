import { createHash } from 'node:crypto';
import { z } from 'zod';
import { bodyField, readStatus } from './answers.ts';
import { secretText } from './settings.ts';
import { targetKind } from './target.ts';
import { cut, headline } from './texts.ts';

const ADDRESSES = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;
/** PagerDuty's limits. */
const [MOST_SUMMARY, MOST_KEY] = [1_024, 255];
const SEVERITIES = { INFO: 'info', WARNING: 'warning', CRITICAL: 'critical' } as const;
const ACTIONS = { open: 'trigger', acknowledged: 'acknowledge', over: 'resolve' } as const;

/** What PagerDuty joins events by: the subject, so that a later event changes the incident of the first. */
export function dedupKey(source: string, subject: string): string {
  const key = `${source}/${subject}`;
  return key.length <= MOST_KEY ? key : createHash('sha256').update(key).digest('hex');
}

/** A service of PagerDuty, by an integration of Events API v2. */
export const pagerduty = targetKind({
  kind: 'pagerduty',
  settings: z.strictObject({ region: z.enum(['us', 'eu']).default('us') }),
  secret: secretText('the integration key of the service', /^[0-9A-Za-z]{32}$/, '32 letters and digits'),
  request: (event, { region }, secret) => ({
    url: ADDRESSES[region],
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      routing_key: secret,
      // The state when it is sent: an event that is late must not open what is over.
      event_action: ACTIONS[event.stage],
      dedup_key: dedupKey(event.source, event.subject),
      client: 'Scoreline',
      ...(event.link === null
        ? {}
        : { client_url: event.link, links: [{ href: event.link, text: 'Open in Scoreline' }] }),
      payload: {
        summary: cut(headline(event), MOST_SUMMARY),
        source: event.source,
        severity: SEVERITIES[event.severity],
        timestamp: event.at.toISOString(),
        class: event.type,
        custom_details: {
          summary: event.summary,
          ...Object.fromEntries(event.facts.map(({ label, value }) => [label, value])),
          ...(event.comment === null ? {} : { Comment: event.comment }),
        },
      },
    }),
    hidden: [secret],
  }),
  read: (answer) => readStatus(answer, bodyField(answer, 'dedup_key')),
});
