import { z } from 'zod';
import { readStatus } from './answers.ts';
import { secretAddress } from './settings.ts';
import { type OutgoingEvent, targetKind } from './target.ts';
import { cut, headline } from './texts.ts';

/** Slack's limits: a header, a section's text, a field; characters. */
const [MOST_HEADER, MOST_SECTION, MOST_FIELD, MOST_FIELDS] = [150, 3_000, 2_000, 10];
const MARKS = { INFO: ':information_source:', WARNING: ':warning:', CRITICAL: ':red_circle:' } as const;

/** Slack reads &, < and > as markup: <!channel> would call everyone. */
const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
/** Escaped text is longer, and an entity must not be cut. */
const fitted = (text: string, most: number) => {
  let length = most;
  while (escaped(cut(text, length)).length > most) length -= Math.ceil(length / 20);
  return escaped(cut(text, length));
};
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

function blocksOf(event: OutgoingEvent) {
  const fields = event.facts.slice(0, MOST_FIELDS).map(({ label, value }) => ({
    type: 'mrkdwn',
    text: `*${fitted(label, 100)}*\n${fitted(value, MOST_FIELD - 200)}`,
  }));
  return [
    { type: 'header', text: { type: 'plain_text', text: cut(headline(event), MOST_HEADER), emoji: false } },
    section(
      `${event.stage === 'over' ? ':white_check_mark:' : MARKS[event.severity]} ${fitted(event.summary || event.title, MOST_SECTION - 100)}`,
    ),
    ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
    ...(event.comment === null ? [] : [section(`>>> ${fitted(event.comment, MOST_SECTION - 100)}`)]),
    ...(event.link === null ? [] : [section(`<${event.link}|Open in Scoreline>`)]),
  ];
}

/** A channel of Slack, by an incoming webhook. Its address is the secret. */
export const slack = targetKind({
  kind: 'slack',
  settings: z.strictObject({}),
  secret: secretAddress('the address of the incoming webhook, https://hooks.slack.com/services/…'),
  request: (event, _settings, secret) => ({
    url: secret,
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ text: fitted(headline(event), MOST_SECTION), blocks: blocksOf(event) }),
    hidden: [secret],
  }),
  // 404 and 410: the webhook was removed (no_service, channel_is_archived).
  read: (answer) => {
    if (answer.status === 404) return { kind: 'gone', error: 'answered 404: the webhook was removed' };
    return readStatus(answer);
  },
});
