import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS, sendBearer } from './asknicely.fixtures.ts';

/** The body that the page has the customer write, as Retently fills it in. */
const delivery = (more: object = {}) =>
  JSON.stringify({
    id: '5e9d595701c85b38114b5a1',
    respondent: '5a9d595701c85b38114b5a1',
    answeredAt: '2026-03-12T10:11:12.000Z',
    updatedAt: '2026-03-12T10:11:12.000Z',
    score: 8,
    comment: '',
    campaign: 'Relationship',
    company: 'ACME',
    ...more,
  });

const draft = {
  externalId: '5e9d595701c85b38114b5a1',
  respondent: '5a9d595701c85b38114b5a1',
  answeredAt: new Date('2026-03-12T10:11:12Z'),
};
const COMMENTED = { comment: 'Easy to set up', updatedAt: '2026-03-12T10:12:00.000Z' };
const EDITED = { ...COMMENTED, score: 3, updatedAt: '2026-03-13T08:00:00.000Z' };

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/retently.md',
  mapping: {
    survey: { name: 'Relationship', version: '1' },
    where: { campaign: ['Relationship'] },
  },
  secret: 'retently-secret-0001',
  otherSecret: 'retently-secret-0002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'score', scale: 'stars' } }, { separator: ';' }],
  sign: sendBearer,
  hasTimestamp: false,
  signsBody: false,
  deliveryId: 'none',
  deliveries: [
    {
      what: 'a score without a comment',
      stage: 'partial',
      body: delivery(),
      accepted: 1,
      drafts: [{ ...draft, score: '8', comment: null }],
    },
    {
      what: 'the score with its comment',
      stage: 'finished',
      body: delivery(COMMENTED),
      accepted: 1,
      drafts: [{ ...draft, score: '8', comment: 'Easy to set up' }],
    },
    {
      what: 'an updated score',
      stage: 'edited',
      body: delivery(EDITED),
      accepted: 1,
      drafts: [{ ...draft, score: '3' }],
    },
    {
      what: 'the first again',
      body: delivery(),
      accepted: 0,
      stale: 1,
      drafts: [{ ...draft, score: '8' }],
    },
    {
      what: 'a contact that opted out, without the fields of an answer',
      body: JSON.stringify({ respondent: '5a9d595701c85b38114b5a1', campaign: 'Relationship' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a contact that opted out',
      body: delivery({ score: '', comment: '' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
  ],
  without: { deleted: 'Retently has no event for a deleted response' },
  missing: { body: delivery({ id: '' }), code: 'MISSING', field: 'externalId' },
  extra: { body: delivery({ id: 'another', properties: { plan: 'Pro' } }), outcome: 'accepted' },
};
