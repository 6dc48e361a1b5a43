import type { Scope } from '../access/scope.ts';
import {
  combinedEstimate,
  type Estimate,
  estimateInterval,
  type InferredPart,
} from '../models/quantification.ts';
import { npsInterval } from '../nps/interval.ts';
import { type Counts, npsScore, subtract, total } from '../nps/nps.ts';
import type { Cell, Segment } from '../segments/cell.ts';
import { segmentText } from '../segments/cell.ts';
import { valueIn } from '../segments/dimensions.ts';
import type { TimeRange } from '../time/time-windows.ts';

export type Basis = 'SURVEYED' | 'INFERRED' | 'COMBINED';

/** Identifies exactly one number: whose responses, when, on which basis, with which interval. */
export interface ScoreName extends TimeRange {
  readonly segment: Segment;
  readonly basis: Basis;
  /** Level of the interval, 0 to 1 exclusive. */
  readonly confidence: number;
  /** The model version whose classes it counts; null where only surveyed ones are. */
  readonly model: number | null;
}

/** CORRECTED: by the classifier's known confusion, including its uncertainty (quantification.ts). */
export interface ScoreInterval {
  readonly low: number;
  readonly high: number;
  readonly method: 'SCORE' | 'ADJUSTED_WALD' | 'CORRECTED';
}

export const SCORE_ID_PREFIX = 'nps_';

/** The key of a score as JSON: what its segment has, then, in ASCII, the rest. */
export const scoreContent = {
  ofSegment: (segment: Segment): string => `[1,${segmentText(segment)},`,
  ofRest: ({ from, until, basis, confidence, model }: Omit<ScoreName, 'segment'>): string =>
    `${from},${until},"${basis}",${confidence}${model === null ? '' : `,${model}`}]`,
};

/** The id of the score: "nps_" and the base64url of its key as JSON. Equal keys have equal ids. */
export function scoreId(name: ScoreName): string {
  const content = scoreContent.ofSegment(name.segment) + scoreContent.ofRest(name);
  return SCORE_ID_PREFIX + Buffer.from(content).toString('base64url');
}

/** The key in the id, or null when it is not a score id. */
export function parseScoreId(id: string): ScoreName | null {
  if (!id.startsWith(SCORE_ID_PREFIX) || id.length > 8_192) return null;
  try {
    const content: unknown = JSON.parse(
      Buffer.from(id.slice(SCORE_ID_PREFIX.length), 'base64url').toString(),
    );
    if (!Array.isArray(content) || content[0] !== 1) return null;
    const [, segment, from, until, basis, confidence, model = null] = content as unknown[];
    if (!isSegment(segment) || !isBasis(basis)) return null;
    if (!isWholeMinute(from) || !isWholeMinute(until) || from >= until) return null;
    if (typeof confidence !== 'number' || !(confidence > 0 && confidence < 1)) return null;
    if (model !== null && !isModelVersion(model)) return null;
    return { segment, from, until, basis, confidence, model: model as number | null };
  } catch {
    return null;
  }
}

function isSegment(value: unknown): value is Segment {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(
      (list) => Array.isArray(list) && list.every((item) => typeof item === 'string'),
    )
  );
}

function isBasis(value: unknown): value is Basis {
  return value === 'SURVEYED' || value === 'INFERRED' || value === 'COMBINED';
}

/** Of the years that a date-time can name and every database stores: callers can invent ids. */
const [EARLIEST, LATEST] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:00Z')];

function isWholeMinute(value: unknown): value is number {
  return typeof value === 'number' && value % 60_000 === 0 && value >= EARLIEST && value <= LATEST;
}

function isModelVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31;
}

/**
 * Whether a score over n responses of these cells must be suppressed: fewer than the scope's smallest count,
 * unless the caller may read each of these responses.
 */
export function isSuppressed(scope: Scope, cells: readonly Cell[], n: number): boolean {
  if (n === 0 || n >= scope.smallestCount) return false;
  return !cells.every((cell) => scope.allows('readResponse', cell));
}

/** One score with its evidence. Id and interval are computed on demand: a chart of a year needs neither. */
export class ScoreRow implements ScoreName {
  readonly from: number;
  readonly until: number;
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  /** The row's place on the time axis: the start of its bucket, or of its window. Epoch milliseconds. */
  readonly time: number;
  /** The value of each attribute that the query grouped by. */
  readonly group: Readonly<Record<string, string>>;
  readonly model: number | null;
  /** All counted responses, inferred ones as predicted; null when suppressed. */
  readonly counts: Counts | null;
  /** By the version that inferred them; none if nothing was inferred. */
  readonly #inferred: readonly InferredPart[];
  readonly #earlier: (() => number | null) | undefined;
  #id: string | undefined;
  #estimate: Estimate | null | undefined;
  #interval: ScoreInterval | null | undefined;
  #change: number | null | undefined;

  constructor(
    name: ScoreName,
    time: number,
    group: ScoreRow['group'],
    counts: Counts | null,
    inferred: readonly InferredPart[],
    earlier?: () => number | null,
  ) {
    this.model = name.model;
    this.#inferred = inferred;
    this.#earlier = earlier;
    this.from = name.from;
    this.until = name.until;
    this.segment = name.segment;
    this.basis = name.basis;
    this.confidence = name.confidence;
    this.time = time;
    this.group = group;
    this.counts = counts;
  }

  /** The same number as the row of that group. */
  inGroup(group: ScoreRow['group']): ScoreRow {
    return new ScoreRow(this, this.time, group, this.counts, this.#inferred, this.#earlier);
  }

  get id(): string {
    this.#id ??= scoreId(this);
    return this.#id;
  }

  /** `id`: as `scoreId` makes it. */
  setId(id: string): void {
    this.#id = id;
  }

  /** The counts by who gave the class, with the known errors of what inferred it; null when suppressed. */
  get parts(): { readonly surveyed: Counts; readonly inferred: readonly InferredPart[] } | null {
    return this.counts && { surveyed: this.#surveyed(this.counts), inferred: this.#inferred };
  }

  #surveyed(all: Counts): Counts {
    return this.#inferred.reduce((left, { counts }) => subtract(left, counts), all);
  }

  get suppressed(): boolean {
    return this.counts === null;
  }

  /** Score points; null without responses, when suppressed, or if the model cannot estimate it. */
  get score(): number | null {
    if (!this.counts) return null;
    return this.#inferred.length > 0 ? percent(this.estimate) : npsScore(this.counts);
  }

  /** The score minus that of the window before; null if either is null, or it was not read. */
  get change(): number | null {
    if (this.#change === undefined) {
      const { score } = this;
      const earlier = score === null ? null : (this.#earlier?.() ?? null);
      this.#change = score === null || earlier === null ? null : score - earlier;
    }
    return this.#change;
  }

  /** The score with its variance if it contains inferred responses; else null. */
  get estimate(): Estimate | null {
    if (!this.counts || this.#inferred.length === 0) return null;
    this.#estimate ??= combinedEstimate(this.#surveyed(this.counts), this.#inferred);
    return this.#estimate;
  }

  /** How many responses are counted; null when suppressed, as are its parts. */
  get responses(): number | null {
    return this.counts && total(this.counts);
  }

  get promoters(): number | null {
    return this.counts?.promoters ?? null;
  }

  get passives(): number | null {
    return this.counts?.passives ?? null;
  }

  get detractors(): number | null {
    return this.counts?.detractors ?? null;
  }

  /** Bounds of the interval in score points, and how it was made; null where there is none. */
  get low(): number | null {
    return this.interval?.low ?? null;
  }

  get high(): number | null {
    return this.interval?.high ?? null;
  }

  get method(): ScoreInterval['method'] | null {
    return this.interval?.method ?? null;
  }

  get interval(): ScoreInterval | null {
    this.#interval ??=
      this.#inferred.length > 0
        ? this.#corrected()
        : this.counts && npsInterval(this.counts, this.confidence);
    return this.#interval ?? null;
  }

  #corrected(): ScoreInterval | null {
    const { estimate } = this;
    return estimate && { ...estimateInterval(estimate, this.confidence), method: 'CORRECTED' };
  }
}

function percent(estimate: Estimate | null): number | null {
  return estimate && 100 * estimate.theta;
}

/**
 * The row of one number. `counts`: null if suppressed; `inferred`: the parts of them that each version inferred;
 * `earlier`: the score of the window before.
 */
export function scoreRow(
  name: ScoreName,
  time: number,
  group: ScoreRow['group'],
  counts: Counts | null,
  inferred: readonly InferredPart[],
  earlier?: () => number | null,
): ScoreRow {
  const parts = inferred.some((part) => total(part.counts) > 0) ? inferred : [];
  return new ScoreRow(name, time, group, counts, parts, earlier);
}

/** Cells by their values of the attributes, in the order of those values. */
export function groupCells(
  cells: readonly Cell[],
  attributes: readonly string[],
): { group: Readonly<Record<string, string>>; cells: Cell[] }[] {
  if (attributes.length === 0) return [{ group: {}, cells: [...cells] }];
  const groups = new Map<string, { group: Record<string, string>; cells: Cell[] }>();
  for (const cell of cells) {
    const values = attributes.map((attribute) => valueIn(cell.attributes, attribute));
    const key = JSON.stringify(values);
    const present = groups.get(key);
    if (present) present.cells.push(cell);
    else {
      const group = Object.fromEntries(attributes.map((attribute, i) => [attribute, values[i] ?? '']));
      groups.set(key, { group, cells: [cell] });
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
