import { expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import { SignatureError } from '../signature.ts';
import { hubspot } from './hubspot.ts';

/* What HubSpot announces and is fetched, and the signature of its older apps. */

const change = (subscriptionType: string, objectId: number, propertyName: string, more: object = {}) => ({
  subscriptionType,
  objectId,
  propertyName,
  propertyValue: 'x',
  occurredAt: 1_771_919_249_000,
  ...more,
});

it('announces deals and tickets once each, and nothing else', async () => {
  const body = [
    change('deal.propertyChange', 500_123, 'dealstage'),
    change('deal.propertyChange', 500_123, 'amount'),
    change('deal.propertyChange', 500_124, 'description'),
    change('object.creation', 9, '', { objectTypeId: '0-5' }),
    // Ids are of one kind of object.
    change('object.creation', 500_123, '', { objectTypeId: '0-5' }),
    change('deal.deletion', 500_125, ''),
    change('company.propertyChange', 7, 'hubspot_owner_id'),
  ];
  const received = await hubspot.receive(Buffer.from(JSON.stringify(body)), {}, 0);
  expect(received).toEqual({
    items: [body[2], body[5], body[6]],
    notices: [
      { ids: { object: 'deal', id: '500123' } },
      { ids: { object: 'ticket', id: '9' } },
      { ids: { object: 'ticket', id: '500123' } },
    ],
  });
});

const UPDATED = '2026-02-24T09:00:00.000Z';
const associations = {
  companies: { results: [{ id: '7501', type: 'deal_to_company' }] },
  contacts: { results: [{ id: '812' }] },
};
const fetched = async (object: string, properties: object, more: object = {}) => {
  const answer = { id: '500123', properties, updatedAt: UPDATED, archived: false, associations, ...more };
  const asked: string[] = [];
  const ask = async (path: string) => {
    asked.push(path);
    return answer;
  };
  const items = await hubspot.fetch?.items({ ids: { object, id: '500123' } }, ask);
  expect(asked).toEqual([
    expect.stringMatching(
      `^/crm/v3/objects/${object}s/500123\\?properties=.*&associations=companies,contacts$`,
    ),
  ]);
  const { outcomes } = hubspot.reader({}, defineDimensions(DEFAULT_DIMENSIONS));
  return items?.flatMap((item) => outcomes?.(item, 'notice') ?? []);
};

it.each([
  ['true', '2026-02-20T00:00:00.000Z', 'DEAL_WON', '2026-02-20T00:00:00.000Z'],
  ['false', '2026-02-20T00:00:00.000Z', 'DEAL_LOST', '2026-02-20T00:00:00.000Z'],
  // A day of closing that is still ahead.
  ['true', '2026-12-31T00:00:00.000Z', 'DEAL_WON', UPDATED],
])('a closed deal, won: %s, is an outcome of its company', async (won, closedate, kind, at) => {
  const money = { amount: '12000.50', deal_currency_code: 'EUR', dealtype: 'newbusiness' };
  expect(
    await fetched('deal', { hs_is_closed: 'true', hs_is_closed_won: won, closedate, ...money }),
  ).toMatchObject([
    {
      ...{ externalId: 'deal 500123', kind, at: new Date(at), account: '7501', respondent: '812' },
      ...{ amount: '12000.50', currency: 'EUR', name: 'newbusiness' },
      revision: { kind: 'time', value: Date.parse(UPDATED) },
    },
  ]);
});

it('a deal that is open is none, and one without a company or contact is rejected where it is stored', async () => {
  expect(await fetched('deal', { hs_is_closed: 'false', amount: '5' })).toEqual([]);
  const lost = { hs_is_closed: 'true', closedate: UPDATED };
  expect(await fetched('deal', lost, { associations: {} })).toMatchObject([
    { account: null, respondent: null },
  ]);
});

it('a ticket is opened, and solved once it has the date', async () => {
  const createdate = '2026-02-20T08:00:00.000Z';
  expect(await fetched('ticket', { createdate, closed_date: null })).toMatchObject([
    { externalId: 'ticket 500123', kind: 'TICKET_OPENED', at: new Date(createdate) },
  ]);
  expect(await fetched('ticket', { createdate, closed_date: UPDATED })).toMatchObject([
    { kind: 'TICKET_OPENED' },
    { externalId: 'ticket 500123 solved', kind: 'TICKET_SOLVED', at: new Date(UPDATED), account: '7501' },
  ]);
});

it('takes the published signature of older apps, where that is chosen', () => {
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const raw = Buffer.from(
    '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]',
  );
  const headers = {
    'x-hubspot-signature-version': 'v1',
    'x-hubspot-signature': '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de',
  };
  const verify =
    (key: string, bytes = raw, given: object = headers) =>
    () =>
      hubspot.verify(bytes, { ...given }, key, 0, 'https://nps.example.org/');
  expect(verify(`v1:${secret}`)).not.toThrow();
  expect(hubspot.secret.problemOf(`v1:${secret}`)).toBeNull();
  expect(verify(`v1:${secret}`, Buffer.concat([raw, Buffer.from(' ')]))).toThrow(SignatureError);
  expect(verify(`v1:${secret}`, raw, {})).toThrow(SignatureError);
  expect(verify(secret)).toThrow(SignatureError);
});
