import { beforeAll, describe, expect, it } from 'vitest';
import { axe, picture, useDashboard } from './browser.ts';

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
    await page.getByRole('link', { name: 'Change my answer' }).click();
    await page.getByRole('radio', { name: '3', exact: true }).check();
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Thank you for your answer.' }).waitFor();
    expect(await answersOf('mail')).toEqual([{ score: 3, comment: null }]);
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
