import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useHref } from '../lib/url-state.ts';
import type { Screen } from '../screens.ts';

/** How long after "g" the letter of a screen is awaited. */
const CHORD_MS = 1_500;

/** Whether a key goes into a field, a list or a dialog that has its own use for it. */
function isTaken({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true;
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]',
    ) !== null
  );
}

/** The shortcuts of every screen: "g o" goes to a screen, "/" to the search, "?" shows the list. */
export function useKeyboard(screens: readonly Screen[], onHelp: () => void): void {
  const [, navigate] = useLocation();
  const href = useHref();
  const chord = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const isChord = event.timeStamp - chord.current < CHORD_MS;
      chord.current = Number.NEGATIVE_INFINITY;
      const screen = isChord ? screens.find(({ shortcut }) => shortcut === event.key) : undefined;
      if (screen) navigate(href(screen.path));
      else if (event.key === 'g') chord.current = event.timeStamp;
      else if (event.key === '?') onHelp();
      else if (event.key === '/') {
        const search = document.querySelector<HTMLElement>('[data-search]');
        if (!search) return;
        search.focus();
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [screens, navigate, href, onHelp]);
}
