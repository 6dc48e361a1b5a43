import { createHash } from 'node:crypto';
import { TEXT_RULES } from '../../domain/text/text.ts';
import type { ChosenTexts } from '../../ingestion/surveys/language.ts';
import type { Notice } from '../../ingestion/surveys/texts.ts';
import { html, type Markup, raw } from '../report/html.ts';

/* The pages of a survey link. They need no script, load nothing, and work in both colour schemes. */

const STYLE = `
:root { color-scheme: light dark; --page: light-dark(#f7f8fa, #14161b); --panel: light-dark(#fff, #1b1e25);
  --line: light-dark(#8a92a3, #6c7486); --text: light-dark(#171a21, #eceef3); --muted: light-dark(#5a6272, #a2a9b8);
  --accent: light-dark(#3a4fc9, #94a4ff); --on-accent: light-dark(#fff, #10142b); --danger: light-dark(#b42318, #ff8f84); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 40rem; margin: 4rem auto; padding: 2rem; background: var(--panel); border-radius: 8px; }
h1, legend { font-size: 1.375rem; line-height: 1.35; font-weight: 600; margin: 0 0 1rem; padding: 0; overflow-wrap: anywhere; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.numbers { display: grid; grid-template-columns: repeat(11, minmax(0, 1fr)); gap: .375rem; }
.number { position: relative; display: grid; place-items: center; min-height: 2.75rem; border: 1px solid var(--line); border-radius: 6px; font-variant-numeric: tabular-nums; cursor: pointer; }
.number input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.number:has(:checked) { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.number:has(:focus-visible), textarea:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.ends { display: flex; justify-content: space-between; gap: 1rem; margin: .5rem 0 1.5rem; color: var(--muted); font-size: .875rem; }
label.comment { display: block; margin-bottom: .375rem; }
textarea { display: block; width: 100%; min-height: 7rem; padding: .625rem; margin-bottom: 1.5rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; resize: vertical; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 6px; cursor: pointer; }
button.again { padding: 0; font-weight: 400; color: var(--accent); background: none; text-decoration: underline; }
.problem { color: var(--danger); font-weight: 600; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 40rem) { main { margin: 0; padding: 1.25rem; border-radius: 0; min-height: 100vh; } .numbers { grid-template-columns: repeat(6, minmax(0, 1fr)); } }
@media (forced-colors: active) { .number:has(:checked) { outline: 3px solid Highlight; } }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Headers of every page: nothing loads or frames it, nothing keeps it, and where it leads to does not learn its address. */
export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow',
} as const;

/** The field that people do not see; a name that no browser fills in by itself. */
export const HIDDEN_FIELD = 'more';
/** In the form of the page after an answer: the answer is to be changed. */
export const CHANGE_FIELD = 'change';

/** What the form shows. */
export interface ShownForm {
  readonly score: number | null;
  readonly comment: string;
  readonly visit: string;
  /** The form was sent without a number. */
  readonly isMissing: boolean;
}

const SCORES = Array.from({ length: 11 }, (_, score) => score);

/** The form: the number that was clicked, which can be changed, a comment, and the button that stores it. */
export function formPage(chosen: ChosenTexts, { score, comment, visit, isMissing }: ShownForm): string {
  const { texts } = chosen;
  const number = (one: number) =>
    html`<label class="number"><input type="radio" name="score" value="${one}" required${
      one === score ? raw(' checked') : ''
    }><span>${one}</span></label>`;
  return page(
    chosen,
    texts.question,
    html`<form method="post">
<fieldset${isMissing ? raw(' aria-describedby="problem"') : ''}><legend><h1>${texts.question}</h1></legend>
${isMissing ? html`<p class="problem" id="problem" role="alert">${texts.missing}</p>` : ''}
<div class="numbers">${SCORES.map(number)}</div>
<div class="ends"><span>0 = ${texts.low}</span><span>10 = ${texts.high}</span></div></fieldset>
<label class="comment" for="comment">${texts.comment}</label>
<textarea id="comment" name="comment" maxlength="${TEXT_RULES.comment.longest}" rows="4">
${comment}</textarea>
<input type="hidden" name="visit" value="${visit}">
<p class="unseen" aria-hidden="true"><label>${texts.empty} <input name="${HIDDEN_FIELD}" tabindex="-1" autocomplete="off"></label></p>
<button type="submit">${texts.send}</button>
</form>`,
  );
}

/** What a person sees whose answer is stored. To be changed, it is sent along: what is stored is never shown. */
export function thanksPage(
  chosen: ChosenTexts,
  { score, comment }: { readonly score: number; readonly comment: string },
): string {
  const { thanks, clicked, saved, change } = chosen.texts;
  return page(
    chosen,
    thanks,
    html`<h1>${thanks}</h1><p>${clicked} <strong>${score}</strong></p><p>${saved}</p>
<form method="post"><input type="hidden" name="score" value="${score}"><input type="hidden" name="comment" value="${comment}">
<button class="again" name="${CHANGE_FIELD}" value="yes">${change}</button></form>`,
  );
}

/** A page without a form. */
export function noticePage(chosen: ChosenTexts, [heading, text]: Notice): string {
  return page(chosen, heading, html`<h1>${heading}</h1><p>${text}</p>`);
}

function page({ language, direction }: ChosenTexts, title: string, content: Markup): string {
  return String(html`<!doctype html>
<html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex"><title>${title}</title><style>${raw(STYLE)}</style></head>
<body><main>${content}</main></body></html>`);
}
