import { expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import { delighted } from './delighted.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const reader = delighted.reader({}, DIMENSIONS);
const event = (id: string) => ({
  event_type: 'survey_response.created',
  event_id: `event ${id}`,
  event_data: { id, survey_type: 'nps', score: 9, created_at: 1_767_346_200, updated_at: 1_767_346_200 },
});
const readAll = async (body: string, type: string) => {
  const received = await delighted.receive(Buffer.from(body), { 'content-type': type }, 0);
  const items = 'items' in received ? received.items : [];
  return items.map((item, index) => reader.read(item, `test item ${index}`));
};

it('what is broken in a list of events is rejected by itself', async () => {
  const other = { event_type: 'unsubscribe.created', event_data: {} };
  const lines = [JSON.stringify(event('1')), '{"event_type": "surv', '{"event_data": {}}', '7'];
  const body = [...lines, JSON.stringify(other), JSON.stringify(event('2'))].join('\n');
  const rejected = (says: string) => ({ status: 'rejected', message: expect.stringContaining(says) });
  const untyped = rejected('event_type: is missing');
  const [one, two] = [{ externalId: '1' }, { externalId: '2' }];
  expect(await readAll(body, 'application/x-ndjson')).toMatchObject([
    one,
    rejected('this line is not JSON'),
    ...[untyped, untyped, two],
  ]);
  const list = JSON.stringify([event('1'), { event_type: 5 }, null, other, event('2')]);
  expect(await readAll(list, 'application/json')).toMatchObject([one, untyped, untyped, two]);
});
