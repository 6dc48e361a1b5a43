import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { completion, type GivenFact, honest, requestOf } from '../../fixtures/stub-model.ts';
import { openStub, type StubTarget } from '../../fixtures/stub-target.ts';
import { type AgentWorld, openAgentWorld } from './agent-world.ts';
import { axe, type Look, picture, useBrowser } from './browser.ts';

/* The questions of the overview, and the switch that lets a language model write; the model is a stub that behaves or lies. */

let stub: StubTarget;
let folder: string;
let worlds: { readonly plain: AgentWorld; readonly model: AgentWorld };
beforeAll(async () => {
  stub = await openStub();
  folder = mkdtempSync(join(tmpdir(), 'scoreline-questions-'));
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    'dimensions:\n  - field: productLine\n  - field: region\nllm: { allow: [127.0.0.1], seconds: 10 }\n',
  );
  const people = { Ann: { role: 'analyst' }, Fay: { role: 'feed' } };
  const plain = await openAgentWorld(people);
  const model = await openAgentWorld(people, {
    SCORELINE_LLM_URL: `${stub.url}/v1`,
    SCORELINE_LLM_MODEL: 'stub-1',
    SCORELINE_CONFIG: config,
  });
  worlds = { plain, model };
});
afterAll(async () => {
  await worlds?.plain.close();
  await worlds?.model.close();
  await stub?.close();
  rmSync(folder, { recursive: true, force: true });
});
let shown: keyof typeof worlds = 'plain';
const visit = useBrowser(() => worlds[shown].url);
const open = (world: keyof typeof worlds, path: string, person: string, look: Look = {}) => {
  shown = world;
  return visit(path, worlds[world].keys[person] ?? ADMIN_KEY, look);
};

/** What axe finds at the beginning of the page: elsewhere its head covers what is scrolled under it. */
async function problemsOf(page: Page): Promise<string[]> {
  await page.evaluate('window.scrollTo(0, 0)');
  return axe(page);
}

describe('a question', () => {
  it('is answered by keys alone, with the query that it filled in, which can be edited', async () => {
    const { page, problems } = await open('plain', '/overview', 'Ann');
    const panel = page.getByTestId('ask');
    await panel.getByRole('list', { name: 'Questions to ask' }).waitFor();
    await page.getByTestId('score-now').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('What is the score of Germany in the last 30 days?');
    await page.keyboard.press('Enter');
    const answer = panel.getByTestId('ask-answer');
    await answer.getByText('This is about region Germany.').waitFor();
    await answer.getByText(/^The score of .* is [+−]?\d+\.\d .*from \d+ answers\.$/).waitFor();
    await panel.getByText('The query that was filled in').press('Enter');
    const query = panel.getByTestId('ask-query');
    expect(await query.getByLabel('Window').inputValue()).toBe('P30D');
    expect(JSON.parse(await query.getByLabel('Segment').inputValue())).toEqual({ region: ['Germany'] });
    expect(await query.innerText()).toContain('query McpScores');
    expect(await problemsOf(page)).toEqual([]);
    await picture(page, 'questions-query');
    await query.getByLabel('Segment').fill('{"region":["Japan"]}');
    await query.getByLabel('Segment').press('Enter');
    const edited = query.getByRole('region', { name: 'Answer of the edited query' });
    await edited.getByText('Responses', { exact: true }).waitFor();
    await query.getByLabel('Window').fill('a while');
    await query.getByRole('button', { name: 'Run the edited query' }).press('Enter');
    await query.getByRole('alert').getByText('The query was not executed').waitFor();
    expect(problems).toEqual([]);
  });

  it('that no one understands is answered by the kinds of questions that have a plan', async () => {
    const { page } = await open('plain', '/overview', 'Ann');
    const panel = page.getByTestId('ask');
    await panel.getByRole('searchbox').fill('How tall is the tower?');
    await panel.getByRole('button', { name: 'Ask' }).press('Enter');
    await panel.getByText('This deployment has no language model').waitFor();
    const examples = panel.getByRole('list', { name: 'Questions to ask' }).getByRole('button');
    await expect.poll(() => examples.count()).toBe(6);
    expect(await problemsOf(page)).toEqual([]);
    await picture(page, 'questions-kinds');
    await examples.first().press('Enter');
    await panel
      .getByTestId('ask-answer')
      .getByText(/^The score of/)
      .waitFor();
  });

  it('is for every role that reads scores, within what it sees', async () => {
    const { page, problems } = await open('plain', '/overview', 'Fay');
    const panel = page.getByTestId('ask');
    await panel.getByRole('searchbox').fill('Why did the score change?');
    await panel.getByRole('searchbox').press('Enter');
    await panel
      .getByTestId('ask-answer')
      .getByText(/^The score of/)
      .waitFor();
    expect(await page.getByTestId('week').count(), 'weeks count single answers').toBe(0);
    expect(problems).toEqual([]);
  });

  const LOOKS: readonly (readonly [string, Look])[] = [
    ['questions-laptop', {}],
    ['questions-dark', { dark: true }],
    ['questions-phone', { width: 'phone' }],
    ['questions-phone-dark', { width: 'phone', dark: true }],
  ];
  it.each(LOOKS)('is readable: %s', async (name, look) => {
    const { page } = await open('plain', '/overview', 'Ann', look);
    const panel = page.getByTestId('ask');
    await panel.getByRole('searchbox').fill('Which regions are the lowest?');
    await panel.getByRole('searchbox').press('Enter');
    await panel
      .getByTestId('ask-answer')
      .getByText(/Germany/)
      .first()
      .waitFor();
    await panel.getByText('The query that was filled in').press('Enter');
    await page.getByTestId('parts-sum').waitFor();
    await picture(page, name);
    expect(await problemsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  });
});

describe('the language model', () => {
  const WHY = '/overview?why=region';
  const label = 'Let stub-1 write the text';

  it('has a switch only where there is one', async () => {
    const { page } = await open('plain', WHY, 'Ann');
    await page.getByTestId('narrative').waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });

  it('writes when it is asked to, and is refused when it lies', async () => {
    stub.answer = (request) => completion({ sentences: honest(requestOf(request).data.facts) });
    const { page, problems } = await open('model', WHY, 'Ann');
    await page.getByTestId('narrative').waitFor();
    const asked = stub.received.length;
    await page.getByRole('checkbox', { name: label }).press('Space');
    await page.getByText('Written by the language model. Each number').waitFor();
    expect(stub.received.length).toBe(asked + 1);
    expect(await problemsOf(page)).toEqual([]);
    await picture(page, 'questions-rewritten');
    await page.context().close();
    const lie = ({ sentence, id }: GivenFact) => ({ text: sentence.replace(/\d/, '9'), facts: [id] });
    stub.answer = (request) => completion({ sentences: requestOf(request).data.facts.map(lie) });
    const lying = (await open('model', WHY, 'Ann', { width: 'phone', dark: true })).page;
    await lying.getByRole('checkbox', { name: label }).press('Space');
    await lying.getByText(/was refused: .* did not say what the facts say/).waitFor();
    expect(await lying.getByTestId('narrative').innerText()).toMatch(/^The score of/);
    expect(await problemsOf(lying)).toEqual([]);
    await picture(lying, 'questions-refused');
    expect(problems).toEqual([]);
  });
});
