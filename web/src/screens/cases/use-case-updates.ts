import { useEffect, useRef } from 'react';
import { useNow } from '../../lib/use-now.ts';

/** Calls `refresh` each minute. */
export function useCaseUpdates(refresh: () => void): void {
  const now = useNow();
  const latest = useRef(refresh);
  latest.current = refresh;
  const first = useRef(now);
  useEffect(() => {
    if (now !== first.current) latest.current();
  }, [now]);
}
