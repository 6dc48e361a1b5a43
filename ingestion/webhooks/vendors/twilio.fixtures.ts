import { createHmac } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

/** As in the vendor's documentation of an incoming message. */
const message = (sid: string, text: string | undefined, more: Record<string, string> = {}) =>
  stringify({
    ToCountry: 'US',
    SmsMessageSid: sid,
    NumMedia: '0',
    ToCity: '',
    FromZip: '94107',
    SmsSid: sid,
    SmsStatus: 'received',
    ...(text === undefined ? {} : { Body: text }),
    FromCountry: 'US',
    To: '+18005551212',
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: 'AC00000000000000000000000000000000',
    From: '+14158675309',
    ApiVersion: '2010-04-01',
    ...more,
  });

const draft = (sid: string) => ({
  externalId: sid,
  respondent: '+14158675309',
  dimensions: { region: 'US', channel: 'sms' },
});

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/twilio.md',
  mapping: {
    survey: { name: 'After the visit', version: '1' },
    externalId: 'SmsMessageSid',
    dimensions: { region: { column: 'FromCountry' }, channel: { value: 'sms' } },
    where: { To: ['+18005551212'] },
  },
  secret: '0123456789abcdef0123456789abcdef',
  otherSecret: 'fedcba9876543210fedcba9876543210',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'score', scale: 'stars' } }, { encoding: 'utf-8' }],
  sign: (raw, secret, _at, _id, url) => {
    const form = parse(raw.toString());
    const content = Object.keys(form)
      .sort()
      .map((name) => `${name}${form[name]}`)
      .join('');
    return {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': createHmac('sha1', secret).update(`${url}${content}`).digest('base64'),
    };
  },
  hasTimestamp: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a number',
      body: message('SM1', ' 9 '),
      accepted: 1,
      drafts: [{ ...draft('SM1'), score: '9', comment: null }],
    },
    {
      what: 'a number and a reason',
      body: message('SM2', '10/10 - quick & friendly'),
      accepted: 1,
      drafts: [{ ...draft('SM2'), score: '10', comment: 'quick & friendly' }],
    },
    {
      what: 'a reason alone, also one that begins with another number',
      body: message('SM3', '9.5 is what I would say'),
      accepted: 1,
      drafts: [{ ...draft('SM3'), score: null, comment: '9.5 is what I would say' }],
    },
    {
      what: 'a number below the scale, which is a reason as it was written',
      body: message('SM12', '-5'),
      accepted: 1,
      drafts: [{ ...draft('SM12'), score: null, comment: '-5' }],
    },
    {
      what: 'a number that is not on the scale',
      body: message('SM4', '11. very good'),
      accepted: 0,
      rejected: 1,
      drafts: [{ ...draft('SM4'), score: '11', comment: 'very good' }],
    },
    { what: 'a word that opts out', body: message('SM5', 'Stop'), accepted: 0, drafts: [] },
    {
      what: 'a word that opts out by a list of the account',
      body: message('SM6', 'genug', { OptOutType: 'STOP' }),
      accepted: 0,
      drafts: [],
    },
    { what: 'a picture without text', body: message('SM7', ''), accepted: 0, ignored: 1, drafts: [null] },
    {
      what: 'the state of a message that was sent',
      body: message('SM8', undefined, { MessageStatus: 'delivered' }),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a message to another number',
      body: message('SM9', '8', { To: '+18005550000' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
  ],
  without: {
    partial: 'each message is an answer of its own',
    finished: 'each message is an answer of its own',
    edited: 'a message that was sent does not change',
    deleted: 'Twilio has no delivery for a deleted message',
  },
  missing: { body: message('SM10', '8', { SmsMessageSid: '' }), code: 'MISSING', field: 'externalId' },
  extra: { body: message('SM11', '8', { ChannelMetadata: '{}' }), outcome: 'accepted' },
};
