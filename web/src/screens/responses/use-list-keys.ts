import { useEffect, useRef } from 'react';

interface ListKeys {
  readonly active: number;
  readonly goTo: (index: number) => void;
  readonly open: (index: number) => void;
  readonly close: () => void;
  readonly isOpen: boolean;
}

/** Whether a key is meant for a field, a dialog or a menu. */
const isTaken = ({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  ctrlKey ||
  metaKey ||
  altKey ||
  (target instanceof Element &&
    target.closest(
      'input:not([type="checkbox"]), textarea, select, [role="dialog"], [role="menu"], [role="listbox"]',
    ) !== null);

/** j and k move in the list, Enter opens, Escape closes, wherever the focus is on the page. */
export function useListKeys(keys: ListKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  // After "g" a letter goes to a screen: "g k" is no step up.
  const chord = useRef(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { active, goTo, open, close, isOpen } = latest.current;
      const wasChord = chord.current;
      chord.current = event.key === 'g';
      if (wasChord || isTaken(event) || event.defaultPrevented) return;
      if (event.key === 'j') goTo(active + 1);
      else if (event.key === 'k') goTo(active - 1);
      else if (event.key === 'Enter' && document.activeElement === document.body) open(active);
      else if (event.key === 'Escape' && isOpen) close();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
