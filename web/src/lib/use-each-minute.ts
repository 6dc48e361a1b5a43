import { useEffect, useRef } from 'react';
import { useNow } from './use-now.ts';

/** Calls `act` each minute: for lists that have no subscription. */
export function useEachMinute(act: () => void): void {
  const now = useNow();
  const latest = useRef(act);
  latest.current = act;
  const first = useRef(now);
  useEffect(() => {
    if (now !== first.current) latest.current();
  }, [now]);
}
