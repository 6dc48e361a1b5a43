import { expect, it } from 'vitest';
import { UploadClient } from './upload-client.ts';

const answering = (status: number, body: string) =>
  new UploadClient(async () => new Response(body, { status }));

it('takes the rejected rows of an import, and never a refusal in their place', async () => {
  const rows = '{"line":3,"message":"score: is missing"}\n';
  expect(await (await answering(200, rows).rejects('u')).text()).toBe(rows);
  const refusal = JSON.stringify({ errors: [{ message: 'there is no upload of that id' }] });
  await expect(answering(404, refusal).rejects('u')).rejects.toThrow('there is no upload of that id');
  await expect(answering(502, '<h1>Bad gateway</h1>').rejects('u')).rejects.toThrow(
    'the server answered with 502',
  );
});
