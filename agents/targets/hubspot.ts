import { z } from 'zod';
import { bodyField, readStatus } from './answers.ts';
import { secretText } from './settings.ts';
import { type OutgoingEvent, targetKind } from './target.ts';
import { cut, headline, plainText } from './texts.ts';

const BASE = 'https://api.hubapi.com/crm/v3/objects';
const id = z.string().regex(/^\d{1,20}$/, 'must be the number that HubSpot shows');
const PRIORITIES = { INFO: 'LOW', WARNING: 'MEDIUM', CRITICAL: 'HIGH' } as const;

/** HubSpot shows the text of notes as HTML. */
const html = (text: string) =>
  text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`).replace(/\n/g, '<br>');

const settings = z.discriminatedUnion('object', [
  z.strictObject({
    object: z.literal('ticket'),
    pipeline: z.string().max(100).default('0'),
    stage: z.string().max(100).default('1'),
    /** A property of tickets that must be unique; with it an event that is sent again changes its ticket. */
    uniqueProperty: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be the internal name of a property')
      .optional(),
  }),
  /** A note on a company. */
  z.strictObject({ object: z.literal('note'), company: id }),
]);

const ticketOf = (event: OutgoingEvent, pipeline: string, stage: string) => ({
  hs_pipeline: pipeline,
  hs_pipeline_stage: stage,
  hs_ticket_priority: PRIORITIES[event.severity],
  subject: cut(headline(event), 250),
  content: cut(plainText(event), 60_000),
});

/** HubSpot: a ticket, or a note on a company. */
export const hubspot = targetKind({
  kind: 'hubspot',
  settings,
  secret: secretText('the access token of a private app'),
  request: (event, settings, secret) => {
    const head = {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      hidden: [secret],
    };
    if (settings.object === 'note')
      return {
        ...head,
        url: `${BASE}/notes`,
        body: JSON.stringify({
          properties: {
            hs_timestamp: event.at.toISOString(),
            hs_note_body: cut(html(`${headline(event)}\n\n${plainText(event)}`), 60_000),
          },
          // 190: HubSpot's own association of a note with a company.
          associations: [
            {
              to: { id: settings.company },
              types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 190 }],
            },
          ],
        }),
      };
    const properties = ticketOf(event, settings.pipeline, settings.stage);
    const { uniqueProperty } = settings;
    if (uniqueProperty === undefined)
      return { ...head, url: `${BASE}/tickets`, body: JSON.stringify({ properties }) };
    const input = {
      idProperty: uniqueProperty,
      id: event.subject,
      properties: { ...properties, [uniqueProperty]: event.subject },
    };
    return { ...head, url: `${BASE}/tickets/batch/upsert`, body: JSON.stringify({ inputs: [input] }) };
  },
  read: (answer) => readStatus(answer, bodyField(answer, 'id') ?? bodyField(answer, 'results', '0', 'id')),
});
