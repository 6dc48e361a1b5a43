import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { parseItem } from '../pipeline/read-items.ts';
import { readChange } from './read-change.ts';

const NOW = Date.UTC(2026, 5, 15);
const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const read = (item: unknown) => readChange(DIMENSIONS, item, NOW);
const OWN = { externalId: 'd1', kind: 'deploy', title: 'Release 4.2', at: '2026-06-14T09:30:00Z' };
const CLOUD = {
  specversion: '1.0',
  id: 'e1',
  source: '/checkout',
  type: 'com.example.price.changed',
  time: '2026-06-14T09:30:00Z',
  data: { title: 'Rail fares', segment: { region: 'Peru' } },
};
const STATUS = {
  action: 'created',
  deployment_status: {
    id: 7,
    state: 'success',
    target_url: 'https://ci.example.org/7',
    created_at: '2026-06-14T10:00:00Z',
    updated_at: '2026-06-14T10:00:05Z',
    creator: { login: 'octocat' },
  },
  deployment: {
    id: 145988746,
    sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    ref: 'main',
    environment: 'production',
    created_at: '2026-06-14T09:55:00Z',
    updated_at: '2026-06-14T09:55:00Z',
    creator: { login: 'octocat', id: 1 },
  },
  repository: { full_name: 'example/shop', html_url: 'https://github.com/example/shop' },
  sender: { login: 'octocat' },
};

describe('a change event', () => {
  it('is read in our own form', () => {
    const segment = { region: ['Peru', ' Chile ', 'Peru'], channel: null };
    expect(
      read({ ...OWN, segment, until: '2026-06-20T00:00:00Z', link: 'https://example.org/4.2', revision: 3 }),
    ).toEqual({
      source: 'api',
      externalId: 'd1',
      kind: 'DEPLOY',
      title: 'Release 4.2',
      at: new Date('2026-06-14T09:30:00Z'),
      until: new Date('2026-06-20T00:00:00Z'),
      link: 'https://example.org/4.2',
      segment: { region: ['Chile', 'Peru'] },
      revision: { kind: 'number', value: 3 },
    });
  });

  it('is read as a CloudEvent, whose type names the kind unless its data does', () => {
    expect(read(CLOUD)).toMatchObject({
      source: '/checkout',
      externalId: 'e1',
      kind: 'PRICE',
      title: 'Rail fares',
      at: new Date('2026-06-14T09:30:00Z'),
      segment: { region: ['Peru'] },
    });
    const later = { externalId: 'fares', kind: 'campaign', revision: 2, until: '2026-06-30T00:00:00Z' };
    expect(read({ ...CLOUD, subject: 'Summer', data: later })).toMatchObject({
      externalId: 'fares',
      kind: 'CAMPAIGN',
      title: 'Summer',
      revision: { kind: 'number', value: 2 },
    });
    expect(read({ ...CLOUD, type: 'dev.cdevents.service.deployed.0.1.1' })).toMatchObject({ kind: 'DEPLOY' });
  });

  it('is read of a deployment of GitHub, without the people who deployed', () => {
    const found = read(STATUS);
    expect(found).toEqual({
      source: 'github',
      externalId: 'example/shop/145988746',
      kind: 'DEPLOY',
      title: 'Deploy of example/shop main to production',
      at: new Date('2026-06-14T10:00:00Z'),
      until: null,
      link: 'https://ci.example.org/7',
      segment: {},
      revision: { kind: 'time', value: Date.parse('2026-06-14T10:00:05Z') },
    });
    expect(JSON.stringify(found)).not.toContain('octocat');
    const { deployment_status: _, ...created } = STATUS;
    expect(read(created)).toMatchObject({
      externalId: 'example/shop/145988746',
      at: new Date('2026-06-14T09:55:00Z'),
      link: 'https://github.com/example/shop',
    });
    const state = (name: string) =>
      read({ ...STATUS, deployment_status: { ...STATUS.deployment_status, state: name } });
    for (const name of ['in_progress', 'queued', 'pending', 'inactive']) expect(state(name), name).toBeNull();
    expect(state('failure')).toMatchObject({ title: 'Failed deploy of example/shop main to production' });
  });

  it.each([
    [
      { ...OWN, kind: 'party' },
      'INVALID',
      'kind: "party" is none of deploy, flag, campaign, price, incident',
    ],
    [{ ...OWN, title: '  ' }, 'MISSING', 'title: must not be blank'],
    [{ ...OWN, title: 'x'.repeat(201) }, 'TOO_LONG', 'title: 201 characters; at most 200 are kept'],
    [{ ...OWN, title: undefined }, 'MISSING', 'title: is missing'],
    [{ ...OWN, at: '14.06.2026' }, 'INVALID_TIME', 'at: "14.06.2026" is not RFC 3339'],
    [{ ...OWN, at: '2026-07-14T09:30:00Z' }, 'IN_THE_FUTURE', 'at: is more than a day ahead'],
    [{ ...OWN, until: '2026-06-13T00:00:00Z' }, 'INVALID_TIME', 'until: ends before at'],
    [{ ...OWN, until: '2099-06-13T00:00:00Z' }, 'INVALID_TIME', 'more than 10 years later'],
    [{ ...OWN, link: 'javascript:alert(1)' }, 'INVALID', 'link: is not an address that begins with https://'],
    [{ ...OWN, link: 'https://me:secret@example.org/' }, 'INVALID', 'without a password'],
    [
      { ...OWN, segment: { planet: ['Mars'] } },
      'INVALID',
      'segment: "planet" is no dimension; the dimensions are productLine',
    ],
    [{ ...OWN, segment: { region: [] } }, 'INVALID', 'segment.region: name at least one value'],
    [{ ...OWN, segment: { region: [7] } }, 'INVALID', 'segment: is not of the form'],
    [{ ...OWN, segment: ['Peru'] }, 'INVALID', 'segment: is not of the form'],
    [
      { ...OWN, segment: { region: Array.from({ length: 21 }, (_, i) => `r${i}`) } },
      'TOO_LONG',
      'segment: 21 values',
    ],
    [{ ...OWN, revision: -1 }, 'INVALID', 'revision: -1 is not a whole number'],
    [{ ...OWN, revision: 1, updatedAt: '2026-06-14T09:30:00Z' }, 'INVALID', 'updatedAt, revision'],
    [
      { ...OWN, updatedAt: '2027-06-14T09:30:00Z' },
      'IN_THE_FUTURE',
      'updatedAt: 2027-06-14T09:30:00.000Z is more than a day ahead',
    ],
    [{ ...OWN, respondent: 'someone' }, 'INVALID', '"respondent": no such field; the fields are externalId'],
    [{ ...CLOUD, specversion: '0.3' }, 'INVALID', 'specversion: only CloudEvents 1.0'],
    [{ ...CLOUD, type: 'com.example.order' }, 'INVALID', 'type: names no kind of change; give data.kind'],
    [{ ...CLOUD, data: 'text' }, 'INVALID', 'data: is not an object'],
    [{ ...CLOUD, data_base64: 'AAAA' }, 'INVALID', 'data_base64'],
    [{ ...CLOUD, id: undefined }, 'MISSING', 'id: is missing'],
    [{ ...CLOUD, time: 'now' }, 'INVALID_TIME', 'time: "now" is not RFC 3339'],
    [{ ...CLOUD, data: {} }, 'MISSING', 'data.title: is missing'],
    [{ ...STATUS, deployment: { id: 'x' } }, 'MISSING', 'deployment.id'],
    ['text', 'INVALID', 'a change is an object with externalId, kind, title and at'],
    [null, 'INVALID', 'a change is an object'],
    [[OWN], 'INVALID', 'a change is an object'],
  ])('is refused with the field and what would be right: %#', (item, code, says) => {
    const found = read(item);
    expect(found).toMatchObject({ status: 'rejected', code });
    expect(JSON.stringify(found)).toContain(JSON.stringify(says).slice(1, -1));
  });

  it('survives names that objects have and fields that are given twice', () => {
    const hostile = parseItem(
      JSON.stringify(OWN).replace('}', ',"segment":{"__proto__":["x"],"constructor":["y"]}}'),
    );
    expect(read(hostile)).toMatchObject({ status: 'rejected' });
    expect(read(parseItem('{"externalId":"a","externalId":"b"}'))).toMatchObject({ status: 'rejected' });
    expect(read({ ...OWN, title: 'a\u0000b' })).toMatchObject({ status: 'rejected', code: 'INVALID' });
    expect(read({ ...OWN, title: '\ud800' })).toMatchObject({ status: 'rejected', code: 'INVALID' });
    expect(read({ ...OWN, title: 'x\u202ey' })).toMatchObject({ status: 'rejected', code: 'INVALID' });
  });
});
