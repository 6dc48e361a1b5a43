import { formatCount, formatDay, formatMoment } from '../../lib/format.ts';

/* Kinds, relations and verdicts in words for people; the glossary has the terms. */

const KINDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  Score: ['score', 'scores'],
  Rollup: ['hour rollup', 'hour rollups'],
  Response: ['answer', 'answers'],
  SourceEvent: ['source event', 'source events'],
  Source: ['source', 'sources'],
  SurveyVersion: ['survey version', 'survey versions'],
  ScaleRule: ['scale rule', 'scale rules'],
  MappingVersion: ['mapping', 'mappings'],
  Cell: ['segment', 'segments'],
  ModelVersion: ['model version', 'model versions'],
  TrainingSet: ['training set', 'training sets'],
  FeatureSet: ['feature set', 'feature sets'],
  Feature: ['feature', 'features'],
  Calibration: ['calibration', 'calibrations'],
  Seal: ['seal', 'seals'],
  Decision: ['decision', 'decisions'],
  Alert: ['alert', 'alerts'],
  Review: ['review', 'reviews'],
  Case: ['case', 'cases'],
  Delivery: ['delivery', 'deliveries'],
};

/** "source event"; a kind without a word of its own by its name. */
export const kindName = (kind: string, count: number | null = 1): string => {
  const spaced = kind.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const [one, many] = KINDS[kind] ?? [spaced, `${spaced}s`];
  return count === 1 ? one : many;
};

/** "47 hour rollups"; "hour rollups" where they are not counted. */
export const groupName = (kind: string, count: number | null): string =>
  count === null ? capital(kindName(kind, null)) : `${formatCount(count)} ${kindName(kind, count)}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "COUNTED_IN" as "counted in". */
export const relationName = (relation: string): string => relation.replaceAll('_', ' ').toLowerCase();

/** The kind of a node by its id. */
export const kindOf = (id: string): string =>
  id.startsWith('nps_') ? 'Score' : id.slice(0, id.indexOf(':'));

export const CHECKS: Readonly<Record<string, string>> = {
  ANSWERS: 'Answers counted again',
  ROLLUPS: 'Hour rollups',
  SEALS: 'Seals',
  LOG: 'Log of seals',
  CHECKPOINTS: 'Checkpoints',
  MODELS_AND_CELLS: 'Models and segments',
};

export const VERDICTS: Readonly<
  Record<string, { readonly says: string; readonly look: 'good' | 'warning' | 'danger' }>
> = {
  VERIFIED: { says: 'Verified', look: 'good' },
  VERIFIED_WITH_ERASURES: { says: 'Verified, with erased answers', look: 'good' },
  RESTATED: { says: 'Verified, and other than first sealed', look: 'warning' },
  MISMATCH: { says: 'Does not verify', look: 'danger' },
  UNVERIFIABLE: { says: 'Cannot be verified yet', look: 'warning' },
};

export const REASONS: Readonly<Record<string, string>> = {
  LATE: 'came later',
  CORRECTED: 'were corrected',
  ERASED: 'were erased or aged out',
  WITHDRAWN: 'were withdrawn with their import',
  RESTRICTED: 'were restricted in a dispute',
  UNCOUNTED: 'were left out of the counts',
  RE_SCORED: 'were classified differently by a model',
};

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** A label of the API with its moments in the viewer's zone; edges of whole UTC days, which windows have, as days. */
export const labelText = (label: string): string =>
  label
    .replace(/^response answered /, 'answer of ')
    .replaceAll(MOMENT, (time) =>
      label.startsWith('NPS ') && time.includes('T00:00') ? formatDay(time) : formatMoment(time),
    );
