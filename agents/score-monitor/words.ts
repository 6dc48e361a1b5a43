import type { Segment } from '../../domain/segments/cell.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import type { Finding, PartOfDifference } from './inputs.ts';

/* The sentences of alerts: every number in them is one of the facts. */

export const points = (value: number): string => Math.abs(value).toFixed(1);
const signed = (value: number): string => value.toFixed(1);
/** A day since 1970 in UTC, as 2026-03-01. */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The values of a segment. */
export const labelOf = (segment: Segment): string => {
  const values = Object.values(segment).map((one) => one.join(' or '));
  return values.length === 0 ? 'all answers' : values.join(', ');
};

/** What moved, by how much. */
export function titleOf({ segment, change, difference }: Finding): string {
  if (change.chart === 'BELOW' || change.chart === 'ABOVE')
    return `The score of ${labelOf(segment)} is ${change.chart.toLowerCase()} ${signed(change.limit)}`;
  const verb = change.direction === 'FALL' ? 'fell' : 'rose';
  return `The score of ${labelOf(segment)} ${verb} by ${points(difference)} points`;
}

const partText = ({ value, mix, rate }: PartOfDifference): string => `${value} ${signed(mix + rate)}`;
const sentence = (head: string, parts: readonly string[]): string[] =>
  parts.length === 0 ? [] : [`${head}: ${parts.join(', ')}.`];

/** What moved, since when, by how much with its interval, and what it is made of. */
export function summaryOf(finding: Finding): string {
  const { segment, since, before, after, difference, low, high } = finding;
  return [
    `Since ${dateOf(since)} the score of ${labelOf(segment)} is ${signed(after.score)} (${after.answers} answers), ` +
      `${signed(before.score)} before (${before.answers} answers): ${signed(difference)} points, 95 % interval ${signed(low)} to ${signed(high)}.`,
    ...movedAgain(finding),
    ...sentence(
      `Parts of the change of ${labelOf(finding.watched)} in points`,
      finding.segments.map(partText),
    ),
    ...sentence('Themes in points', finding.themes.map(partText)),
    ...sentence(
      'The same change shows in',
      finding.members.map(({ segment: member }) => labelOf(member)),
    ),
    ...sentence(
      'Happened near its beginning, which does not make it the cause',
      finding.candidates.map(({ kind, at }) => `${kind.toLowerCase()} on ${at.slice(0, 10)}`),
    ),
  ].join(' ');
}

function movedAgain({ since, change: { phase, movedOn } }: Finding): string[] {
  if (phase === 'FOUND' || movedOn <= since) return [];
  return [
    phase === 'PARTLY'
      ? `It was repaired in part from ${dateOf(movedOn)} on.`
      : `It went further from ${dateOf(movedOn)} on.`,
  ];
}
