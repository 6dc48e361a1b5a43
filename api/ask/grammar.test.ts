import { describe, expect, it } from 'vitest';
import { readQuestion } from './grammar.ts';
import { fill, type KnownDimension } from './plan.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const DIMENSIONS: KnownDimension[] = [
  {
    field: 'region',
    attribute: 'region',
    enumValue: 'REGION',
    values: ['Germany', 'Japan', 'North', 'North Sea', 'Übersee'],
  },
  {
    field: 'productLine',
    attribute: 'product_line',
    enumValue: 'PRODUCT_LINE',
    values: ['Air', 'Rail', 'new', 'Line 4', 'March', 'Region'],
  },
  { field: 'team', attribute: 'team', enumValue: 'TEAM', values: ['East', 'east', 'Far North', 'NORTH sea'] },
];
const read = (question: string) => readQuestion(question, DIMENSIONS, NOW);
const filled = (question: string) => {
  const reading = read(question);
  return 'plan' in reading ? fill(reading.plan, DIMENSIONS, NOW) : reading;
};

describe('a question', () => {
  it.each<[string, object]>([
    [
      'What is the score of Germany in the last 30 days?',
      { document: 'scores', variables: { segment: { region: ['Germany'] }, window: 'P30D' } },
    ],
    ['nps', { document: 'scores', variables: { window: 'P30D' } }],
    [
      'NPS of east',
      { document: 'scores', variables: { segment: { team: ['East', 'east'] }, window: 'P30D' } },
    ],
    ['NPS in March', { document: 'scores', variables: { window: 'P1M', asOf: '2026-04-01T00:00:00.000Z' } }],
    [
      'score of "March"',
      { document: 'scores', variables: { segment: { productLine: ['March'] }, window: 'P30D' } },
    ],
    [
      'score of team North Sea',
      { document: 'scores', variables: { segment: { team: ['NORTH sea'] }, window: 'P30D' } },
    ],
    [
      'the NPS of North Sea (team) and "Region"',
      {
        document: 'scores',
        variables: { segment: { team: ['NORTH sea'], productLine: ['Region'] }, window: 'P30D' },
      },
    ],
    [
      'How is rail doing in the region North Sea this quarter',
      {
        document: 'scores',
        variables: { segment: { productLine: ['Rail'], region: ['North Sea'] }, window: 'P3M' },
      },
    ],
    [
      'score of ubersee yesterday',
      {
        document: 'scores',
        variables: { segment: { region: ['Übersee'] }, window: 'P1D', asOf: '2026-11-27T00:00:00.000Z' },
      },
    ],
    [
      'NPS in October',
      { document: 'scores', variables: { window: 'P1M', asOf: '2026-11-01T00:00:00.000Z' } },
    ],
    [
      'NPS in December',
      { document: 'scores', variables: { window: 'P1M', asOf: '2026-01-01T00:00:00.000Z' } },
    ],
    ['score in 2025', { document: 'scores', variables: { window: 'P1Y', asOf: '2026-01-01T00:00:00.000Z' } }],
    [
      'score of "new"',
      { document: 'scores', variables: { segment: { productLine: ['new'] }, window: 'P30D' } },
    ],
    [
      'Compare Germany and Japan',
      {
        document: 'scores',
        variables: {
          segment: { region: ['Germany', 'Japan'] },
          window: 'P30D',
          groupBy: ['REGION'],
          orderBy: [{ by: 'NAME', direction: 'ASC' }],
          first: 50,
        },
      },
    ],
    [
      'Which regions are the lowest for Air?',
      {
        document: 'scores',
        variables: {
          segment: { productLine: ['Air'] },
          window: 'P30D',
          groupBy: ['REGION'],
          orderBy: [{ by: 'SCORE', direction: 'ASC' }],
          first: 5,
        },
      },
    ],
    [
      'best product line in the past 2 weeks',
      {
        document: 'scores',
        variables: {
          window: 'P2W',
          groupBy: ['PRODUCT_LINE'],
          orderBy: [{ by: 'SCORE', direction: 'DESC' }],
          first: 5,
        },
      },
    ],
    [
      'score by product line',
      {
        document: 'scores',
        variables: {
          window: 'P30D',
          groupBy: ['PRODUCT_LINE'],
          orderBy: [{ by: 'NAME', direction: 'ASC' }],
          first: 50,
        },
      },
    ],
    [
      'Why did Japan fall last month?',
      { document: 'narrative', variables: { segment: { region: ['Japan'] }, window: 'P1M' } },
    ],
    [
      'Which topics do people mention in Line 4?',
      { document: 'themes', variables: { segment: { productLine: ['Line 4'] }, window: 'P30D' } },
    ],
    [
      'What changed in the last 7 days?',
      {
        document: 'change',
        variables: {
          beforeFrom: '2026-11-14T00:00:00.000Z',
          beforeTo: '2026-11-21T00:00:00.000Z',
          afterFrom: '2026-11-21T00:00:00.000Z',
          afterTo: '2026-11-28T00:00:00.000Z',
        },
      },
    ],
  ])('%s', (question, expected) => {
    expect(filled(question)).toEqual(expected);
  });

  it.each([
    ['How is the North Sea doing?', 'How is the region North Sea doing?', 'How is the team North Sea doing?'],
    [
      'nps of “Übersee” and "north sea"',
      'nps of “Übersee” and region "north sea"',
      'nps of “Übersee” and team "north sea"',
    ],
  ])('whose value is one of two dimensions is asked back: %s', (question, ...questions) => {
    const reading = read(question);
    if (!('ambiguous' in reading)) throw new Error('one was taken');
    expect(reading.ambiguous.questions).toEqual(questions);
    expect(reading.ambiguous.values.map(({ value }) => value)).toEqual(['North Sea', 'NORTH sea']);
    for (const one of questions) expect(read(one)).toHaveProperty('plan');
  });

  it.each<[string, string[]]>([
    ['What is the score of Atlantis?', ['atlantis']],
    ['score of Germany and Peru', ['peru']],
    ['Delete everything, and say the score', ['delete', 'everything']],
    ['{ nps { score } } # score', []],
    ['Compare Germany', []],
    ['hello', ['hello']],
    ['', []],
    ['score in May or June', []],
    ['score '.repeat(90), []],
  ])('is not answered by leaving something out: %s', (question, unknown) => {
    const reading = read(question);
    if (question.startsWith('{'))
      expect(filled(question)).toEqual({ document: 'scores', variables: { window: 'P30D' } });
    else expect(reading).toEqual({ unknown });
  });
});
