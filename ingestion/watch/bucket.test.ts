import { expect, it } from 'vitest';
import { bucketPlace } from './bucket.ts';

it('gives up a list whose pages together take too long, and says so', async () => {
  let [now, pages] = [0, 0];
  const page = '<ListBucketResult><NextContinuationToken>more</NextContinuationToken></ListBucketResult>';
  // It never ends, and each page comes just before it is given up itself.
  const ask = async () => {
    now += 59_000;
    pages += 1;
    return {
      status: 200,
      body: (async function* () {
        yield Buffer.from(page);
      })(),
    };
  };
  const place = bucketPlace({ region: 'r', bucket: 'exports', prefix: '' }, 'user:secret', ask, () => now);
  await expect(place.list()).rejects.toThrow(
    'the list of the bucket exports takes longer than 10 minutes; give a longer "prefix" in the mapping',
  );
  expect(pages).toBeLessThan(20);
});
