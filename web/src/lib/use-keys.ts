import { useEffect, useRef } from 'react';

/** After a g another key goes to a screen. */
const GO_MS = 1_000;

/**
 * Calls the handler for keys that are pressed outside of fields and dialogs. `handle` returns whether it knew the key. Enter
 * on a button or link is that button's.
 */
export function useKeys(handle: (key: string) => boolean, isOn: boolean): void {
  const handler = useRef(handle);
  handler.current = handle;
  useEffect(() => {
    if (!isOn) return;
    let wentAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest('input, textarea, select, [contenteditable], [role="dialog"]')) return;
      if (event.key === 'g') wentAt = event.timeStamp;
      if (event.timeStamp - wentAt < GO_MS) return;
      if (event.key === 'Enter' && target.closest('button, a, [role="button"]')) return;
      if (handler.current(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [isOn]);
}
