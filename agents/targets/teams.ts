import { z } from 'zod';
import { readStatus } from './answers.ts';
import { secretAddress } from './settings.ts';
import { type OutgoingEvent, targetKind } from './target.ts';
import { cut, headline } from './texts.ts';

/** Teams refuses messages over 28 KB. */
const [MOST_TEXT, MOST_FACTS] = [4_000, 20];
const COLOURS = { INFO: 'Accent', WARNING: 'Warning', CRITICAL: 'Attention' } as const;

/** A TextBlock and a FactSet read Markdown: what could be markup is escaped. */
const escaped = (text: string) => text.replace(/[\\`*_{}[\]()#+\-!<>|~]/g, '\\$&');

const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more });

function cardOf(event: OutgoingEvent) {
  const facts = event.facts
    .slice(0, MOST_FACTS)
    .map(({ label, value }) => ({ title: escaped(label), value: escaped(cut(value, 500)) }));
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      block(escaped(cut(headline(event), 300)), {
        size: 'Medium',
        weight: 'Bolder',
        color: event.stage === 'over' ? 'Good' : COLOURS[event.severity],
      }),
      ...(event.summary === '' ? [] : [block(escaped(cut(event.summary, MOST_TEXT)))]),
      ...(facts.length > 0 ? [{ type: 'FactSet', facts }] : []),
      ...(event.comment === null ? [] : [block(escaped(cut(event.comment, MOST_TEXT)), { isSubtle: true })]),
    ],
    actions:
      event.link === null ? [] : [{ type: 'Action.OpenUrl', title: 'Open in Scoreline', url: event.link }],
  };
}

/** A chat or channel of Microsoft Teams, by the address of a workflow ("When a Teams webhook request is received"). */
export const teams = targetKind({
  kind: 'teams',
  settings: z.strictObject({}),
  secret: secretAddress('the address that the workflow shows'),
  request: (event, _settings, secret) => ({
    url: secret,
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: cardOf(event) },
      ],
    }),
    hidden: [secret],
  }),
  read: (answer) => readStatus(answer),
});
