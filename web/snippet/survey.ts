import { openDialog } from './dialog.ts';
import { type Answer, openOutbox } from './outbox.ts';
import { TEXTS, type Texts } from './texts.ts';

/*
 * The web survey: <script src="…/survey.js" data-key="pub_…" async></script>. docs/connectors/web-snippet.md lists the attributes. Built into
 * one file of at most 10 kB (cli/build/web.mjs).
 */

/** What a page may call, and may set before the script is loaded. */
interface PageApi {
  consented?: boolean;
  consent?: () => void;
  show?: () => void;
  close?: () => void;
}

declare global {
  interface Window {
    scorelineSurvey?: PageApi;
  }
}

const DAY_MS = 86_400_000;

const parsed = (text: string | undefined): object => {
  try {
    return text ? (JSON.parse(text) as object) : {};
  } catch {
    return {};
  }
};

function start(src: string, data: DOMStringMap, key: string): void {
  const { lang, texts: own, values, respondent, theme = '', consent, dnt } = data;
  const wanted = lang || document.documentElement.lang || navigator.language;
  const base = wanted.slice(0, 2).toLowerCase();
  const defaults = TEXTS[base] ?? (TEXTS['en'] as Texts);
  const language = TEXTS[base] || own ? wanted : 'en';
  const texts: Texts = { ...defaults, ...parsed(own) };
  const outbox = openOutbox(new URL(`survey/${key}`, src).href, `scoreline-survey-${key.slice(-8)}`, {
    ...(values ? { values: parsed(values) } : {}),
    ...(respondent ? { respondent } : {}),
  });
  let close: (() => void) | undefined;
  const show = (takesFocus: boolean) => {
    close?.();
    outbox.shown();
    const answer: Answer = { id: crypto.randomUUID(), at: Date.now(), revision: 1, score: 0 };
    const began = performance.now();
    close = openDialog(
      {
        texts,
        language,
        theme,
        onScore: (score, filled) => {
          answer.score = score;
          answer.at = Date.now();
          answer.took = Math.round(performance.now() - began);
          if (filled) answer.filled = true;
          void outbox.send(answer);
        },
        onComment: (comment) => void outbox.send({ ...answer, comment }),
      },
      takesFocus,
    );
  };
  const begin = () => {
    void outbox.flush();
    const isDue = Date.now() - outbox.shownAt() >= Number(data['everyDays'] ?? 90) * DAY_MS;
    if (isDue && data['show'] !== 'manual') setTimeout(() => show(false), Number(data['delay'] ?? 5) * 1_000);
  };
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
  const isRefused = dnt !== 'ignore' && (doNotTrack === '1' || globalPrivacyControl === true);
  let isAllowed = !isRefused && (consent !== 'wait' || window.scorelineSurvey?.consented === true);
  window.scorelineSurvey = {
    consent: () => {
      if (isAllowed || isRefused) return;
      isAllowed = true;
      begin();
    },
    show: () => {
      if (isAllowed) show(true);
    },
    close: () => close?.(),
  };
  if (isAllowed) begin();
}

const script = document.currentScript as HTMLScriptElement | null;
const key = script?.dataset['key'];
if (script && key) start(script.src, script.dataset, key);
