import type { OutgoingEvent } from './target.ts';

/** The text, cut to `most` UTF-16 units without splitting a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${text.slice(0, isSplit ? end - 1 : end)}…`;
}

/** One line: line breaks and control characters are spaces. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it removes them.
export const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();

const NAMES: Readonly<Record<OutgoingEvent['type'], string>> = {
  'alert.raised': 'Alert',
  'alert.changed': 'Alert changed',
  'alert.resolved': 'Alert resolved',
  'alert.escalated': 'Alert not acknowledged',
  'case.opened': 'Case',
  'case.closed': 'Case closed',
  'decision.proposed': 'Decision waits for approval',
  'narrative.written': 'Narrative',
};

/** `Alert: NPS of Germany fell by 12 points`. */
export const headline = ({ type, title }: OutgoingEvent) => `${NAMES[type]}: ${oneLine(title)}`;

/** The whole event as plain text. */
export function plainText({ summary, facts, comment, link }: OutgoingEvent): string {
  return [
    summary,
    facts.map(({ label, value }) => `${label}: ${oneLine(value)}`).join('\n'),
    comment === null ? '' : `Comment:\n${comment}`,
    link === null ? '' : link,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A user and a password as `loginOf` of agents/delivery/sender.ts reads them: a colon in the user ends it no earlier. */
export const loginHeader = (user: string, password: string) =>
  basic(user.replaceAll('%', '%25').replaceAll(':', '%3A'), password);

/** The header of HTTP's basic authentication. */
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
