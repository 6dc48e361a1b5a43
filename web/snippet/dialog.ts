import { STYLE } from './style.ts';
import type { Texts } from './texts.ts';

export interface DialogOptions {
  texts: Texts;
  language: string;
  theme: string;
  /** The score was chosen; then, perhaps, a comment was written. */
  onScore: (score: number, filled: boolean) => void;
  onComment: (comment: string) => void;
}

/** Characters of a comment that the server keeps. */
const LONGEST_COMMENT = 20_000;
const RIGHT_TO_LEFT = /^(?:ar|dv|fa|he|ks|ps|sd|ug|ur|yi)\b/i;

/** An element with properties and children. */
function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Record<string, unknown> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    if (name === 'role' || name.startsWith('aria-')) made.setAttribute(name, String(value));
    else Object.assign(made, { [name]: value });
  made.append(...children);
  return made;
}

/**
 * Two questions in a dialog that is not modal: it takes no focus when it appears by itself, Esc closes it, and focus goes back to where it
 * came from. Returns what closes it.
 */
export function openDialog(
  { texts, language, theme, onScore, onComment }: DialogOptions,
  takesFocus: boolean,
) {
  const host = element('div');
  if (theme) host.setAttribute('theme', theme);
  const root = host.attachShadow({ mode: 'open' });
  addStyle(root);
  const box = element('div', {
    className: 'box',
    lang: language,
    dir: RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr',
    role: 'dialog',
    'aria-modal': false,
    'aria-label': texts.question,
  });
  let from = document.activeElement;
  box.addEventListener('focusin', ({ relatedTarget }) => {
    if (relatedTarget instanceof HTMLElement && !root.contains(relatedTarget)) from = relatedTarget;
  });
  const close = () => {
    const hadFocus = document.activeElement === host;
    document.removeEventListener('keydown', onKey);
    host.remove();
    if (hadFocus && from instanceof HTMLElement) from.focus();
  };
  const onKey = ({ key }: KeyboardEvent) => {
    const { activeElement } = document;
    if (key === 'Escape' && (activeElement === host || activeElement === document.body)) close();
  };
  document.addEventListener('keydown', onKey);
  const x = element(
    'button',
    { className: 'x', type: 'button', 'aria-label': texts.close, onclick: close },
    '×',
  );
  const show = (content: HTMLElement, focused?: HTMLElement) => {
    box.replaceChildren(content, x);
    focused?.focus();
  };
  const thank = () => {
    const words = element('p', { className: 'q', tabIndex: -1, role: 'status' }, texts.thanks);
    show(
      element('div', {}, words, element('button', { type: 'button', onclick: close }, texts.close)),
      words,
    );
  };
  const { form, first } = scoreForm(texts, (score, filled) => {
    onScore(score, filled);
    const { form: next, area } = commentForm(texts, (comment) => {
      if (comment) onComment(comment);
      thank();
    });
    show(next, area);
  });
  root.append(box);
  document.body.append(host);
  show(form, takesFocus ? first : undefined);
  return close;
}

function addStyle(root: ShadowRoot): void {
  // A page may forbid inline styles; a constructed sheet is none.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
}

function scoreForm(texts: Texts, done: (score: number, filled: boolean) => void) {
  const radios = Array.from({ length: 11 }, (_, score) =>
    element('input', { type: 'radio', name: 'score', value: String(score) }),
  );
  const problem = element('p', { className: 'm', role: 'alert' });
  // Programs fill every field. People do not see this one, nor reach it by Tab.
  const unseen = element('input', {
    className: 'u',
    name: 'more',
    tabIndex: -1,
    autocomplete: 'off',
    'aria-hidden': true,
  });
  const form = element(
    'form',
    {
      noValidate: true,
      onsubmit: (event: Event) => {
        event.preventDefault();
        const chosen = radios.find(({ checked }) => checked);
        if (chosen) return done(Number(chosen.value), unseen.value !== '');
        problem.textContent = texts.missing;
        radios[0]?.focus();
      },
    },
    element(
      'fieldset',
      {},
      element('legend', {}, texts.question),
      element('div', { className: 'n' }, ...radios.map((radio) => element('label', {}, radio, radio.value))),
      element(
        'div',
        { className: 'e' },
        element('span', {}, `0 = ${texts.low}`),
        element('span', {}, `10 = ${texts.high}`),
      ),
    ),
    problem,
    unseen,
    element('button', { type: 'submit' }, texts.send),
  );
  return { form, first: radios[0] as HTMLElement };
}

function commentForm(texts: Texts, done: (comment: string) => void) {
  const area = element('textarea', { id: 'comment', maxLength: LONGEST_COMMENT, rows: 4 });
  const form = element(
    'form',
    {
      onsubmit: (event: Event) => {
        event.preventDefault();
        done(area.value.trim());
      },
    },
    element('label', { className: 'q', htmlFor: 'comment' }, texts.comment),
    area,
    element('button', { type: 'submit' }, texts.send),
  );
  return { form, area };
}
