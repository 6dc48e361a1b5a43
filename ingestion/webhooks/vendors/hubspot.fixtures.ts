import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const AT = 1_771_919_249_000;
/** A change of a record, as the vendor documents it. */
const change = (
  subscriptionType: string,
  objectId: number | null,
  occurredAt: number,
  more: object = {},
) => ({
  appId: 1_160_452,
  eventId: 3_816_279_340,
  subscriptionId: 25,
  portalId: 33,
  occurredAt,
  subscriptionType,
  attemptNumber: 0,
  objectId,
  changeSource: 'CRM',
  ...more,
});
const owner = (occurredAt: number, propertyValue: string, objectId: number | null = 7_501) =>
  change('company.propertyChange', objectId, occurredAt, { propertyName: 'hubspot_owner_id', propertyValue });
const body = (...changes: readonly object[]) => JSON.stringify(changes);
const at = (ms: number) => ({ at: new Date(ms), revision: { kind: 'time', value: ms } });

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/hubspot.md',
  mapping: {
    outcomes: {
      dimensions: { region: { value: 'Germany' } },
      events: {
        'lifecyclestage=customer': { kind: 'ONBOARDING_STEP', name: 'customer' },
        last_export: { kind: 'USAGE' },
      },
    },
  },
  secret: 'f7a6b1c4-1111-2222-3333-0123456789ab',
  otherSecret: 'f7a6b1c4-1111-2222-3333-ba9876543210',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: 'nps' }, { outcomes: { events: { dealstage: 'DEAL_WON' } } }],
  sign: (raw, secret, now, _id, url) => {
    const content = Buffer.concat([Buffer.from(`POST${url}`), raw, Buffer.from(String(now))]);
    return {
      'content-type': 'application/json',
      'x-hubspot-request-timestamp': String(now),
      'x-hubspot-signature-v3': createHmac('sha256', secret).update(content).digest('base64'),
    };
  },
  hasTimestamp: true,
  deliveryId: 'none',
  deliveries: [
    {
      what: 'the owner of a company, and the stage of a contact',
      stage: 'finished',
      body: body(
        owner(AT, '115'),
        change('contact.propertyChange', 812, AT + 1, {
          propertyName: 'lifecyclestage',
          propertyValue: 'customer',
        }),
      ),
      accepted: 2,
      drafts: [
        {
          externalId: `company 7501 hubspot_owner_id ${AT}`,
          kind: 'OWNER_CHANGED',
          account: '7501',
          respondent: null,
          owner: '115',
          dimensions: { region: 'Germany' },
          ...at(AT),
        },
        {
          externalId: `contact 812 lifecyclestage ${AT + 1}`,
          kind: 'ONBOARDING_STEP',
          account: null,
          respondent: '812',
          name: 'customer',
          ...at(AT + 1),
        },
      ],
    },
    {
      what: 'the owner again, with another that is new, in the form of newer apps',
      body: body(
        owner(AT, '115'),
        change('object.propertyChange', 7_501, AT + 60_000, {
          objectTypeId: '0-2',
          propertyName: 'hubspot_owner_id',
          propertyValue: '116',
        }),
      ),
      accepted: 1,
      duplicates: 1,
      drafts: [{ owner: '115' }, { owner: '116', ...at(AT + 60_000) }],
    },
    {
      what: 'a property that is named whatever its value',
      body: body(
        change('contact.propertyChange', 812, AT + 2, { propertyName: 'last_export', propertyValue: 'x' }),
      ),
      accepted: 1,
      drafts: [{ kind: 'USAGE', quantity: 1, name: 'last_export', respondent: '812' }],
    },
    {
      what: 'changes that are no outcome',
      body: body(
        owner(AT, ''),
        change('company.creation', 7_502, AT, { changeFlag: 'NEW' }),
        change('contact.propertyChange', 812, AT, {
          propertyName: 'email',
          propertyValue: 'ann@example.org',
        }),
        change('contact.privacyDeletion', 812, AT),
      ),
      accepted: 0,
      ignored: 4,
      drafts: [null, null, null, null],
    },
  ],
  without: {
    partial: 'HubSpot announces each change by itself',
    edited: 'Each change of an owner is an outcome; a deal, which changes, is fetched',
    deleted: 'HubSpot announces that a company is deleted, and its outcomes stay',
  },
  missing: { body: body(owner(AT, '115', null)), code: 'MISSING', field: 'externalId' },
  extra: {
    body: body({ ...owner(AT + 3, '117'), sourceId: 'userId:1', isSensitive: false }),
    outcome: 'accepted',
  },
};
