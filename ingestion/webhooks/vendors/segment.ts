import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { InvalidMapError } from '../../files/map/map-mistakes.ts';
import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, objectOfBody } from '../body.ts';
import type { ConnectionReader, WebhookConnector } from '../connector.ts';
import type { VendorOutcomes } from '../mapped-outcomes.ts';
import { mappedReader } from '../mapped-reader.ts';
import { outcomesOnly } from '../outcomes-only.ts';
import { identifierOf, readingIdentities, readPair, type VendorIdentities } from '../reading-identities.ts';
import { readingOutcomes } from '../reading-outcomes.ts';
import { hmacSigned } from '../signature.ts';

const TRACK = 'track';

/** What every event has. The connection maps the properties, and names the events by `where`. */
const DEFAULTS = {
  source: 'segment',
  survey: { name: 'segment', version: '1' },
  externalId: 'messageId',
  respondent: 'respondent',
  answeredAt: { column: 'timestamp' },
  revision: { column: 'timestamp' },
};

/** Segment's destination Webhooks (Actions): `track` of survey tools as answers, others as outcomes, `alias` and `identify` as merges: docs/connectors/segment.md. */
export const segment: WebhookConnector = {
  ...hmacSigned({ algorithm: 'sha1', encoding: 'hex', header: 'x-signature' }),
  name: 'segment',
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (typeof body['type'] !== 'string')
      throw new UnreadableBodyError('type: is missing; send the whole event as data, without batching');
    if (identities.eventOf(body) !== null) return { items: [idsOf(body)] };
    return { items: body['type'] === TRACK ? [body] : [] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ messageId }) => messageId),
  view: withRespondent,
  reader: (mapping, dimensions) =>
    readingIdentities('segment', mapping, identities, (events) => readerOfTracks(events, dimensions)),
};

function readerOfTracks(mapping: unknown, dimensions: readonly Dimension[]): ConnectionReader {
  const { outcomes, score, comment } = fieldsOf(mapping);
  if (outcomes !== undefined && fieldsOf(outcomes)['events'] === undefined)
    throw new InvalidMapError('outcomes.events: name the events and their kinds; there are no others');
  if (outcomes !== undefined && score === undefined && comment === undefined)
    return outcomesOnly('segment', mapping, dimensions, outcomesOf);
  return readingOutcomes(mapping, dimensions, {
    answers: (rest) => mappedReader('segment', DEFAULTS, rest, dimensions, withRespondent),
    isAnswer: () => true,
    outcomesOf,
  });
}

const MERGING = ['alias', 'identify'] as const;

/** `alias` names a former id; with `identify` a visitor becomes known. */
const identities: VendorIdentities = {
  events: MERGING,
  eventOf: (item) => MERGING.find((one) => one === fieldsOf(item)['type']) ?? null,
  read: (item) => {
    const { type, previousId, anonymousId, userId } = fieldsOf(item);
    return type === 'alias'
      ? readPair(item, { previousId, userId }, true)
      : readPair(item, { anonymousId, userId }, false);
  },
};

/** Without the traits of the person, which nothing here reads. */
const idsOf = ({ type, messageId, ...event }: Readonly<Record<string, unknown>>) => ({
  ...{ type, messageId },
  previousId: identifierOf(event['previousId']),
  anonymousId: identifierOf(event['anonymousId']),
  userId: identifierOf(event['userId']),
});

/**
 * An event that the mapping names. Each use of a feature is an outcome of its own, once by its id: the sum of a day's is the count of that
 * day, however often and in whatever order they arrive (decision 0170).
 */
const outcomesOf: VendorOutcomes = (item, events) => {
  const event = fieldsOf(item);
  const called = String(event['event']);
  const known = Object.hasOwn(events, called) ? events[called] : undefined;
  if (!known) return [];
  const { revenue, total = null, currency, quantity } = fieldsOf(event['properties']);
  const at = typeof event['timestamp'] === 'string' ? event['timestamp'] : null;
  return [
    {
      id: String(event['messageId'] ?? ''),
      kind: known.kind,
      at,
      revised: at,
      account: fieldsOf(event['context'])['groupId'],
      respondent: event['userId'] ?? event['anonymousId'],
      amount: revenue ?? total,
      currency,
      quantity: known.kind === 'USAGE' ? 1 : quantity,
      name: known.name ?? called,
      of: event,
    },
  ];
};

/** Of an event before a person is known there is an anonymous id only. */
function withRespondent(item: unknown): unknown {
  const event = fieldsOf(item);
  return { ...event, respondent: event['userId'] ?? event['anonymousId'] };
}
