/*
 * The documents behind the views of Explore, with the deployment's dimensions as flat columns: what "Copy as GraphQL" copies, and what
 * /bi/DOCUMENT.csv answers. The server and the pages both make them from here.
 */

/** A dimension as the schema names it. */
export interface QueriedDimension {
  readonly field: string;
}

/** A document with its name. `defaults`: what its variables are at /bi where the address does not give them. */
export interface ExploreQuery {
  readonly name: ExploreDocument;
  readonly query: string;
  readonly defaults: Readonly<Record<string, string>>;
}

export type ExploreDocument = 'ExploreSeries' | 'ExploreSnapshot' | 'ExploreThemes' | 'ExploreDrivers';

/** The variables of a document, as JSON. */
export type ExploreVariables = Readonly<Record<string, unknown>>;

interface Operation {
  readonly field: string;
  /** The GraphQL type of each variable, which is named like the argument; with its default if it has one. */
  readonly types: Readonly<Record<string, string>>;
  readonly hasDimensions: boolean;
  readonly defaults: Readonly<Record<string, string>>;
  readonly selection: string;
}

const SCORE = 'score low high method responses promoters passives detractors suppressed';
const COMMON = { segment: 'SegmentInput', basis: 'Basis! = SURVEYED', confidence: 'Float! = 0.95' };

const OPERATIONS: Readonly<Record<ExploreDocument, Operation>> = {
  ExploreSeries: {
    field: 'npsSeries',
    types: {
      from: 'DateTime!',
      to: 'DateTime!',
      every: 'Granularity! = DAY',
      rolling: 'Duration',
      groupBy: '[Dimension!]! = []',
      ...COMMON,
    },
    hasDimensions: true,
    defaults: { from: 'newest-P90D', to: 'newest' },
    selection: `time until ${SCORE}`,
  },
  ExploreSnapshot: {
    field: 'nps',
    types: { window: 'Duration! = "P30D"', asOf: 'DateTime', groupBy: '[Dimension!]! = []', ...COMMON },
    hasDimensions: true,
    defaults: { asOf: 'newest' },
    selection: `time until ${SCORE} change`,
  },
  ExploreThemes: {
    field: 'themes',
    types: {
      window: 'Duration! = "P30D"',
      asOf: 'DateTime',
      withoutTheme: 'Boolean! = false',
      ...COMMON,
    },
    hasDimensions: false,
    defaults: { asOf: 'newest' },
    selection:
      'theme responses share shareLow shareHigh score low high change changeLow changeHigh contribution contributionLow ' +
      'contributionHigh contributionToChange contributionToChangeLow contributionToChangeHigh suppressed',
  },
  ExploreDrivers: {
    field: 'drivers',
    types: {
      beforeFrom: 'DateTime!',
      beforeTo: 'DateTime!',
      afterFrom: 'DateTime!',
      afterTo: 'DateTime!',
      by: '[Dimension!]! = []',
      themes: 'Boolean! = false',
      ...COMMON,
    },
    hasDimensions: true,
    defaults: {
      beforeFrom: 'newest-P60D',
      beforeTo: 'newest-P30D',
      afterFrom: 'newest-P30D',
      afterTo: 'newest',
    },
    selection:
      'theme mix rate low high responsesBefore responsesAfter shareBefore shareAfter scoreBefore scoreAfter before after suppressed',
  },
};

const selectionOf = ({ hasDimensions, selection }: Operation, dimensions: readonly QueriedDimension[]) =>
  [...(hasDimensions ? dimensions.map(({ field }) => field) : []), selection].join(' ');

/** Every document, for a deployment's dimensions. */
export function exploreQueries(dimensions: readonly QueriedDimension[]): ExploreQuery[] {
  return (Object.keys(OPERATIONS) as ExploreDocument[]).map((name) => {
    const operation = OPERATIONS[name];
    const names = Object.keys(operation.types);
    const declared = names.map((one) => `$${one}: ${operation.types[one]}`).join(', ');
    const passed = names.map((one) => `${one}: $${one}`).join(', ');
    return {
      name,
      defaults: operation.defaults,
      query: `query ${name}(${declared}) {\n  ${operation.field}(${passed}) {\n    ${selectionOf(operation, dimensions)}\n  }\n}`,
    };
  });
}

/** Variables of one of several reads of a document, and the name of what is read. */
export interface ExploreRead {
  readonly name: string;
  readonly variables: ExploreVariables;
}

/** The document with its variables written out, to be run as it is. Several reads are fields with names of their own. */
export function writtenOut(
  name: ExploreDocument,
  dimensions: readonly QueriedDimension[],
  reads: readonly ExploreRead[],
): string {
  const operation = OPERATIONS[name];
  const { field, types } = operation;
  const selection = selectionOf(operation, dimensions);
  const fields = reads.map(({ name: title, variables }, i) => {
    const given = givenOf(name, variables).map(
      ([one, value]) => `${one}: ${literal(value, types[one] ?? '')}`,
    );
    const passed = given.length === 0 ? '' : `(\n    ${given.join('\n    ')}\n  )`;
    // The title as a comment: no name of a field may hold it.
    const called = reads.length === 1 ? '' : `# ${title.replace(/\s+/g, ' ')}\n  segment${i + 1}: `;
    return `  ${called}${field}${passed} {\n    ${selection}\n  }\n`;
  });
  return `query ${name} {\n${fields.join('')}}\n`;
}

/**
 * The address of the document's rows as a file: /bi/NAME.csv?segment.region=Japan,Peru&... Moments may be relative there, such as
 * "now/d-P30D".
 */
export function fileAddress(name: ExploreDocument, variables: ExploreVariables, format = 'csv'): string {
  const params = new URLSearchParams();
  const put = (key: string, value: unknown): void => {
    if (Array.isArray(value)) {
      if (value.length > 0) params.set(key, value.map((one) => String(one).replaceAll(',', '\\,')).join(','));
    } else if (typeof value === 'object' && value !== null) {
      for (const [inner, one] of Object.entries(value)) put(`${key}.${inner}`, one);
    } else params.set(key, String(value));
  };
  for (const [one, value] of givenOf(name, variables)) put(one, value);
  const text = params.toString();
  return `/bi/${name}.${format}${text === '' ? '' : `?${text}`}`;
}

/** The variables that the document takes and that are not null. */
function givenOf(name: ExploreDocument, variables: ExploreVariables): [string, unknown][] {
  const { types } = OPERATIONS[name];
  return Object.entries(variables).filter(
    ([one, value]) => one in types && value !== null && value !== undefined,
  );
}

const ENUMS = /^\[?(?:Basis|Granularity|Dimension)\b/;

function literal(value: unknown, type: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, type)).join(', ')}]`;
  if (typeof value === 'string') return ENUMS.test(type) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([one, inner]) => `${one}: ${literal(inner, '')}`)
      .join(', ')} }`;
  return String(value);
}
