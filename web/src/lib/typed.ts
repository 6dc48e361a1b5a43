/*
 * What was typed into a page when its session ended without being asked: the page is gone by then, and what was typed is given back
 * to the same caller after the next sign-in. It is kept by the tab, because a sign-in at an identity provider leaves the page.
 */

/** A field that was filled. */
export interface TypedField {
  readonly label: string;
  readonly text: string;
}

interface Kept {
  readonly caller: string;
  readonly fields: readonly TypedField[];
}

type Input = HTMLInputElement | HTMLTextAreaElement;

const NAME = 'scoreline-typed';
const touched = new Set<Input>();

/** Notes from now on which fields of the page are typed into. */
export function watchTyping(): void {
  document.addEventListener(
    'input',
    ({ target }) => {
      for (const input of touched) if (!input.isConnected) touched.delete(input);
      if (isText(target)) touched.add(target);
    },
    true,
  );
}

const isText = (target: EventTarget | null): target is Input =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text');

/** Keeps what stands in the fields that were typed into, for one caller; secrets are not kept. */
export function keepTyped(caller: string): void {
  const fields = [...touched]
    .filter((input) => input.isConnected && input.value.trim() !== '')
    .map((input) => ({ label: labelOf(input), text: input.value }));
  touched.clear();
  if (fields.length === 0) return;
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ caller, fields } satisfies Kept));
  } catch {
    // The browser keeps nothing for this page.
  }
}

const labelOf = (input: Input): string =>
  input.labels?.[0]?.textContent ?? input.getAttribute('aria-label') ?? input.placeholder;

/** What was kept for the caller; what was kept for another one is gone with this. */
export function typedBy(caller: string): readonly TypedField[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? 'null') as Kept | null;
    if (kept?.caller === caller) return kept.fields;
  } catch {
    // Not written by this page.
  }
  forgetTyped();
  return [];
}

/** Nothing is kept any more. */
export function forgetTyped(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // The browser keeps nothing for this page.
  }
}
