import { parseDateTime } from '../../../domain/time/date-time.ts';
import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idText, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { CSAT_GOOD_BAD } from '../csat.ts';
import type { VendorOutcome } from '../mapped-outcomes.ts';
import { mappedReader } from '../mapped-reader.ts';
import { readingOutcomes } from '../reading-outcomes.ts';
import { headerOf, hmacSigned } from '../signature.ts';

const EVENTS = 'zen:event-type:';
const RATED = `${EVENTS}ticket.csat_received`;
const CREATED = `${EVENTS}ticket.created`;
const STATUS_CHANGED = `${EVENTS}ticket.status_changed`;
/** The events that are read: of ratings as answers, of tickets as outcomes. */
const READ: readonly unknown[] = [RATED, CREATED, STATUS_CHANGED];
const OF_TICKETS: readonly unknown[] = [CREATED, STATUS_CHANGED];

/** What every rating has. A ticket has one, which its requester may change. */
const DEFAULTS = {
  source: 'zendesk',
  survey: { name: 'zendesk csat', version: '1' },
  externalId: 'ticket',
  respondent: 'requester',
  answeredAt: { column: 'rated_at' },
  revision: { column: 'rated_at' },
  score: { column: 'rating', scale: CSAT_GOOD_BAD },
  comment: 'comment',
};

/** Satisfaction ratings of Zendesk, from a trigger or from its events (what these leave out is fetched), and its tickets as outcomes: docs/connectors/zendesk.md. */
export const zendesk: WebhookConnector = {
  ...hmacSigned({
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-zendesk-webhook-signature',
    timestamp: {
      header: 'x-zendesk-webhook-signature-timestamp',
      before: '',
      secondsOf: (text) => String(Math.floor((parseDateTime(text)?.getTime() ?? Number.NaN) / 1_000)),
    },
  }),
  name: 'zendesk',
  receive: (raw) => {
    const body = objectOfBody(raw);
    const { type } = body;
    if (type === RATED && fieldsOf(body['event'])['satisfaction_score'] === undefined)
      return { items: [], notices: [noticeOf(body)] };
    if (typeof type === 'string' && type.startsWith(EVENTS))
      return { items: READ.includes(type) ? [body] : [] };
    if (!Object.hasOwn(body, 'rating'))
      throw new UnreadableBodyError('rating: is missing; a trigger writes "ticket", "rating" and "rated_at"');
    return { items: [body] };
  },
  deliveryId: (headers) => headerOf(headers, 'x-zendesk-webhook-invocation-id'),
  fetch: {
    key: 'the API token of an agent as EMAIL/token:TOKEN, or an OAuth access token',
    hosts: 'the host of the account, such as acme.zendesk.com',
    usualHost: null,
    isHost: (host) => /^[a-z0-9][a-z0-9-]{0,62}\.zendesk\.com$/.test(host),
    rate: 100,
    headers: (key) => ({
      authorization: key.includes('/token:')
        ? `Basic ${Buffer.from(key).toString('base64')}`
        : `Bearer ${key}`,
    }),
    items: async ({ ids: { ticket = '', at } }, ask) => {
      const { ticket: detail } = await ask(`/api/v2/tickets/${ticket}.json`);
      const { id, satisfaction_rating: rating } = fieldsOf(detail);
      if (id === undefined) throw new UnreadableBodyError('ticket: is missing in the answer of Zendesk');
      return [{ type: RATED, time: at, detail, event: { satisfaction_score: rating ?? {} } }];
    },
  },
  view: asTriggered,
  reader: (mapping, dimensions) =>
    readingOutcomes(mapping, dimensions, {
      answers: (rest) => mappedReader('zendesk', DEFAULTS, rest, dimensions, asTriggered),
      isAnswer: (item) => !OF_TICKETS.includes(fieldsOf(item)['type']),
      outcomesOf: (item) => ticketOf(fieldsOf(item)),
    }),
};

/** Of an event that says that a ticket was rated, and not how. */
const noticeOf = ({ detail, time }: Readonly<Record<string, unknown>>) => ({
  ids: {
    ticket: idText('detail.id', fieldsOf(detail)['id']),
    at: typeof time === 'string' ? time.slice(0, 40) : '',
  },
});

const DONE: readonly string[] = ['SOLVED', 'CLOSED'];
/** Of a ticket that was done and is worked on again. */
const OPEN: readonly string[] = ['NEW', 'OPEN', 'PENDING', 'HOLD'];

/** That a ticket is done and that it is opened again is one outcome, revised: so a reopened ticket counts as solved no longer. */
function ticketOf(item: Readonly<Record<string, unknown>>): readonly VendorOutcome[] {
  const detail = fieldsOf(item['detail']);
  const time = typeof item['time'] === 'string' ? item['time'] : null;
  const { current, previous } = fieldsOf(item['event']);
  const [now, before] = [current, previous].map((status) => String(status).toUpperCase()) as [string, string];
  const common = {
    of: item,
    revised: time,
    account: idOf(detail['organization_id']),
    respondent: idOf(detail['requester_id']),
    name: detail['type'],
  };
  const ticket = String(detail['id'] ?? '');
  if (item['type'] === CREATED) {
    const at = typeof detail['created_at'] === 'string' ? detail['created_at'] : time;
    return [{ ...common, id: ticket, kind: 'TICKET_OPENED', at }];
  }
  if (item['type'] !== STATUS_CHANGED || DONE.includes(now) === DONE.includes(before)) return [];
  if (!DONE.includes(now) && !OPEN.includes(now)) return [];
  const kind = DONE.includes(now) ? 'TICKET_SOLVED' : 'TICKET_OPENED';
  return [{ ...common, id: ticket === '' ? '' : `${ticket} solved`, kind, at: time }];
}

/** Zendesk writes 0 where there is none. */
const idOf = (id: unknown): unknown => (String(id) === '0' ? null : id);

/** What Zendesk writes where the requester was asked and has not answered. */
const UNANSWERED = new Set(['', 'offered', 'unoffered', 'unrated']);

/** An event in the form of a trigger's body, beside its own fields. */
function asTriggered(item: unknown): unknown {
  const body = fieldsOf(item);
  const { score = body['rating'], comment = body['comment'] } = fieldsOf(
    fieldsOf(body['event'])['satisfaction_score'],
  );
  const rating = typeof score === 'string' ? score.trim().toLowerCase() : '';
  const { id: ticket, requester_id: requester } = fieldsOf(body['detail']);
  return {
    ticket,
    requester,
    rated_at: body['time'],
    ...body,
    rating: UNANSWERED.has(rating) ? null : rating,
    comment: UNANSWERED.has(rating) ? null : comment,
  };
}
