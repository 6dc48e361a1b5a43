import { z } from 'zod';
import { readStatus } from './answers.ts';
import { secretText } from './settings.ts';
import { targetKind } from './target.ts';
import { basic } from './texts.ts';

const ADDRESSES = {
  us: 'https://api.segment.io/v1/track',
  eu: 'https://events.eu1.segmentapis.com/v1/track',
} as const;

/** `alert.raised` as Segment names events: `Alert Raised`. */
const nameOf = (type: string) =>
  type
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

/** A source of Segment. Events are about a subject, not a person: it is the anonymous id. */
export const segment = targetKind({
  kind: 'segment',
  settings: z.strictObject({ region: z.enum(['us', 'eu']).default('us') }),
  secret: secretText('the write key of the source'),
  request: (event, { region }, secret) => {
    const authorization = basic(secret, '');
    return {
      url: ADDRESSES[region],
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({
        // Segment drops a message whose id it has had.
        messageId: event.id,
        anonymousId: event.subject,
        event: nameOf(event.type),
        timestamp: event.at.toISOString(),
        sentAt: event.sentAt.toISOString(),
        context: { library: { name: 'scoreline', version: '1' } },
        properties: {
          title: event.title,
          summary: event.summary,
          severity: event.severity,
          subject: event.subject,
          ...(event.link === null ? {} : { url: event.link }),
          ...(event.comment === null ? {} : { comment: event.comment }),
          ...event.data,
        },
      }),
      hidden: [authorization],
    };
  },
  read: (answer) => readStatus(answer),
});
