import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DateTime } from 'luxon';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_CELL_LIMITS } from '../../../domain/segments/cell-filing.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import fc from '../../../test/fixtures/properties.ts';
import { dryRun } from '../import/dry-run.ts';
import { parseFileMap } from '../map/file-map.ts';
import { type FileGuess, guessFile } from './guess-file.ts';

const NOW = Date.UTC(2026, 10, 27);
const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const folder = mkdtempSync(join(tmpdir(), 'scoreline-guess-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const guess = (path: string, more: object = {}) =>
  guessFile({ path, dimensions: DIMENSIONS, zone: null, now: NOW, ...more });
let files = 0;
async function guessOf(content: string, name = 'answers.csv', more: object = {}): Promise<FileGuess> {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, content);
  return guess(path, more);
}

/** What each column is taken for. */
const rolesOf = ({ columns }: FileGuess) =>
  Object.fromEntries(columns.map(({ name, guess: { role, field } }) => [name, field ?? role]));

/** What a map declares of each column. */
function declared(map: Record<string, unknown>): Record<string, string> {
  const named: Record<string, string> = {};
  const { dimensions = {}, ...others } = map as Record<string, never> & {
    dimensions?: Record<string, { column?: string }>;
  };
  for (const role of ['externalId', 'respondent', 'answeredAt', 'revision', 'score', 'comment'])
    for (const one of [others[role] ?? []].flat() as (string | { column: string })[])
      named[(typeof one === 'string' ? one : one.column)?.replace(/\s+/g, ' ')] = role;
  for (const [field, { column }] of Object.entries(dimensions)) if (column) named[column] = field;
  return named;
}

describe('the files of the tests', () => {
  const cases = join(ROOT, 'test/fixtures/cases');
  const pairs = readdirSync(cases)
    .filter((name) => name.endsWith('.map.json'))
    .flatMap((map) => {
      const base = map.replace('.map.json', '');
      return readdirSync(cases)
        .filter((name) => name.startsWith(base) && name !== map)
        .map((name) => [join(cases, name), join(cases, map)] as const);
    });
  pairs.push([join(ROOT, 'examples/survey-export.csv'), join(ROOT, 'examples/survey-export.map.json')]);

  it('have the columns that their maps name, in all but the cases that no file decides', async () => {
    const wrong: string[] = [];
    let columns = 0;
    for (const [path, mapPath] of pairs) {
      const found = await guess(path);
      const map = declared(JSON.parse(readFileSync(mapPath, 'utf8')));
      for (const [name, role] of Object.entries(rolesOf(found))) {
        columns += 1;
        if ((map[name] ?? 'none') !== role) wrong.push(`${path.slice(cases.length + 1)} ${name}: ${role}`);
      }
    }
    expect(columns).toBeGreaterThan(80);
    // Two headings "Why?", of which the map wrongly names neither; and a column "Date" without a date.
    expect(wrong).toEqual(['03-same-heading.csv Why? [1]: comment', '04a-no-date.csv Date: none']);
  });
});

describe('exports of survey tools', () => {
  it('Qualtrics: three rows of headings, and the zone of its technical row', async () => {
    const found = await guessOf(
      [
        'StartDate,EndDate,Status,Progress,RecordedDate,ResponseId,RecipientEmail,Q1,Q1_NPS_GROUP,Q2,Country',
        'Start Date,End Date,Response Type,Progress,Recorded Date,Response ID,Recipient Email,How likely are you to recommend us?,Group,Why?,Where are you?',
        `${[
          'startDate',
          'endDate',
          'status',
          'progress',
          'recordedDate',
          '_recordId',
          'recipientEmail',
          'QID1',
          'QID1_NPS',
          'QID2_TEXT',
          'QID3',
        ]
          .map((id) => `"{""ImportId"":""${id}"",""timeZone"":""America/Denver""}"`)
          .join(',')}`,
        '2026-01-02 09:00:00,2026-01-02 09:05:00,IP Address,100,2026-01-02 09:05:01,R_1abc,a@example.com,9,Promoter,it simply works for us,Chile',
        '2026-01-03 09:00:00,2026-01-03 09:05:00,IP Address,100,2026-01-03 09:05:01,R_2abc,b@example.com,3,Detractor,too slow for my team,Peru',
        '2026-01-04 09:00:00,2026-01-04 09:05:00,IP Address,100,2026-01-04 09:05:01,R_3abc,c@example.com,10,Promoter,no words for how good,Chile',
      ].join('\n'),
    );
    expect(found).toMatchObject({
      tool: 'Qualtrics',
      rows: 3,
      map: {
        headings: { after: 0, rows: 3 },
        source: 'Qualtrics',
        externalId: 'ResponseId',
        respondent: 'RecipientEmail',
        answeredAt: { column: 'RecordedDate', format: 'iso', zone: 'America/Denver' },
        score: { column: 'Q1', scale: '0-10' },
        comment: 'Q2',
        dimensions: { region: { column: 'Country' } },
      },
      doubts: [],
      missing: [],
    });
  });

  it('Typeform, Delighted, Google Forms in German and Microsoft Forms', async () => {
    const typeform = await guessOf(
      [
        '#,How likely are you to recommend Acme?,What could be better?,Start Date (UTC),Submit Date (UTC),Network ID',
      ]
        .concat(
          Array.from(
            { length: 12 },
            (_, i) =>
              `tok${i},${i % 11},please make it faster ${i},2026-02-0${1 + (i % 9)} 10:00:00,2026-02-0${1 + (i % 9)} 10:02:00,n${i}`,
          ),
        )
        .join('\n'),
    );
    expect([typeform.tool, typeform.map]).toMatchObject([
      'Typeform',
      {
        externalId: '#',
        answeredAt: { column: 'Submit Date (UTC)', zone: 'UTC' },
        score: { scale: '0-10' },
        comment: 'What could be better?',
      },
    ]);
    const google = await guessOf(
      [
        'Zeitstempel;Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?;Warum?;In welchem Land leben Sie?',
      ]
        .concat(
          Array.from(
            { length: 12 },
            (_, i) =>
              `${10 + i}.03.2026 09:15:0${i % 10};${i % 11};weil es ganz gut läuft ${i};${i % 2 ? 'Österreich' : 'Schweiz'}`,
          ),
        )
        .join('\n'),
    );
    expect([google.tool, google.map]).toMatchObject([
      'Google Forms',
      {
        externalId: { hash: expect.arrayContaining(['Zeitstempel', 'Warum?']) },
        answeredAt: { format: 'dd.MM.yyyy HH:mm:ss' },
        comment: 'Warum?',
        dimensions: { region: { column: 'In welchem Land leben Sie?' } },
      },
    ]);
    const microsoft = await guessOf(
      ['ID,Start time,Completion time,Email,Name,How likely are you to recommend us?,Reason']
        .concat(
          Array.from(
            { length: 12 },
            (_, i) =>
              `${i + 1},1/${i + 14}/26 9:00:00,1/${i + 14}/26 9:03:10,anonymous,,${i % 11},because it is what it is ${i}`,
          ),
        )
        .join('\n'),
    );
    expect([microsoft.tool, microsoft.map]).toMatchObject([
      'Microsoft Forms',
      {
        externalId: 'ID',
        answeredAt: { column: 'Completion time', format: 'M/d/yy H:mm:ss' },
        comment: 'Reason',
      },
    ]);
  });
});

describe('dates', () => {
  const datesOf = async (...dates: string[]) => {
    const found = await guessOf(['id,date,score', ...dates.map((date, i) => `${i},"${date}",9`)].join('\n'));
    return {
      rule: found.map['answeredAt'] as Record<string, unknown>,
      reason: found.columns[1]?.guess.reason,
      doubts: found.doubts.filter(({ at, choices }) => at === 'answeredAt' && choices.length > 0),
    };
  };

  it('the order of day and month is decided by a number above 12', async () => {
    expect(await datesOf('03/11/2026', '13/11/2026')).toMatchObject({
      rule: { format: 'dd/MM/yyyy' },
      reason: 'dates such as "03/11/2026"; the day is first, because 13 is not a month',
      doubts: [],
    });
    expect(await datesOf('03/11/2026', '03/13/2026')).toMatchObject({
      rule: { format: 'MM/dd/yyyy' },
      doubts: [],
    });
  });

  it('else both readings are shown, unless one lies in the future or dates have points', async () => {
    expect(await datesOf('03/04/2026', '05/06/2026')).toMatchObject({
      rule: { format: 'dd/MM/yyyy' },
      doubts: [
        {
          message:
            'no value has a day after the 12th, so both orders fit: "03/04/2026" is 2026-04-03 or 2026-03-04',
          choices: [
            { label: 'day first (dd/MM/yyyy)', entry: { format: 'dd/MM/yyyy' } },
            { label: 'month first (MM/dd/yyyy)', entry: { format: 'MM/dd/yyyy' } },
          ],
        },
      ],
    });
    expect(await datesOf('11/05/2026', '11/06/2026')).toMatchObject({ doubts: [{}] });
    expect(await datesOf('01/12/2026', '02/10/2026')).toMatchObject({
      rule: { format: 'MM/dd/yyyy' },
      doubts: [],
    });
    expect(await datesOf('03.04.2026 10:00', '05.06.2026 9:30')).toMatchObject({
      rule: { format: 'dd.MM.yyyy H:mm' },
      doubts: [],
    });
  });

  it.each([
    [['12. März 2026', '3. Januar 2026'], { format: 'd. MMM yyyy', language: 'de' }],
    [['Mar 3, 2026 2:00 PM', 'Dec 24, 2025 11:15 AM'], { format: 'MMM d, yyyy h:mm a' }],
    [['Tue, 3 Mar 2026', 'Wed, 4 Mar 2026'], { format: 'EEE, d MMM yyyy' }],
    [['2026/3/4 10:00', '2026/12/24 9:00'], { format: 'yyyy/M/d H:mm' }],
    [['2026年3月4日', '2026年12月24日'], { format: "yyyy'年'M'月'd'日'" }],
    [['1793527200', '1793527300'], { format: 'epoch-seconds' }],
    [
      ['2026-03-04T10:00:00Z', '1970-01-01', '2026-03-05T10:00:00Z', '2026-03-06T10:00:00Z'],
      { format: 'iso', missing: ['1970-01-01'] },
    ],
  ])('%j', async (dates, rule) => expect((await datesOf(...dates)).rule).toMatchObject(rule));
});

describe('scores', () => {
  const scoreOf = async (heading: string, values: readonly string[]) =>
    (
      await guessOf(
        [`id,date,"${heading}"`, ...values.map((value, i) => `${i},2026-03-04,"${value}"`)].join('\n'),
      )
    ).columns[2]?.guess;
  const many = (...values: string[]) =>
    Array.from({ length: 60 }, (_, i) => values[i % values.length] as string);

  it.each([
    ['Rating', many('1', '2', '3', '4', '5'), '1-5'],
    ['Rating', many('1', '4', '7'), '1-7'],
    ['How likely are you to recommend us?', many('10', '9', '7'), '0-10'],
    ['Stars', many('5 stars', '1 star', '3 stars'), '1-5'],
    ['Score', many('10 - very likely', '0 - not at all', '7'), '0-10'],
    ['NPS', many('90%', '40 %', '100%'), expect.objectContaining({ name: '0-100' })],
    ['Would you recommend us?', many('Yes', 'no'), 'recommend'],
    ['NPS group', many('Promoter', 'Detractor', 'Passive'), expect.objectContaining({ kind: 'labels' })],
  ])('%s %j', async (heading, values, scale) =>
    expect(await scoreOf(heading, values)).toMatchObject({ role: 'score', entry: { scale } }),
  );

  it('other numbers are none, and odd values are counted', async () => {
    for (const heading of ['Age', 'Seats', 'Retry count'])
      expect((await scoreOf(heading, many('1', '2', '9')))?.role).toBe('none');
    expect((await scoreOf('NPS', [...many('10', '3'), 'N/A', '11', '6.5']))?.reason).toBe(
      '0 to 10 in 60 of 63 rows; the heading asks for a recommendation',
    );
  });
});

describe('any file', () => {
  const HEADINGS = [
    {
      id: 'Response ID',
      at: 'Submitted at',
      score: 'How likely are you to recommend us?',
      why: 'Why?',
      who: 'Email',
      where: 'Country',
    },
    {
      id: 'Antwort-ID',
      at: 'Beantwortet am',
      score: 'Weiterempfehlung',
      why: 'Kommentar',
      who: 'E-Mail-Adresse',
      where: 'Land',
    },
    {
      id: 'id_reponse',
      at: 'Date de réponse',
      score: 'Note de recommandation',
      why: 'Commentaire',
      who: 'Courriel',
      where: 'Pays',
    },
    {
      id: 'external_id',
      at: 'Fecha de respuesta',
      score: '¿Nos recomendaría? Puntuación',
      why: 'Comentarios',
      who: 'Correo electrónico',
      where: 'País',
    },
    { id: '回答ID', at: '回答日時', score: 'おすすめ度', why: '理由', who: 'メールアドレス', where: '国' },
  ];
  const FORMATS = [
    'yyyy-MM-dd HH:mm:ss',
    'dd/MM/yyyy HH:mm',
    'M/d/yyyy h:mm a',
    'dd.MM.yy HH:mm',
    'd MMM yyyy HH:mm',
    "yyyy-MM-dd'T'HH:mm:ssZZ",
    'X',
  ];

  it('with known columns in any order has its map guessed, and the map reads what was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          headings: fc.constantFrom(...HEADINGS),
          format: fc.constantFrom(...FORMATS),
          separator: fc.constantFrom(',', ';', '\t', '|'),
          order: fc.shuffledSubarray(['id', 'at', 'score', 'why', 'who', 'where', 'extra'], { minLength: 7 }),
          rows: fc.array(
            fc.record({
              day: fc.integer({ min: 0, max: 300 }),
              minute: fc.integer({ min: 0, max: 1439 }),
              score: fc.integer({ min: 0, max: 10 }),
              words: fc.integer({ min: 0, max: 9 }),
            }),
            { minLength: 40, maxLength: 60 },
          ),
        }),
        async ({ headings, format, separator, order, rows }) => {
          const times = rows.map(({ day, minute }) =>
            DateTime.fromMillis(Date.UTC(2026, 0, 1) + (day * 1440 + minute) * 60_000, { zone: 'utc' }),
          );
          const lines = rows.map(({ score, words }, i) => {
            const value: Record<string, string> = {
              id: `r-${i}`,
              at: (times[i] as DateTime).toFormat(format, { locale: 'en' }),
              score: String(score),
              why: words < 3 ? '' : `the app is ${'really '.repeat(words)}good for us`,
              who: `person${i}@example.com`,
              where: ['Chile', 'Peru', 'Brazil'][i % 3] as string,
              extra: String(i % 2),
            };
            return order.map((name) => value[name]).join(separator);
          });
          const names: Record<string, string> = { ...headings, extra: 'Finished' };
          const path = join(folder, `${files++}-any.csv`);
          writeFileSync(path, [order.map((name) => names[name]).join(separator), ...lines].join('\n'));
          const found = await guess(path);
          expect(rolesOf(found)).toEqual({
            [headings.id]: 'externalId',
            [headings.at]: 'answeredAt',
            [headings.score]: 'score',
            [headings.why]: 'comment',
            [headings.who]: 'respondent',
            [headings.where]: 'region',
            Finished: 'none',
          });
          const map = parseFileMap(found.map, DIMENSIONS);
          const run = await dryRun({
            path,
            map,
            dimensions: DIMENSIONS,
            cellLimits: DEFAULT_CELL_LIMITS,
            now: () => NOW,
            isStopping: () => false,
          });
          expect([run.accepted, run.rejected]).toEqual([rows.length, 0]);
          expect(run.firstRows.map(({ answeredAt, score }) => [answeredAt.getTime(), score])).toEqual(
            rows.slice(0, 10).map(({ score }, i) => [(times[i] as DateTime).toMillis(), score]),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of any content is guessed or refused, and a guess is a map or says what it lacks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 6 }), {
          maxLength: 12,
        }),
        fc.constantFrom('a.csv', 'a.json', 'a.txt'),
        async (cells, name) => {
          const content = cells.map((row) => row.join(',')).join('\n');
          const found = await guessOf(content, name).catch((error: Error) => error);
          if (found instanceof Error) expect(found.name).toMatch(/UnreadableFileError|WrongColumnsError/);
          else if (found.missing.length === 0) parseFileMap(found.map, DIMENSIONS);
        },
      ),
      { numRuns: 300 },
    );
  });
});
