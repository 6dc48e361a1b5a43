import { z } from 'zod';
import { bodyField, readStatus } from './answers.ts';
import { secretText } from './settings.ts';
import { targetKind } from './target.ts';
import { basic, cut, headline, plainText } from './texts.ts';

const PRIORITIES = { INFO: 'low', WARNING: 'normal', CRITICAL: 'urgent' } as const;

/** A ticket of Zendesk. Its idempotency key is the delivery's id, so an attempt that is repeated makes no second ticket. */
export const zendesk = targetKind({
  kind: 'zendesk',
  settings: z.strictObject({
    subdomain: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be the part before .zendesk.com'),
    /** Whose the API token is. */
    email: z.email(),
    tags: z
      .array(z.string().regex(/^[\w-]{1,100}$/, 'must be letters, digits, _ and -'))
      .max(20)
      .default(['scoreline']),
    groupId: z.number().int().positive().optional(),
  }),
  secret: secretText('the API token'),
  request: (event, { subdomain, email, tags, groupId }, secret) => {
    const authorization = basic(`${email}/token`, secret);
    return {
      url: `https://${subdomain}.zendesk.com/api/v2/tickets.json`,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, 'idempotency-key': event.id },
      body: JSON.stringify({
        ticket: {
          subject: cut(headline(event), 150),
          comment: { body: cut(plainText(event), 60_000), public: false },
          priority: PRIORITIES[event.severity],
          external_id: event.subject,
          tags,
          ...(groupId === undefined ? {} : { group_id: groupId }),
        },
      }),
      hidden: [authorization],
    };
  },
  secretGoesTo: ({ subdomain }) => subdomain,
  read: (answer) => readStatus(answer, bodyField(answer, 'ticket', 'id')),
});
