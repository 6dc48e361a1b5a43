/** An answer as it is sent: the same id each time. */
export interface Answer {
  id: string;
  at: number;
  revision: number;
  score: number;
  comment?: string;
  /** Milliseconds until the score was chosen. */
  took?: number;
  /** The field that people do not see was filled. */
  filled?: true;
}

/** What the page says of its answers. */
export interface Said {
  /** Of dimensions. */
  values?: object;
  respondent?: string;
}

/** An answer that was not sent yet, as it was given: the page that sends it may say other things. */
interface Unsent extends Answer {
  values?: object;
  /** The page named a respondent, which stays in memory. */
  named?: true;
}

/** What the browser stores: an id, when the survey was shown, and scores that could not be sent. Comments and respondents stay in memory. */
interface Stored {
  visitor: string;
  shownAt: number;
  unsent: Unsent[];
}

/** Milliseconds. */
const [FIRST_PAUSE, LAST_PAUSE] = [5_000, 300_000];
const MOST_UNSENT = 20;
const LATER = [408, 425, 429];

/** Sends answers to one address, and again what could not be sent: after a while, when the browser is online, at the next visit. */
export function openOutbox(url: string, name: string, { values, respondent }: Said) {
  /** Of the answers of this page. */
  const comments = new Map<string, string | undefined>();
  let pause = FIRST_PAUSE;
  let timer = 0;
  let isSending = false;

  const read = (): Stored => {
    try {
      const { visitor, shownAt, unsent } = JSON.parse(localStorage.getItem(name) ?? '') as Stored;
      if (visitor) return { visitor, shownAt, unsent };
    } catch {
      // Nothing is stored, or storage is switched off.
    }
    return { visitor: crypto.randomUUID(), shownAt: 0, unsent: [] };
  };
  let state = read();
  const change = (make: (now: Stored) => Partial<Stored>) => {
    // Another tab may have changed it.
    const stored = read();
    const now = stored.shownAt ? stored : state;
    state = { ...now, ...make(now) };
    try {
      localStorage.setItem(name, JSON.stringify(state));
    } catch {
      // It is kept in memory alone.
    }
  };

  const post = async ({ named, ...answer }: Unsent): Promise<boolean> => {
    const comment = comments.get(answer.id);
    // Of a page that is closed it is not known who was named: such a score never replaces one that did arrive.
    const who = named && (comments.has(answer.id) ? { respondent } : { revision: 0 });
    const body = {
      ...answer,
      ...who,
      visitor: state.visitor,
      ...(comment === undefined ? {} : { comment, revision: 2 }),
    };
    try {
      const { ok, status } = await fetch(url, {
        method: 'POST',
        body: JSON.stringify(body),
        mode: 'cors',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        keepalive: true,
      });
      return ok || (status < 500 && !LATER.includes(status));
    } catch {
      return false;
    }
  };

  const flush = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    clearTimeout(timer);
    for (const answer of state.unsent) {
      const comment = comments.get(answer.id);
      if (!(await post(answer))) {
        timer = window.setTimeout(flush, pause);
        pause = Math.min(pause * 2, LAST_PAUSE);
        isSending = false;
        return;
      }
      pause = FIRST_PAUSE;
      // A comment that was written meanwhile is sent next.
      if (comments.get(answer.id) === comment)
        change(({ unsent }) => ({ unsent: unsent.filter(({ id }) => id !== answer.id) }));
    }
    isSending = false;
    if (state.unsent.length > 0) timer = window.setTimeout(flush, 0);
  };
  window.addEventListener('online', () => void flush());

  return {
    shownAt: () => read().shownAt,
    shown: () => change(() => ({ shownAt: Date.now() })),
    flush,
    /** Keeps the answer until it is sent; a comment follows its score under the same id. */
    send: ({ comment, ...answer }: Answer) => {
      comments.set(answer.id, comment);
      const kept: Unsent = { ...answer, revision: 1 };
      if (values) kept.values = values;
      if (respondent) kept.named = true;
      change(({ unsent }) => ({
        unsent: [...unsent.filter(({ id }) => id !== answer.id), kept].slice(-MOST_UNSENT),
      }));
      return flush();
    },
  };
}
