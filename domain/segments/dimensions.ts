import { composed } from '../text/composed.ts';

/**
 * Dimensions are what responses are segmented by. They are configured once per deployment; every other name
 * (GraphQL fields and enum values, mapping keys, the attributes stored with a cell) is derived from the field
 * name.
 */
export interface Dimension {
  /** camelCase: the GraphQL field, the argument of SegmentInput and the key in mappings. */
  readonly field: string;
  /** SCREAMING_SNAKE_CASE: the value of the GraphQL enum Dimension. */
  readonly enumValue: string;
  /** snake_case: the key in a cell's stored attributes. */
  readonly attribute: string;
  readonly description: string;
  /** The declared values, if the deployment declares them, and what happens to other ones. */
  readonly declared?: { readonly values: ReadonlySet<string>; readonly others: 'reject' | 'file' };
}

/** A dimension as a deployment configures it. */
export interface ConfiguredDimension {
  readonly field: string;
  readonly description?: string;
  /** Every value that responses may have; absent: any. */
  readonly values?: readonly string[] | undefined;
  /** For undeclared values: 'reject' rejects the response, 'file' files it under "other". */
  readonly others?: 'reject' | 'file' | undefined;
}

/** The value of a response that names none. */
export const UNKNOWN = 'unknown';
/** Replaces a value that is not declared, or that found no room among the cells. */
export const OTHER = 'other';

const FIELD_NAME = /^[a-z][a-zA-Z0-9]{0,62}$/;
/** Names that fields of NpsRow, DriverRow, Response or ResponseInput already have. */
const TAKEN = new Set(
  (
    'id time until score low high method responses promoters passives detractors suppressed externalId source ' +
    'answeredAt receivedAt updatedAt revision class comment respondent prediction survey surveyVersion scale change segmentValues ' +
    'theme mix rate before after responsesBefore responsesAfter shareBefore shareAfter scoreBefore scoreAfter'
  ).split(' '),
);

/**
 * Builds the dimensions from their configured names.
 * @throws Error naming the field that is malformed, taken or duplicate.
 */
export function defineDimensions(configured: readonly ConfiguredDimension[]): Dimension[] {
  const seen = new Set<string>();
  if (configured.length === 0) throw new Error('dimensions: at least one dimension is needed');
  return configured.map(({ field, description, values, others }) => {
    if (!FIELD_NAME.test(field)) {
      throw new Error(`dimensions: "${field}" is not a camelCase name such as "productLine"`);
    }
    if (field in Object.prototype)
      throw new Error(
        `dimensions: "${field}" is a name that every object has; take another, such as "${field}Name"`,
      );
    if (TAKEN.has(field))
      throw new Error(
        `dimensions: "${field}" is already a field of a response or a score; take another name, such as "${field}Name". ` +
          `If stored responses have it, add formerDimensions: ["${field}"]: they stay and count, and those that are imported again have the new one`,
      );
    if (seen.has(field)) throw new Error(`dimensions: "${field}" is named twice`);
    seen.add(field);
    const attribute = attributeOf(field);
    return {
      field,
      attribute,
      enumValue: attribute.toUpperCase(),
      description: description ?? `The ${field}.`,
      ...declaredOf(field, values, others),
    };
  });
}

/** "planTier" as the key in a cell's stored attributes. */
export function attributeOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The text of a dimension's value as stored: composed, trimmed, with single spaces. */
export function dimensionValue(text: string): string {
  return composed(text, 'NFC').replaceAll('\u0000', ' ').toWellFormed().replace(/\s+/g, ' ').trim();
}

/**
 * The stored form of a dimension's text, for responses, segments and attributes of callers alike. Absent, null
 * and blank texts are one value, "unknown".
 */
export function storedValue(text: string | null | undefined): string {
  return dimensionValue(text ?? '') || UNKNOWN;
}

/** The value of a cell in a dimension; cells from before that dimension have "unknown". */
export function valueIn(attributes: Readonly<Record<string, string>>, attribute: string): string {
  return attributes[attribute] || UNKNOWN;
}

function declaredOf(
  field: string,
  values: ConfiguredDimension['values'],
  others: ConfiguredDimension['others'],
): Pick<Dimension, 'declared'> {
  if (values === undefined) {
    if (others === undefined) return {};
    throw new Error(`dimensions: "${field}" defines "others" but declares no values`);
  }
  const stored = values.map(dimensionValue);
  if (stored.length === 0 || stored.includes(''))
    throw new Error(`dimensions: "${field}" must declare at least one value, and none that is blank`);
  return { declared: { values: new Set(stored), others: others ?? 'reject' } };
}

export const DEFAULT_DIMENSIONS: readonly { field: string; description: string }[] = [
  { field: 'productLine', description: 'What was bought or used.' },
  { field: 'region', description: 'Where the respondent is.' },
  { field: 'lifecycleStage', description: 'How long and how deeply the respondent has been a customer.' },
  { field: 'channel', description: 'How the respondent was asked.' },
];
