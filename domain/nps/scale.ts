import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { cut } from '../text/text.ts';
import type { NpsClass } from './nps.ts';

/**
 * How the answers to one question become promoter, passive or detractor. The rule is declared,
 * content-addressed, and part of every response's lineage.
 */
export type ScaleRule =
  | {
      readonly kind: 'range';
      readonly name: string;
      readonly minimum: number;
      readonly maximum: number;
      /** The smallest passive answer; below it: detractor. */
      readonly passiveFrom: number;
      /** The smallest promoter answer. */
      readonly promoterFrom: number;
      /** True when the answers are already points of 0-10; otherwise points are linear from 0 to 10. */
      readonly pointsAsGiven: boolean;
    }
  | {
      readonly kind: 'labels';
      readonly name: string;
      /** From the answer's text (lower case) to its class and its points in hundredths of 0-10. */
      readonly labels: Readonly<
        Record<string, { readonly class: NpsClass; readonly points: number; readonly score: number }>
      >;
    };

/** An answer on its scale. `points`: hundredths of a point on 0-10, so that scales can be added up as integers. */
export interface ScaledScore {
  readonly score: number;
  readonly points: number;
  readonly class: NpsClass;
}

const yesNo = (name: string, yes: string[], no: string[]): ScaleRule => ({
  kind: 'labels',
  name,
  labels: Object.fromEntries([
    ...yes.map((label) => [label, { class: 'promoter', points: 1000, score: 1 }] as const),
    ...no.map((label) => [label, { class: 'detractor', points: 0, score: 0 }] as const),
  ]),
});

/** The scales that a mapping may name; a scale may also be written out in full. */
export const SCALES: Readonly<Record<string, ScaleRule>> = {
  '0-10': {
    kind: 'range',
    name: '0-10',
    minimum: 0,
    maximum: 10,
    passiveFrom: 7,
    promoterFrom: 9,
    pointsAsGiven: true,
  },
  '1-10': {
    kind: 'range',
    name: '1-10',
    minimum: 1,
    maximum: 10,
    passiveFrom: 7,
    promoterFrom: 9,
    pointsAsGiven: true,
  },
  '1-5': {
    kind: 'range',
    name: '1-5',
    minimum: 1,
    maximum: 5,
    passiveFrom: 4,
    promoterFrom: 5,
    pointsAsGiven: false,
  },
  '1-7': {
    kind: 'range',
    name: '1-7',
    minimum: 1,
    maximum: 7,
    passiveFrom: 6,
    promoterFrom: 7,
    pointsAsGiven: false,
  },
  recommend: yesNo('recommend', ['yes', 'y', 'true', '1'], ['no', 'n', 'false', '0']),
};

/** 16 hex digits of the SHA-256 of the rule's canonical JSON. */
export function scaleKey(rule: ScaleRule): string {
  return createHash('sha256')
    .update(canonicalize(rule) ?? '')
    .digest('hex')
    .slice(0, 16);
}

const LABELS_TOLD = 10;
const LONGEST_NAME_TOLD = 40;

/** "0-10: promoter from 9, passive from 7": the rule in words. Names are cut, and only ten labels shown. */
export function describeScale(rule: ScaleRule): string {
  const name = cut(rule.name, LONGEST_NAME_TOLD);
  if (rule.kind === 'labels') {
    const labels = Object.entries(rule.labels);
    const listed = labels
      .slice(0, LABELS_TOLD)
      .map(([label, { class: npsClass }]) => `${cut(label, LONGEST_NAME_TOLD)} = ${npsClass}`);
    return `${name}: ${listed.join(', ')}${labels.length > LABELS_TOLD ? ', …' : ''}`;
  }
  const { passiveFrom, promoterFrom } = rule;
  return `${name}: promoter from ${promoterFrom}, passive from ${passiveFrom}, detractor below`;
}

/** The answer's class and points, or null when it is not on this scale ("7.5", 11 on 0-10, "maybe"). */
export function applyScale(rule: ScaleRule, answer: string | number): ScaledScore | null {
  if (rule.kind === 'labels') {
    const label = String(answer).trim().toLowerCase();
    return Object.hasOwn(rule.labels, label) ? (rule.labels[label] ?? null) : null;
  }
  const text = typeof answer === 'number' ? String(answer) : answer.trim();
  // Exports often write whole ratings as "7.0".
  if (!/^-?\d{1,4}(\.0{1,6})?$/.test(text)) return null;
  const score = Number(text);
  if (score < rule.minimum || score > rule.maximum) return null;
  const points = rule.pointsAsGiven
    ? score * 100
    : Math.round(((score - rule.minimum) / (rule.maximum - rule.minimum)) * 1000);
  const npsClass =
    score >= rule.promoterFrom ? 'promoter' : score >= rule.passiveFrom ? 'passive' : 'detractor';
  return { score, points, class: npsClass };
}

/** Whether an answer stored with that score has these points (hundredths) and that class under the rule. */
export function fitsScale(rule: ScaleRule, { score, points, class: given }: ScaledScore): boolean {
  const answers =
    rule.kind === 'labels'
      ? Object.values(rule.labels).filter((label) => label.score === score)
      : [applyScale(rule, score)];
  return answers.some((answer) => answer?.points === points && answer.class === given);
}
