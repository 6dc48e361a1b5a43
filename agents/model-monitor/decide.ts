import type { ModelStage } from '../../store/models/models.ts';
import type { ModelMetric } from '../../store/tables/monitoring.ts';
import {
  type AlertAction,
  type Cause,
  decideAlert,
  type Episode,
  type LastAlert,
} from '../alerting/episode.ts';
import type { Decided } from '../loop/agent.ts';

/** A figure of a model as the monitor read it. */
export interface ReadFigure {
  readonly metric: ModelMetric;
  readonly segment: Readonly<Record<string, readonly string[]>>;
  readonly value: number;
  readonly reference: number | null;
  readonly adjustedPValue: number | null;
  readonly n: number;
}

export interface Inputs {
  /** ISO 8601: the end of the window that was read. */
  readonly at: string;
  readonly model: number;
  readonly stage: ModelStage;
  /** How many figures were read. */
  readonly read: number;
  /** Those that set the alarm. */
  readonly alarms: readonly ReadFigure[];
  /** The reading is older than what it was of, or none is kept: the model reads no answers at present. */
  readonly isPast?: boolean;
  readonly before: Episode | null;
  readonly last: LastAlert | null;
}

const RULE = 'model@1';
/** Readings are an hour apart and their windows overlap by a week. */
const DAMPING = { raiseAfter: 2, resolveAfter: 2 };
/** What says that answers are predicted worse; all others say that the input changed. */
const QUALITY: ReadonlySet<ModelMetric> = new Set(['RANKED_PROBABILITY_SCORE', 'ACCURACY', 'BRIER', 'ECE']);

const named = (metric: string) => metric.toLowerCase().replaceAll('_', ' ');
const round = (value: number) => Math.round(value * 1_000) / 1_000;

/** One alert for each model: what became worse, or else what changed in what it reads. */
export function decide({
  at,
  model,
  stage,
  read,
  alarms,
  isPast,
  before,
  last,
}: Inputs): Decided<AlertAction> {
  const evidence = [`ModelVersion:${model}`];
  const isUsed = stage === 'CHAMPION' || stage === 'SHADOW';
  const fine = isPast
    ? `Model version ${model} has read no answers since ${at.slice(0, 10)}: what set the alarm is over.`
    : isUsed
      ? `None of ${read} figures of model version ${model} sets the alarm.`
      : `Model version ${model} is not in use: its stage is ${stage}.`;
  const cause = isUsed && !isPast && alarms.length > 0 ? causeOf(model, stage, alarms, evidence) : null;
  return decideAlert({ at, rule: RULE, cause, fine, evidence, before, last, damping: DAMPING });
}

function causeOf(
  model: number,
  stage: ModelStage,
  alarms: readonly ReadFigure[],
  evidence: readonly string[],
): Cause {
  const worse = alarms.filter(({ metric }) => QUALITY.has(metric));
  const shown = worse.length > 0 ? worse : alarms;
  const metrics = [...new Set(shown.map(({ metric }) => named(metric)))].sort();
  const isChampion = stage === 'CHAMPION';
  const figure = ({ metric, segment, value, reference, n }: ReadFigure) => {
    const where = Object.values(segment).flat();
    const of = where.length === 0 ? '' : ` of ${where.join(' or ')}`;
    return `${named(metric)}${of} ${round(value)}${reference === null ? '' : ` against ${round(reference)} before`} (${n} answers)`;
  };
  return {
    // A champion that predicts worse can be rolled back now; a shadow changes no score.
    severity: isChampion ? (worse.length > 0 ? 'CRITICAL' : 'WARNING') : 'INFO',
    title:
      worse.length > 0
        ? `Model version ${model} predicts worse: ${metrics.join(', ')}`
        : `Model version ${model} reads other answers than before: ${metrics.join(', ')}`,
    summary: `${shown.slice(0, 5).map(figure).join('; ')}.`,
    evidence,
    facts: { stage, alarms: alarms.slice(0, 50) },
  };
}
