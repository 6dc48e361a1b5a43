import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { axe, type Look, picture, useDashboard } from './browser.ts';

/* The page of a survey link and the web survey, in a real browser: by mouse, by keys, on a phone, in both colour schemes. */

const { server, visit } = useDashboard({ follow: false });

const CREATE =
  'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id } secret } }';
const create = async (input: object) => {
  const { data, errors } = await server.graphql<{
    createConnection: { connection: { id: string }; secret: string };
  }>(CREATE, { input: { name: 'Survey', ...input } });
  expect(errors).toBeUndefined();
  return data.createConnection;
};
const answersOf = async (source: string) => {
  const { data } = await server.graphql<{
    responses: { edges: { node: { score: number; comment: string | null } }[] };
  }>(`{ responses(sources: ["${source}"]) { edges { node { score comment } } } }`);
  return data.responses.edges.map(({ node }) => node);
};
const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

describe('a tool that is connected', () => {
  it('delivers, is mapped by what arrives first, and its score is on the screen', async () => {
    const { page, problems } = await visit('/data', ADMIN_KEY);
    await page.getByRole('button', { name: 'Add a connection' }).click();
    await page.getByLabel('Name').fill('Relationship survey');
    await page.getByLabel('Tool', { exact: true }).selectOption('typeform');
    expect(await page.getByLabel('Mapping').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Add the connection' }).click();
    await page.getByRole('heading', { name: 'Connect Relationship survey' }).waitFor();
    await page.getByText('Waiting for the first delivery…').waitFor();
    const [address = '', secret = ''] = await page
      .locator('dialog code, [role=dialog] code')
      .allTextContents();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'connect-waiting');

    const answer = (ref: string, more: object) => ({ field: { id: `id-${ref}`, ref, type: 'x' }, ...more });
    const body = JSON.stringify({
      event_id: '01A',
      event_type: 'form_response',
      form_response: {
        form_id: 'lT4Z3j',
        token: 'a3a12ec67a1365927098a606107fac15',
        submitted_at: new Date(Date.now() - 60_000).toISOString(),
        calculated: { score: 3 },
        hidden: { country: 'Germany' },
        answers: [
          answer('likely', { type: 'number', number: 9 }),
          answer('why', { type: 'text', text: 'Setup was quick and easy' }),
        ],
      },
    });
    const post = (key: string) =>
      fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'typeform-signature': `sha256=${createHmac('sha256', key).update(body).digest('base64')}`,
        },
        body,
      });
    expect((await post('another')).status).toBe(401);
    await page.getByText('a delivery was signed with another secret').waitFor();
    expect((await post(secret)).status).toBe(202);
    const form = page.getByTestId('map-by-example');
    await form.waitFor();
    expect(await form.getByLabel('Score', { exact: true }).inputValue()).toBe('answers.id-likely');
    expect(await form.getByLabel('Comment').inputValue()).toBe('answers.id-why');
    await form.getByLabel('Region').selectOption('hidden.country');
    expect(await axe(page)).toEqual([]);
    await picture(page, 'connect-mapping');
    await form.getByRole('button', { name: 'Use this mapping' }).click();
    await page.getByTestId('first-answer').waitFor();
    await picture(page, 'connect-done');
    await page.getByRole('link', { name: 'See the score' }).click();
    await page.getByTestId('score-now').getByText('100').waitFor();
    const { data } = await server.graphql<{
      responses: { edges: { node: { score: number; comment: string; region: string } }[] };
    }>('{ responses(sources: ["typeform"]) { edges { node { score comment region } } } }');
    expect(data.responses.edges).toEqual([
      { node: { score: 9, comment: 'Setup was quick and easy', region: 'Germany' } },
    ]);
    expect(problems).toEqual([]);
  });
});

describe('the page of a link', () => {
  let connection = '';
  beforeAll(async () => {
    const texts = {
      en: { question: 'How likely are you to recommend Acme to a friend or colleague?' },
      ar: { question: 'ما مدى احتمال أن توصي بنا؟', send: 'إرسال' },
    };
    connection = (await create({ connector: 'email-link', mapping: { source: 'mail', texts } })).connection
      .id;
  });
  const linkOf = async (externalId: string) => {
    const { data } = await server.graphql<{ makeSurveyLinks: { path: string }[] }>(
      'mutation ($id: ID!, $input: [SurveyInviteeInput!]!) { makeSurveyLinks(connection: $id, input: $input) { path } }',
      { id: connection, input: [{ externalId, respondent: externalId }] },
    );
    return data.makeSurveyLinks[0]?.path ?? '';
  };

  it('is answered by keys alone, and corrected', async () => {
    const path = await linkOf('keys');
    const { page, problems, elsewhere } = await visit(`${path}?score=9`, null);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'survey-link');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.value')).toBe('9');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Tab');
    await page.keyboard.type('quick');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Thank you for your answer.' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'survey-link-thanks');
    expect(await answersOf('mail')).toEqual([{ score: 10, comment: 'quick' }]);
    // Changing the number leaves the comment.
    await page.getByRole('button', { name: 'Change my answer' }).press('Enter');
    expect(await page.getByRole('radio', { name: '10', exact: true }).isChecked()).toBe(true);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('radio', { name: '3', exact: true }).check();
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Thank you for your answer.' }).waitFor();
    expect(await answersOf('mail')).toEqual([{ score: 3, comment: 'quick' }]);
    expect(problems).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it.each([
    ['phone', false, 'en-GB'],
    ['phone', true, 'de-DE'],
    ['laptop', true, 'ja-JP'],
    ['phone', false, 'ar'],
    ['phone', false, 'fr-FR'],
  ] as const)('fits a %s, dark: %s, in %s', async (width, dark, locale) => {
    const { page, problems } = await visit(`${await linkOf(`fits ${width} ${locale}`)}?score=7`, null, {
      width,
      dark,
      locale,
    });
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(overflow)).toBe(0);
    await picture(page, `survey-link-${width}-${dark ? 'dark' : 'light'}-${locale}`);
    expect(problems).toEqual([]);
  });

  it('says what is wrong with a link', async () => {
    const { page } = await visit('/s/cut', null, { width: 'phone' });
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'survey-link-unknown');
  });
});

describe('the web survey', () => {
  let shop: Server;
  let origin = '';
  let key = '';
  /** The attributes of the tag, the language of the page, and what runs before the script. */
  let shown = { attributes: '', language: 'en', before: '', key: '' };
  beforeAll(async () => {
    shop = createServer((_request, response) => {
      const nonce = '<script nonce="page">';
      response.setHeader('content-type', 'text/html; charset=utf-8');
      // Strict on purpose: no inline styles, scripts of the server of surveys alone.
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; script-src 'nonce-page' ${server.url}; connect-src ${server.url}; img-src data:`,
      );
      response.end(`<!doctype html><html lang="${shown.language}"><head><title>Shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head><body><main><h1>Shop</h1>
<button id="feedback">Feedback</button></main>${nonce}${shown.before}</script>
<script src="${server.url}/survey.js" data-key="${shown.key || key}" data-delay="0" ${shown.attributes} async></script></body></html>`);
    });
    await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    const mapping = { source: 'web', origins: [origin] };
    key = (await create({ connector: 'web-snippet', mapping })).secret;
  });
  afterAll(() => shop?.close());
  const visitShop = async (attributes = '', look: Look = {}, more: Partial<typeof shown> = {}) => {
    shown = { attributes, language: 'en', before: '', key: '', ...more };
    const visited = await visit('/healthz', null, look);
    await visited.page.goto(origin);
    return visited;
  };
  const storage = (page: Page) => page.evaluate('JSON.stringify(localStorage)') as Promise<string>;

  it('asks two questions by keys alone, without taking focus from the page', async () => {
    const { page, problems } = await visitShop();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'web-survey');
    await page.locator('#feedback').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('Please choose a number').waitFor();
    await page.keyboard.press('Space');
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('What is the main reason').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'web-survey-comment');
    await until(async () => (await answersOf('web')).length === 1, 'the score is stored');
    expect(await answersOf('web')).toEqual([{ score: 9, comment: null }]);
    await page.keyboard.type('quick');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByText('Thank you for your answer.').waitFor();
    expect(await axe(page)).toEqual([]);
    await until(async () => (await answersOf('web'))[0]?.comment === 'quick', 'the comment is stored');
    expect(await answersOf('web')).toHaveLength(1);
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
    expect(await page.evaluate('document.activeElement.id')).toBe('feedback');
    expect(problems).toEqual([]);
    // An id and a time; neither the answer nor the comment.
    expect(
      Object.keys(JSON.parse(Object.values(JSON.parse(await storage(page)) as object)[0] as string)),
    ).toEqual(['visitor', 'shownAt', 'unsent']);
    expect(await storage(page)).toContain('\\"unsent\\":[]');
    // It was shown: not again for 90 days, unless the page asks.
    await page.reload();
    await page.waitForFunction('window.scorelineSurvey');
    await page.waitForTimeout(500);
    expect(await dialog.count()).toBe(0);
    await page.evaluate('window.scorelineSurvey.show()');
    await dialog.waitFor();
    expect(await page.evaluate('document.activeElement.shadowRoot.activeElement.value')).toBe('0');
  });

  it('keeps what cannot be sent, without the comment, and sends it again under the same id', async () => {
    const { page } = await visitShop();
    await page.context().route('**/survey/*', (route) => route.abort());
    await page.getByRole('radio', { name: '4', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByLabel('What is the main reason').fill('secret words');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Thank you').waitFor();
    expect(await storage(page)).toContain('\\"score\\":4');
    expect(await storage(page)).not.toContain('secret words');
    expect(await answersOf('web')).toHaveLength(1);
    await page.context().unroute('**/survey/*');
    await page.evaluate("dispatchEvent(new Event('online'))");
    await until(async () => (await answersOf('web')).length === 2, 'it is sent');
    expect(await answersOf('web')).toContainEqual({ score: 4, comment: 'secret words' });
  });

  it('sends at the next visit what a closed page could not', async () => {
    const { page } = await visitShop('data-every-days="0"');
    await page.context().route('**/survey/*', (route) => route.abort());
    await page.getByRole('radio', { name: '2', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByLabel('What is the main reason').waitFor();
    await page.context().unroute('**/survey/*');
    await page.reload();
    await until(async () => (await answersOf('web')).length === 3, 'it is sent');
    await until(async () => (await storage(page)).includes('\\"unsent\\":[]'), 'it is not kept');
    expect(await answersOf('web')).toContainEqual({ score: 2, comment: null });
  });

  it.each([
    ['has arrived, though its page was closed before it knew', true],
    ['has not arrived', false],
  ])('files what the next page sends again as it was given: it %s', async (_, hasArrived) => {
    const source = hasArrived ? 'arrived' : 'late';
    const mapping = { source, origins: [origin], respondents: true };
    const { secret } = await create({ connector: 'web-snippet', mapping });
    const tagOf = (region: string, respondent: string) =>
      `data-every-days="0" data-values='{"region":"${region}"}' data-respondent="${respondent}"`;
    const kept = async () => {
      const { data } = await server.graphql<{
        responses: { edges: { node: { region: string; respondent: string } }[] };
      }>(`{ responses(sources: ["${source}"]) { edges { node { region respondent } } } }`);
      return data.responses.edges.map(({ node }) => node);
    };
    const { page } = await visitShop(tagOf('Germany', 'jane'), {}, { key: secret });
    await page.context().route('**/survey/*', async (route) => {
      if (hasArrived) await route.fetch();
      await route.abort();
    });
    await page.getByRole('radio', { name: '2', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByLabel('What is the main reason').waitFor();
    if (hasArrived) await until(async () => (await kept()).length === 1, 'it is stored');
    const [first] = await kept();
    expect(await storage(page)).toContain('\\"score\\":2');
    expect(await storage(page)).not.toContain('jane');
    await page.context().unroute('**/survey/*');
    shown = { ...shown, attributes: tagOf('Japan', 'joe') };
    await page.reload();
    await until(async () => (await storage(page)).includes('\\"unsent\\":[]'), 'it is sent');
    const [answer, ...others] = await kept();
    expect(others).toEqual([]);
    expect(answer?.region).toBe('Germany');
    if (hasArrived) expect(answer).toEqual(first);
    // Neither of the person who was named, nor of the one who is there now.
    await page.getByRole('radio', { name: '9', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Send' }).click();
    await until(async () => (await kept()).length === 2, 'the next one is stored');
    expect(new Set((await kept()).map(({ respondent }) => respondent)).size).toBe(2);
  });

  it.each([
    ['consent that is missing', 'data-consent="wait"', ''],
    ['Do Not Track', '', "Object.defineProperty(navigator, 'doNotTrack', { value: '1' })"],
    [
      'Global Privacy Control',
      '',
      "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })",
    ],
  ])('respects %s: nothing is shown, sent or stored', async (what, attributes, before) => {
    const { page } = await visitShop(attributes, {}, { before });
    await page.waitForFunction('window.scorelineSurvey');
    await page.evaluate('window.scorelineSurvey.show()');
    await page.waitForTimeout(500);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await storage(page)).toBe('{}');
    await page.evaluate('window.scorelineSurvey.consent()');
    if (what.startsWith('consent')) await page.getByRole('dialog').waitFor();
    else expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it.each<[string, Look, string, string]>([
    ['phone, light', { width: 'phone' }, 'en', ''],
    ['phone, dark', { width: 'phone', dark: true }, 'de', ''],
    ['laptop, dark', { dark: true }, 'ja', ''],
    [
      'right to left',
      { width: 'phone' },
      'ar',
      `data-texts='{"question":"ما مدى احتمال أن توصي بنا؟","send":"إرسال","close":"إغلاق","low":"أبدا","high":"جدا"}'`,
    ],
  ])('fits, and is accessible: %s', async (name, look, language, attributes) => {
    const { page, problems } = await visitShop(attributes, look, { language });
    await page.getByRole('dialog').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(overflow)).toBe(0);
    expect(await page.getByRole('dialog').getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
    await picture(page, `web-survey-${name.replace(/\W+/g, '-')}`);
    expect(problems).toEqual([]);
  });

  it('moves only for those who want motion', async () => {
    const { page } = await visitShop();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.getByRole('dialog').waitFor();
    const box = "document.querySelector('body > div:last-of-type').shadowRoot.querySelector('.box')";
    const animation = () => page.evaluate(`getComputedStyle(${box}).animationName`);
    expect(await animation()).toBe('none');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await animation()).not.toBe('none');
  });
});

it('the Data screen makes both, with what is to be copied', async () => {
  const { page } = await visit('/data', ADMIN_KEY, { width: 'phone' });
  for (const [tool, text] of [
    ['email-link', '{{survey_link}}?score=10'],
    ['web-snippet', '/survey.js" data-key="pub_'],
  ] as const) {
    await page.getByRole('button', { name: 'Add a connection' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(`A ${tool}`);
    await dialog.getByLabel('Tool', { exact: true }).selectOption(tool);
    expect(await dialog.getByLabel('Secret of the tool').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Add the connection' }).click();
    await page.getByText(text).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, `data-${tool}`);
    await page.getByRole('button', { name: 'Done' }).click();
  }
});
