import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../store/targets/event-types.ts';
import { masked } from '../delivery/attempt.ts';
import { retryAfterMs } from './answers.ts';
import { dedupKey } from './pagerduty.ts';
import { TARGET_KINDS } from './registry.ts';
import { readSettings } from './settings.ts';
import type { OutgoingEvent, TargetAnswer, TargetKind } from './target.ts';
import { signWebhook } from './webhook.ts';

/* What every kind of target does, and what the systems behind them document. */

const AT = new Date('2026-11-27T10:00:00Z');
const SUBJECT = 'Alert:0d9ff3a2-6f59-4a34-9d12-2f9f6c1f2a00';
const event = (more: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  id: '5b3f0a52-0a0b-4f0e-8f62-5a1f3a1d2c00',
  type: 'alert.raised',
  subject: SUBJECT,
  at: AT,
  sentAt: new Date(AT.getTime() + 3_000),
  source: 'https://nps.example.com',
  link: 'https://nps.example.com/alerts/0d9ff3a2',
  title: 'NPS of Germany fell by 12 points',
  summary: 'From 41 to 29 since Monday, 310 answers.',
  severity: 'CRITICAL',
  stage: 'open',
  facts: [{ label: 'Segment', value: 'region: Germany' }],
  comment: null,
  data: { rule: 'score', before: 'nps:1', after: 'nps:2' },
  ...more,
});
/** Markup of every target, line breaks that would begin a header, and a surrogate pair at any cut. */
const HOSTILE = `<!channel> *x* & "q" ${'😀'.repeat(3_000)}\r\nBcc: all@example.com\r\n\r\n[a](javascript:x)`;

interface Example {
  readonly settings: object;
  readonly secret: string;
  readonly badSettings: readonly object[];
  readonly badSecrets: readonly string[];
}
const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const EXAMPLES: Readonly<Record<string, Example>> = {
  webhook: {
    settings: { url: 'https://hooks.example.com/in' },
    secret: KEY,
    badSettings: [
      {},
      { url: 'ftp://x' },
      { url: 'https://user:pw@x.example' },
      { url: 'https://x', more: 1 },
    ],
    badSecrets: ['', 'hunter22', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${Buffer.alloc(65).toString('base64')}`],
  },
  slack: {
    settings: {},
    secret: 'https://hooks.slack.com/services/T0/B0/verysecret',
    badSettings: [{ url: 'https://x' }],
    badSecrets: ['', 'verysecret', 'file:///etc/passwd'],
  },
  teams: {
    settings: {},
    secret: 'https://prod-1.westeurope.logic.azure.com/workflows/1?sig=verysecret',
    badSettings: [{ url: 'https://x' }],
    badSecrets: ['', 'verysecret'],
  },
  pagerduty: {
    settings: { region: 'eu' },
    secret: '0123456789abcdef0123456789abcdef',
    badSettings: [{ region: 'mars' }],
    badSecrets: ['', 'short', '0123456789abcdef0123456789abcde!'],
  },
  email: {
    settings: {
      host: 'smtp.example.com',
      user: 'mailer',
      from: 'Scoreline <a@example.com>',
      to: ['b@example.com'],
    },
    secret: 'verysecret',
    badSettings: [
      {},
      { host: 'smtp.example.com/x', from: 'a@example.com', to: ['b@example.com'] },
      { host: 'smtp.example.com', from: 'a@example.com', to: [] },
      { host: 'smtp.example.com', from: 'a@example.com\r\nBcc: c@example.com', to: ['b@example.com'] },
    ],
    badSecrets: [''],
  },
  hubspot: {
    settings: { object: 'ticket', uniqueProperty: 'scoreline_id' },
    secret: 'pat-eu1-verysecret',
    badSettings: [{}, { object: 'note' }, { object: 'deal' }, { object: 'ticket', uniqueProperty: 'A B' }],
    badSecrets: ['', 'with a space'],
  },
  salesforce: {
    settings: { instance: 'https://example.my.salesforce.com', clientId: 'client' },
    secret: 'verysecret&more',
    badSettings: [{}, { instance: 'https://x', clientId: 'c', object: 'Case/../x' }],
    badSecrets: ['', 'a b'],
  },
  zendesk: {
    settings: { subdomain: 'example', email: 'agent@example.com' },
    secret: 'verysecret',
    badSettings: [{}, { subdomain: 'evil.example/x', email: 'a@example.com' }],
    badSecrets: ['', 'a b'],
  },
  kafka: {
    settings: { brokers: ['kafka-1.example.com:9093', '[::1]:9094'], topic: 'nps.alerts', user: 'scoreline' },
    secret: 'verysecret',
    badSettings: [
      {},
      { brokers: [], topic: 't' },
      { brokers: ['kafka.example.com'], topic: 't' },
      { brokers: ['a:9092,b:9092'], topic: 't' },
      { brokers: ['a:9092'], topic: '../t' },
      { brokers: ['a:9092'], topic: 't', security: 'none', user: 'u', mechanism: 'PLAIN' },
      { brokers: ['a:9092'], topic: 't', user: 'a:b' },
    ],
    badSecrets: [''],
  },
  segment: {
    settings: {},
    secret: 'verysecret',
    badSettings: [{ region: 'mars' }],
    badSecrets: ['', 'a b'],
  },
};

const answer = (status: number, more: Partial<TargetAnswer> = {}): TargetAnswer => ({
  status,
  headers: {},
  body: '',
  at: AT,
  ...more,
});
const requestOf = (kind: TargetKind, of: OutgoingEvent = event()) => {
  const { settings, secret } = EXAMPLES[kind.kind] as Example;
  return kind.request(of, readSettings(kind, settings).settings, secret);
};

it('has an example for every kind', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual([...TARGET_KINDS.keys()].sort());
});

describe.each([...TARGET_KINDS.values()])('$kind', (kind) => {
  const example = EXAMPLES[kind.kind] as Example;

  it('refuses settings and secrets that are wrong, and takes those that are right', () => {
    for (const bad of example.badSettings)
      expect(() => readSettings(kind, bad), JSON.stringify(bad)).toThrow();
    for (const bad of example.badSecrets) {
      const problem = kind.secret?.problemOf(bad);
      expect(problem, JSON.stringify(bad)).toBeTruthy();
      if (bad.length > 6) expect(problem).not.toContain(bad);
    }
    expect(kind.secret?.problemOf(example.secret)).toBeNull();
    expect(readSettings(kind, { ...example.settings, includeComment: true }).includeComment).toBe(true);
  });

  it('makes equal requests of equal events, and another of another', () => {
    expect(requestOf(kind)).toEqual(requestOf(kind));
    expect(requestOf(kind).body).not.toBe(requestOf(kind, event({ summary: 'another' })).body);
  });

  it.each(EVENT_TYPES)('sends %s with its title', (type) => {
    const { method, url, headers, body } = requestOf(kind, event({ type }));
    expect(method).toMatch(/^[A-Z]+$/);
    expect(URL.canParse(url)).toBe(true);
    expect(`${JSON.stringify(headers)}${body}`).toContain('NPS of Germany fell by 12 points');
  });

  it('shows no secret in a dry run', () => {
    const login = kind.login?.request(readSettings(kind, example.settings).settings, example.secret);
    for (const request of [requestOf(kind), ...(login ? [login] : [])]) {
      const shown = JSON.stringify(masked(request));
      for (const secret of [example.secret, encodeURIComponent(example.secret), ...request.hidden])
        expect(shown).not.toContain(secret);
      expect(shown).not.toContain(Buffer.from(`:${example.secret}`).toString('base64').slice(4, -4));
    }
  });

  it('takes hostile texts without breaking its format', () => {
    const request = requestOf(kind, event({ title: HOSTILE, summary: HOSTILE, comment: HOSTILE }));
    for (const value of Object.values(request.headers)) expect(value).not.toMatch(/[\r\n]/);
    if (!request.url.startsWith('smtp')) JSON.parse(request.body);
    expect(request.body.isWellFormed()).toBe(true);
    expect(Buffer.byteLength(request.body)).toBeLessThan(200_000);
  });

  it('reads what an answer means', () => {
    if (kind.kind === 'email') {
      expect(kind.read(answer(250)).kind).toBe('delivered');
      expect(kind.read(answer(451)).kind).toBe('retry');
      expect(kind.read(answer(550)).kind).toBe('refused');
      return;
    }
    if (kind.kind === 'kafka') {
      expect(kind.read(answer(0)).kind).toBe('delivered');
      // LEADER_NOT_AVAILABLE, TOPIC_AUTHORIZATION_FAILED.
      expect(kind.read(answer(5)).kind).toBe('retry');
      expect(kind.read(answer(29)).kind).toBe('refused');
      return;
    }
    expect(kind.read(answer(200)).kind).toBe('delivered');
    expect(kind.read(answer(500))).toEqual({ kind: 'retry', error: 'answered 500', afterMs: null });
    const limited = answer(429, { headers: { 'retry-after': '120' } });
    expect(kind.read(limited)).toEqual({ kind: 'retry', error: 'answered 429', afterMs: 120_000 });
    expect(kind.read(answer(410)).kind).toBe('gone');
    expect(kind.read(answer(400)).kind).toBe(kind.kind === 'webhook' ? 'retry' : 'refused');
  });
});

it('signs as the specification of Standard Webhooks says', () => {
  expect(
    signWebhook(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330,
      '{"test": 2432232314}',
    ),
  ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('posts a CloudEvent under its signature', () => {
  const { headers, body } = requestOf(TARGET_KINDS.get('webhook') as TargetKind);
  expect(JSON.parse(body)).toEqual({
    specversion: '1.0',
    id: event().id,
    source: 'https://nps.example.com',
    type: 'alert.raised',
    subject: SUBJECT,
    time: '2026-11-27T10:00:00.000Z',
    datacontenttype: 'application/json',
    data: {
      title: event().title,
      summary: event().summary,
      severity: 'CRITICAL',
      link: event().link,
      rule: 'score',
      before: 'nps:1',
      after: 'nps:2',
    },
  });
  const timestamp = Number(headers['webhook-timestamp']);
  expect(timestamp).toBe(AT.getTime() / 1_000 + 3);
  expect(headers['webhook-signature']).toBe(signWebhook(KEY, event().id, timestamp, body));
});

it('escapes what Slack reads as markup', () => {
  const { body } = requestOf(
    TARGET_KINDS.get('slack') as TargetKind,
    event({ summary: '<!channel> & <@U1>', comment: HOSTILE }),
  );
  const { text, blocks } = JSON.parse(body) as {
    text: string;
    blocks: { type: string; text: { text: string } }[];
  };
  expect(text).not.toContain('<');
  const sections = blocks.filter(({ type, text }) => type === 'section' && text !== undefined);
  expect(sections[0]?.text.text).toContain('&lt;!channel&gt; &amp; &lt;@U1&gt;');
  for (const one of sections) expect(one.text.text.length).toBeLessThanOrEqual(3_000);
  expect(JSON.stringify(blocks)).not.toMatch(/<[!@#]/);
});

it('joins the events about one subject in PagerDuty, and says what is over even where the event is late', () => {
  const kind = TARGET_KINDS.get('pagerduty') as TargetKind;
  const sent = (more: Partial<OutgoingEvent>) =>
    JSON.parse(requestOf(kind, event(more)).body) as { event_action: string; dedup_key: string };
  expect(sent({}).event_action).toBe('trigger');
  expect(sent({ type: 'alert.changed', stage: 'acknowledged' }).event_action).toBe('acknowledge');
  expect(sent({ stage: 'over' }).event_action).toBe('resolve');
  expect(sent({ type: 'alert.resolved', stage: 'over' }).dedup_key).toBe(sent({}).dedup_key);
  expect(dedupKey(`https://${'a'.repeat(300)}.example`, SUBJECT)).toHaveLength(64);
  expect(kind.read(answer(202, { body: '{"status":"success","dedup_key":"k"}' }))).toEqual({
    kind: 'delivered',
    remoteId: 'k',
  });
});

it('changes the same record of a system that has external ids, and makes no second one in the others', () => {
  const at = (name: string) => requestOf(TARGET_KINDS.get(name) as TargetKind);
  expect(at('salesforce').method).toBe('PATCH');
  expect(at('salesforce').url).toBe(
    `https://example.my.salesforce.com/services/data/v62.0/sobjects/Case/Scoreline_Id__c/${encodeURIComponent(SUBJECT)}`,
  );
  expect(JSON.parse(at('salesforce').body)).not.toHaveProperty('Scoreline_Id__c');
  expect(JSON.parse(at('hubspot').body).inputs[0]).toMatchObject({ idProperty: 'scoreline_id', id: SUBJECT });
  expect(at('zendesk').headers['idempotency-key']).toBe(event().id);
  expect(JSON.parse(at('segment').body)).toMatchObject({ messageId: event().id, event: 'Alert Raised' });
  expect(at('email').headers['message-id']).toBe(`<${event().id}@example.com>`);
});

it('reads the ids that systems give', () => {
  const read = (name: string, body: string) =>
    (TARGET_KINDS.get(name) as TargetKind).read(answer(201, { body }));
  expect(read('zendesk', '{"ticket":{"id":35}}')).toEqual({ kind: 'delivered', remoteId: '35' });
  expect(read('salesforce', '{"id":"500xx","success":true}')).toEqual({
    kind: 'delivered',
    remoteId: '500xx',
  });
  expect(read('hubspot', '{"results":[{"id":"512"}]}')).toEqual({ kind: 'delivered', remoteId: '512' });
  expect(read('hubspot', 'not JSON')).toEqual({ kind: 'delivered', remoteId: null });
});

it('reads Retry-After as seconds and as a date', () => {
  const after = (text: string) => retryAfterMs({ headers: { 'retry-after': text }, at: AT });
  expect(after('7')).toBe(7_000);
  expect(after('Fri, 27 Nov 2026 10:01:00 GMT')).toBe(60_000);
  expect(after('Fri, 27 Nov 2020 10:01:00 GMT')).toBe(0);
  expect(after('999999999')).toBe(24 * 3_600_000);
  expect(after('soon')).toBeNull();
});

const kindOf = (name: string) => TARGET_KINDS.get(name) as NonNullable<ReturnType<typeof TARGET_KINDS.get>>;

it('takes the token of a login whole', () => {
  const token = 'x'.repeat(900);
  const body = JSON.stringify({ access_token: token });
  const answer = { status: 200, headers: {}, body, at: new Date(0) };
  expect(kindOf('salesforce').login?.read(answer)).toBe(token);
});

it('takes hosts of IPv6 with and without brackets', () => {
  const mail = { from: 'a@example.com', to: ['b@example.com'] };
  for (const host of ['fd00::1', '[fd00::1]']) {
    const settings = kindOf('email').settings.parse({ host, ...mail });
    const { url } = kindOf('email').request(event(), settings, '');
    expect(new URL(url)).toMatchObject({ hostname: '[fd00::1]', port: '587' });
  }
  expect(kindOf('email').settings.safeParse({ host: 'fd00::1::2', ...mail }).success).toBe(false);
});
