import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';
import { row, workbook } from '../../fixtures/workbook.ts';
import { launch, PAGE_PATIENCE_MS } from '../chromium.ts';

/* The Data screen: a file from the drop to its undo, in a real browser. */
const server = useServer({ keys: { collector: 'collector', analyst: 'analyst' } });
const folder = mkdtempSync(join(tmpdir(), 'scoreline-data-'));
const pictures = process.env['SCORELINE_SCREENSHOTS'];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await signedIn(ADMIN_KEY);
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function signedIn(key: string, viewport = { width: 1440, height: 900 }): Promise<Page> {
  const context = await browser.newContext({
    ...{ viewport, timezoneId: 'Europe/Berlin', locale: 'en-GB' },
    // Contrast is measured of what has faded in.
    reducedMotion: 'reduce',
  });
  const opened = await context.newPage();
  opened.setDefaultTimeout(PAGE_PATIENCE_MS);
  await opened.goto(server.url);
  await opened.locator('input').first().fill(key);
  await opened.keyboard.press('Enter');
  await opened.getByRole('navigation').first().waitFor();
  await opened.goto(`${server.url}/data`);
  await opened.getByRole('heading', { name: 'Data', level: 1 }).first().waitFor();
  return opened;
}

/** Nothing that axe finds, and nothing wider than the page; a picture where they are asked for. */
async function look(name: string, of: Page = page): Promise<void> {
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await of.screenshot({ path: join(pictures, `data-${name}.png`), fullPage: true });
  }
  const { violations } = await new AxeBuilder({ page: of })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  const overflow = await of.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect([name, overflow]).toEqual([name, 0]);
}

const written = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const choose = (path: string, of: Page = page) => of.locator('input[type=file]').setInputFiles(path);
const press = async (name: string | RegExp, of: Page = page) => {
  // What is still read moves a button away from under the pointer.
  await until(async () => (await of.locator('.skeleton').count()) === 0, 'the page is read');
  await of.getByRole('button', { name }).click();
};
const answers = async () => {
  const { data } = await server.graphql<{ nps: { responses: number }[] }>(
    '{ nps(window: "P10Y") { responses } }',
  );
  return data.nps[0]?.responses ?? 0;
};

describe('a file', () => {
  it('is understood, tried, imported and undone', async () => {
    await page.getByText('No file was imported yet').waitFor();
    await page.getByText('No answer has arrived yet').waitFor();
    await look('empty');
    await choose('examples/survey-export.csv');
    await page.getByRole('heading', { name: 'Import survey-export.csv' }).waitFor();
    await page.getByText('CSV, separator comma, UTF-8 · 60 rows · 9 columns').waitFor();
    const score = page
      .getByRole('listitem')
      .filter({ hasText: 'How likely are you to recommend us?' })
      .first();
    await score.getByText('0 to 10 in 59 of 60 rows; the heading asks for a recommendation.').waitFor();
    expect(await score.getByLabel('What How likely are you to recommend us? is').inputValue()).toBe('score');
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin');
    await look('columns');
    await press('Try it: dry run');
    await page.getByRole('heading', { name: 'Rejected rows' }).waitFor();
    await page.getByText('31 is not a day of that month').waitFor();
    await page.getByRole('heading', { name: 'The first 10 answers as they would stand' }).waitFor();
    // 09:25 in Berlin is shown as it stands in the file.
    await page
      .getByRole('cell', { name: /13 Sept? 2026,? (at )?09:25/ })
      .first()
      .waitFor();
    expect(await answers()).toBe(0);
    await look('dry-run');
    await press('Import 56 answers');
    await page.getByRole('heading', { name: '56 answers were imported' }).waitFor();
    expect(await answers()).toBe(56);
    await look('imported');
    await press('Undo the import of survey-export.csv');
    await look('undo');
    await page.getByRole('dialog').getByRole('textbox').fill('the wrong file');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo this import' }).click();
    await page.getByText('The import was undone: 56 answers removed.').waitFor();
    expect(await answers()).toBe(0);
    await press('Back to Data');
    await page.getByText(/Undone by/).waitFor();
  });

  it('is a workbook; what a column is can be changed, and the map is saved for the command line', async () => {
    await choose('test/fixtures/workbooks/openpyxl-title.xlsx');
    await page.getByText('Excel workbook, sheet “Responses 2026” · 60 rows · 9 columns').waitFor();
    await page.getByLabel('What Device is').selectOption('none');
    await page.getByLabel('What Stage is').selectOption({ label: 'Channel' });
    await page.getByLabel('Source', { exact: true }).fill('a workbook');
    const [download] = await Promise.all([page.waitForEvent('download'), press('Save the map')]);
    expect(download.suggestedFilename()).toBe('openpyxl-title.map.json');
    const map = JSON.parse(readFileSync(await download.path(), 'utf8'));
    expect(map).toMatchObject({
      sheet: 'Responses 2026',
      headings: { after: 1, rows: 1 },
      source: 'a workbook',
      dimensions: { channel: { column: 'Stage' }, productLine: { column: 'Product' } },
    });
    expect(map.dimensions.lifecycleStage).toBeUndefined();
    // The choices survive a reload.
    await page.reload();
    await page.getByLabel('What Stage is').waitFor();
    expect(await page.getByLabel('What Stage is').inputValue()).toBe('dimension:channel');
    await press('Try it: dry run');
    await press('Import 56 answers');
    await page.getByRole('heading', { name: '56 answers were imported' }).waitFor();
    expect(await answers()).toBe(56);
    await press('Back to Data');
    await page.getByText('openpyxl-title.xlsx').waitFor();
    await look('imports');
  });

  it('keeps the sheet that was chosen, and what its columns are, over a reload', async () => {
    const sheet = (...rows: string[]) => `<worksheet><sheetData>${rows.join('')}</sheetData></worksheet>`;
    const second = sheet(row('key', 'when', 'points'), row('a', '2026-03-01T10:00:00Z', '9'));
    const book = workbook(row('id', 'answered at', 'score') + row('1', '2026-03-01T10:00:00Z', '7'), {
      'xl/workbook.xml':
        '<workbook xmlns:r="r"><sheets><sheet name="May" sheetId="1" r:id="rId1"/>' +
        '<sheet name="June" sheetId="2" r:id="rId2"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': `<Relationships>${[1, 2]
        .map((n) => `<Relationship Id="rId${n}" Type="x/worksheet" Target="worksheets/sheet${n}.xml"/>`)
        .join('')}</Relationships>`,
      'xl/worksheets/sheet2.xml': second,
    });
    await choose(written('sheets.xlsx', book));
    await page.getByLabel('What answered at is').waitFor();
    await page.getByRole('combobox', { name: /^Sheet/ }).selectOption('June');
    await page.getByLabel('What points is').selectOption({ label: 'Score' });
    await page.reload();
    await page.getByLabel('What points is').waitFor();
    expect(await page.getByRole('combobox', { name: /^Sheet/ }).inputValue()).toBe('June');
    expect(await page.getByLabel('What points is').inputValue()).toBe('score');
    expect(await page.getByLabel('What answered at is').count()).toBe(0);
    await press('Back to Data');
    await press('Remove sheets.xlsx');
  });

  it('that the wizard cannot decide asks; one without dates says what is missing; a picture says what it is', async () => {
    await choose(written('ambiguous.csv', 'id,date,score\n1,03/04/2026,9\n2,05/06/2026,3\n'));
    await page.getByRole('radio', { name: 'month first (MM/dd/yyyy)' }).check();
    expect(await page.getByLabel('Format').inputValue()).toBe('MM/dd/yyyy');
    await look('ambiguous');
    await press('Back to Data');
    await page.getByText('ambiguous.csv').waitFor();
    await press('Remove ambiguous.csv');
    await choose(written('dateless.csv', 'id,score\na,9\nb,10\n'));
    await page.getByText('Choose the column that says when each answer was given.').waitFor();
    expect(await page.getByRole('button', { name: 'Try it: dry run' }).isDisabled()).toBe(true);
    await press('Back to Data');
    await choose(written('picture.csv', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')));
    await page
      .getByRole('alert')
      .getByText('picture.csv is a PNG image; only CSV, XLSX, Parquet, NDJSON and JSON are read.')
      .waitFor();
    await press('Back to Data');
  });

  it('of many rows shows its progress, pauses and goes on', async () => {
    const rows = Array.from({ length: 15_000 }, (_, i) => `${i},2026-03-0${1 + (i % 9)}T10:00:00Z,${i % 11}`);
    await choose(written('many.csv', ['id,answered at,score', ...rows].join('\n')));
    await press('Try it: dry run');
    await press('Import 15,000 answers');
    await press('Pause');
    await page.getByText('Paused. What was imported so far counts.').waitFor();
    const before = await answers();
    await page.reload();
    await press('Continue the import');
    await page.getByRole('heading', { name: '15,000 answers were imported' }).waitFor({ timeout: 300_000 });
    expect(before).toBeLessThan(15_056);
    expect(await answers()).toBe(15_056);
    await press('Back to Data');
  });
});

it('the keyboard alone leads from the file to the import', async () => {
  await choose('test/fixtures/workbooks/exceljs-inline.xlsx');
  await page.getByRole('heading', { name: 'Import exceljs-inline.xlsx' }).waitFor();
  const tabTo = async (name: string | RegExp) => {
    const target = page.getByRole('button', { name });
    await target.waitFor();
    for (let i = 0; i < 80; i++) {
      if ((await target.and(page.locator(':focus')).count()) === 1) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${name}`);
  };
  await tabTo('Try it: dry run');
  await page.keyboard.press('Enter');
  await tabTo(/^Import \d+ answers$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '40 answers were imported' }).waitFor();
  await press('Back to Data');
});

it('the sources stand there with what they bring, how late, and what was rejected', async () => {
  const minutes = (count: number) => new Date(Date.now() - count * 60_000).toISOString();
  const item = (externalId: string, score: number, source = 'in-app survey') => ({
    ...{ externalId, score, source, answeredAt: minutes(125) },
  });
  await server.post('/ingest/responses', [
    ...[item('s1', 9), item('s2', 3), item('s3', 11), { ...item('s4', 5), answeredAt: 'soon' }],
    item('s5', 12),
    item('s6', 12, 'never seen'),
  ]);
  const panel = page.getByTestId('sources');
  const row = panel.getByRole('row').filter({ hasText: 'in-app survey' });
  await until(async () => {
    await page.reload();
    await panel.getByRole('table').waitFor();
    return (await row.getByText('2 × the score is not on the scale').count()) === 1;
  }, 'what was rejected is shown');
  expect(await row.getByRole('cell').allInnerTexts()).toEqual([
    'in-app survey',
    '2',
    '2 hours ago',
    'just now',
    '2 hours',
    expect.stringMatching(/^3\s*2 × the score is not on the scale, 1 × the date cannot be read$/),
    'No history yet',
  ]);
  await panel
    .getByText(
      '1 item that names no known source was rejected in 30 days: 1 × the score is not on the scale.',
    )
    .waitFor();
  await panel.getByRole('button', { name: 'Answers, 30 days' }).click();
  expect(await panel.getByRole('columnheader', { name: 'Answers, 30 days' }).getAttribute('aria-sort')).toBe(
    'ascending',
  );
  await look('sources');
  await row.getByRole('link').click();
  await page.waitForURL(/\/responses\?source=in-app/);
  // The filter offers every source, also those of which no answer is on the page.
  await page.getByRole('checkbox', { name: 'a workbook' }).waitFor();
  expect(await page.getByRole('checkbox', { name: 'in-app survey' }).isChecked()).toBe(true);
  await page.goto(`${server.url}/data`);
});

it('a source says in words what is usual of its data, what is missing, and whose clock is wrong', async () => {
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  const late = { externalId: 's7', score: 8, comment: 'Fine.', source: 'in-app survey', answeredAt: ahead };
  await server.post('/ingest/responses', [{ ...late, surveyVersion: '2' }]);
  await page.reload();
  const row = page.getByTestId('sources').getByRole('row').filter({ hasText: 'in-app survey' });
  await row
    .getByRole('button', { name: 'Data quality of in-app survey: Clock ahead, New survey version' })
    .click();
  const drawer = page.getByTestId('quality');
  await drawer.getByText('3 answers today; what is usual is known after four weeks.').waitFor();
  await drawer.getByText('Of 6 items in 30 days: 50% rejected, none sent again.').waitFor();
  await drawer.getByText('Comment: missing in 67%').waitFor();
  await drawer
    .getByText(/33% are from the future, by about \d+ minutes: the clock or the time zone/)
    .waitFor();
  await drawer.getByText(/\(new: the score may move by the wording alone\)/).waitFor();
  await look('quality');
  await drawer.getByRole('link', { name: 'nps, version 2' }).click();
  await page.waitForURL(/\/lineage\/SurveyVersion/);
  await page.goto(`${server.url}/data`);
});

it('a connection is added, its secret shown once, replaced and removed', async () => {
  await press('Add a connection');
  await page.getByLabel('Name').fill('Shop');
  await look('connection');
  await page.getByRole('dialog').getByRole('button', { name: 'Add the connection' }).click();
  const given = page.locator('code.secret');
  await page.getByText('Waiting for the first delivery…').waitFor();
  expect(await given.first().innerText()).toMatch(/\/ingest\/canonical\//);
  const secret = await given.last().innerText();
  expect(secret).toMatch(/^whsec_/);
  await look('secret');
  await press('Close');
  expect(await page.getByText(secret).count()).toBe(0);
  await press('Replace the secret of Shop');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace the secret' }).click();
  expect(await page.locator('code.secret').innerText()).not.toBe(secret);
  await press('I have stored it');
  await press('Remove the connection Shop');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No survey tool delivers here yet').waitFor();
});

it('a folder, a bucket, a topic or a tool that announces is asked for what it needs', async () => {
  const dialog = page.getByRole('dialog');
  const choose = (tool: string) => page.getByLabel('Tool', { exact: true }).selectOption(tool);
  await press('Add a connection');
  await page.getByLabel('Name').fill('Nightly');
  await choose('kafka');
  await press('Add the connection');
  await dialog.getByText('Topic: write it.').waitFor();
  await choose('bucket');
  await dialog.getByLabel('Bucket', { exact: true }).fill('nps-exports');
  await dialog.getByLabel('Endpoint (optional)').waitFor();
  await dialog.getByLabel('Access key and secret').waitFor();
  await look('connection-bucket');
  await choose('folder');
  await dialog.getByLabel('Folder', { exact: true }).fill('exports/nps');
  await press('Add the connection');
  // The server says why there is nothing to read yet.
  await page.getByRole('heading', { name: 'Connect Nightly' }).waitFor();
  await dialog.getByText('SCORELINE_WATCH_DIR is not set').waitFor();
  await look('connection-folder');
  await press('Close');
  await press('Add a connection');
  await page.getByLabel('Name').fill('Deals');
  await choose('hubspot');
  await dialog.getByLabel('Key of the tool').fill('pat-eu1-0001');
  await dialog.getByLabel('Host of the tool').fill('api.hubapi.com');
  await press('Add the connection');
  await page.getByRole('heading', { name: 'Connect Deals' }).waitFor();
  await press('Close');
  const { data } = await server.graphql<{
    connections: { name: string; mapping: object; fetching: object | null }[];
  }>('{ connections { name mapping fetching { hasKey origin } } }');
  expect(data.connections).toMatchObject([
    { name: 'Nightly', mapping: { folder: 'exports/nps', map: { source: 'export' } }, fetching: null },
    { name: 'Deals', fetching: { hasKey: true, origin: 'https://api.hubapi.com' } },
  ]);
  for (const name of ['Nightly', 'Deals']) {
    await press(`Remove the connection ${name}`);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: `Remove the connection ${name}` }).waitFor({ state: 'detached' });
  }
});

describe('the quarantine', () => {
  let connection = { id: '', path: '' };
  let secret = '';
  const deliver = async (body: object | string) => {
    const answer = await fetch(`${server.url}${connection.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
  };
  const item = (id: string, more: object = {}) => ({
    ...{ id, answeredAt: '2026-03-01T09:30:00Z', score: 9, comment: 'Half a year later' },
    ...more,
  });
  const panel = (of: Page = page) => of.getByTestId('quarantine');
  beforeAll(async () => {
    const mapping = { score: { column: 'score', scale: '1-5' } };
    const { data } = await server.graphql<{
      createConnection: { secret: string; connection: typeof connection };
    }>(
      'mutation ($input: ConnectionInput!) { createConnection(input: $input) { secret connection { id path } } }',
      { input: { connector: 'retently', name: 'Checkout survey', mapping } },
    );
    ({ connection, secret } = data.createConnection);
    for (let i = 0; i < 28; i++) await deliver(item(`w${i}`));
    await deliver(item('late', { answeredAt: 'soon', score: 5 }));
    await deliver(item('much', { score: 99 }));
    await deliver('{ not JSON');
    await page.goto(`${server.url}/data`);
  });

  it('stands there with its reasons, is filtered and leafed through, and opens an item', async () => {
    await page.getByTestId('connections').getByRole('link', { name: '31 wait in the quarantine' }).click();
    await page.waitForURL(/quarantine=Connection/);
    await panel()
      .getByText(
        '31 wait: 1 × the delivery cannot be read, 1 × not in the form that the mapping expects, 29 × a value cannot be stored.',
      )
      .waitFor();
    await look('quarantine');
    const rows = panel().getByRole('row');
    await expect.poll(() => rows.count()).toBe(26);
    await panel().getByRole('button', { name: 'Older ones' }).click();
    await until(async () => (await rows.count()) === 7, 'the second page is shown');
    await panel().getByRole('button', { name: 'Newer ones' }).click();
    await panel().getByLabel('Wrong field').fill('answeredAt');
    await page.keyboard.press('Enter');
    await until(async () => (await rows.count()) === 2, 'one item names that field');
    await panel()
      .getByRole('button', { name: /^Open: the date cannot be read/ })
      .click();
    const drawer = page.getByTestId('quarantined-item');
    await drawer.getByText('The date cannot be read (answeredAt).').waitFor();
    await look('quarantine-item');
    await drawer.getByRole('button', { name: 'Show what arrived' }).click();
    await drawer.getByText('"answeredAt": "soon"').waitFor();
    await look('quarantine-content');
    const log = await server.graphql('{ auditLog(first: 5) { edges { node { action subject } } } }');
    expect(JSON.stringify(log.data)).toContain('QuarantinedItem:');
    await drawer.getByRole('button', { name: 'Replay' }).click();
    await drawer
      .getByRole('alert')
      .getByText('0 stored, 1 still wrong: 1 × the date cannot be read (answeredAt).')
      .waitFor();
    await drawer.getByRole('button', { name: 'Discard this item' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await panel().getByText('1 discarded.').waitFor();
    await panel().getByText('Nothing that waits matches').waitFor();
    await panel().getByLabel('Show', { exact: true }).selectOption('settled');
    await panel().getByRole('cell', { name: 'Discarded' }).waitFor();
    await look('quarantine-settled');
    await panel().getByLabel('Show', { exact: true }).selectOption('waiting');
    await panel().getByLabel('Wrong field').fill('');
    await page.keyboard.press('Enter');
  });

  it('is replayed by the keyboard alone, says what was stored and what is still wrong, and is emptied', async () => {
    const { errors } = await server.graphql(
      'mutation ($id: ID!) { changeConnectionMapping(id: $id, mapping: {}) { id } }',
      { id: connection.id },
    );
    expect(errors).toBeUndefined();
    const all = panel().getByRole('button', { name: 'Replay all 30 of Checkout survey' });
    await all.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await look('quarantine-replay');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await panel().getByRole('status').filter({ hasText: '28 stored, 2 still wrong' }).waitFor();
    await page.getByTestId('connections').getByRole('link', { name: '2 wait in the quarantine' }).waitFor();
    await look('quarantine-replayed');
    await panel().getByRole('button', { name: 'Discard all 2 of Checkout survey' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard all 2' }).click();
    await panel().getByText('2 discarded.').waitFor();
    await panel().getByText('Nothing waits', { exact: true }).waitFor();
    await look('quarantine-empty');
  });

  it('fits a phone in the dark', async () => {
    await deliver(item('phone', { score: 99 }));
    const phone = await signedIn(ADMIN_KEY, { width: 390, height: 844 });
    await phone.emulateMedia({ colorScheme: 'dark' });
    await phone.goto(`${server.url}/data?quarantine=${encodeURIComponent(connection.id)}`);
    await panel(phone)
      .getByRole('button', { name: /^Open: / })
      .first()
      .click();
    await look('phone-quarantine-item', phone);
    await phone.keyboard.press('Escape');
    await look('phone-quarantine', phone);
    await phone.context().close();
  });
});

describe('how long data is kept', () => {
  const panel = (of: Page = page) => of.getByTestId('retention');
  const dialog = (of: Page = page) => of.getByRole('dialog');
  const open = async (of: Page) => {
    await of.goto(`${server.url}/data`);
    await press('Set a period', of);
  };

  it('is set after what is older was counted, listed with its reason, and withdrawn', async () => {
    const old = { source: 'partner', score: 4, comment: 'Too slow.', answeredAt: '2025-03-01T10:00:00Z' };
    await server.post(
      '/ingest/responses',
      ['p1', 'p2', 'p3'].map((externalId) => ({ ...old, externalId })),
    );
    await open(page);
    await panel().getByRole('cell', { name: 'What waits in the quarantine' }).waitFor();
    await dialog().getByLabel('What').selectOption('Comments');
    await dialog().getByLabel('Source').fill('partner');
    await dialog().getByLabel('Keep for').fill('many');
    await press('Count what is older');
    await dialog().getByText('Write a whole number, such as 90.').waitFor();
    await dialog().getByLabel('Keep for').fill('400');
    await dialog().getByLabel('Unit').selectOption('days');
    await look('retention-form');
    await press('Count what is older');
    await page.getByRole('heading', { name: 'Keep for 400 days?' }).waitFor();
    await dialog().getByText('Of partner, 3 rows are older now.').waitFor();
    await dialog().getByLabel('Reason').fill('contract 4');
    await look('retention-count');
    await press('Set the period');
    const row = panel().getByRole('row').filter({ hasText: 'partner' });
    await row.getByText('contract 4').waitFor();
    expect(await row.getByRole('cell').allInnerTexts()).toEqual([
      ...['Comments', 'partner', '400 days', expect.stringContaining('contract 4'), 'Withdraw'],
    ]);
    await look('retention');
    await row.getByRole('button', { name: 'Withdraw: Comments, partner' }).click();
    await dialog().getByLabel('Reason').fill('contract 5');
    await press('Withdraw the rule');
    await row.waitFor({ state: 'detached' });
  });

  it('is of a dimension too, says what the server refuses, and fits a phone in the dark', async () => {
    await open(page);
    await dialog().getByLabel('What').selectOption('Values of Region');
    await dialog().getByLabel('Keep for').fill('5000');
    await press('Count what is older');
    await dialog().getByText('keep: "P5000Y" is not an ISO 8601 duration of a day or more').waitFor();
    await dialog().getByLabel('Keep for').fill('30');
    await press('Count what is older');
    await dialog().getByText('Of every source, nothing is older now.').waitFor();
    await page.keyboard.press('Escape');
    const phone = await signedIn(ADMIN_KEY, { width: 390, height: 844 });
    await phone.emulateMedia({ colorScheme: 'dark' });
    await panel(phone).getByRole('cell').first().waitFor();
    await look('phone-retention', phone);
    await open(phone);
    await look('phone-retention-form', phone);
    await phone.context().close();
  });
});

it('fits a phone, and shows each role what it may do', async () => {
  const phone = await signedIn(ADMIN_KEY, { width: 390, height: 844 });
  await phone.getByTestId('sources').getByRole('table').waitFor();
  await look('phone', phone);
  await choose('examples/survey-export.csv', phone);
  await phone.getByRole('button', { name: 'Try it: dry run' }).waitFor();
  await look('phone-columns', phone);
  await press('Try it: dry run', phone);
  await phone.getByRole('heading', { name: 'Rejected rows' }).waitFor();
  await look('phone-dry-run', phone);
  await phone.emulateMedia({ colorScheme: 'dark' });
  await look('phone-dark', phone);
  await phone.context().close();
  const sender = await signedIn(server.keys['collector'] as string);
  await sender.getByRole('button', { name: 'Choose a file' }).waitFor();
  expect(await sender.getByRole('heading', { name: 'Imports' }).count()).toBe(0);
  expect(await sender.getByTestId('quarantine').count()).toBe(0);
  expect(await sender.getByTestId('retention').count()).toBe(0);
  await sender.context().close();
});
