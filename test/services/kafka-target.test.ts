import { afterAll, beforeAll, expect, it } from 'vitest';
import { exchange } from '../../agents/delivery/attempt.ts';
import { addressGuard } from '../../agents/delivery/guard.ts';
import { kafka as kind } from '../../agents/targets/kafka.ts';
import { readSettings } from '../../agents/targets/settings.ts';
import type { OutgoingEvent } from '../../agents/targets/target.ts';
import { until } from '../fixtures/server.ts';
import { type RunningKafka, startKafka } from './kafka.ts';

/* Events to a topic of a real broker. */

const AT = new Date('2026-11-27T10:00:00Z');
const event: OutgoingEvent = {
  id: '5b3f0a52-0a0b-4f0e-8f62-5a1f3a1d2c00',
  type: 'alert.raised',
  subject: 'Alert:0d9ff3a2-6f59-4a34-9d12-2f9f6c1f2a00',
  at: AT,
  sentAt: AT,
  source: 'https://nps.example.com',
  link: null,
  title: 'NPS of Germany fell by 12 points',
  summary: 'From 41 to 29 since Monday, 310 answers.',
  severity: 'CRITICAL',
  stage: 'open',
  facts: [],
  comment: null,
  data: { rule: 'score' },
};
let kafka: RunningKafka;

beforeAll(async () => {
  kafka = await startKafka();
  await kafka.createTopic('alerts', 2);
});
afterAll(() => kafka?.dispose());

const deliver = (settings: object, secret: string | null = null, allow = ['127.0.0.1']) =>
  exchange(
    { guard: addressGuard(allow), publicUrl: undefined, tenant: 't', now: () => AT.getTime() },
    { kind: 'kafka', settings, secret },
    event,
    new AbortController().signal,
  );
const open = () => ({ brokers: [kafka.broker], topic: 'alerts', security: 'none' });

it('writes the event as a CloudEvent under its subject', async () => {
  expect(await deliver(open())).toEqual({ kind: 'delivered', remoteId: null, status: 0 });
  const [message, ...more] = await kafka.read('alerts');
  expect(more).toEqual([]);
  expect(message?.key).toBe(event.subject);
  const request = kind.request(event, readSettings(kind, open()).settings, '');
  expect(message?.value).toBe(request.body);
  expect(JSON.parse(request.body)).toMatchObject({ id: event.id, subject: event.subject });
});

it('connects to brokers that the deployment names only', async () => {
  const refused = await deliver(open(), null, []);
  expect(refused).toMatchObject({ kind: 'refused', error: expect.stringContaining('targets.allow') });
});

it('says what is wrong: no topic, a server without the expected certificate, and a broker that is away', async () => {
  expect(await deliver({ ...open(), topic: 'nothing' })).toMatchObject({ kind: 'retry', status: 3 });
  const secure = { ...open(), brokers: [kafka.secureBroker], security: 'tls', user: kafka.user };
  expect(await deliver(secure, kafka.password)).toMatchObject({ kind: 'retry', status: null });
  await kafka.stop();
  expect(await deliver(open())).toMatchObject({ kind: 'retry', status: null });
  await kafka.start();
  await until(async () => (await deliver(open())).kind === 'delivered', 'the broker is back');
});
