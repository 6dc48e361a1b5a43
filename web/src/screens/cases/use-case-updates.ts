import { useEffect, useRef } from 'react';
import { useLive } from '../../lib/live.ts';
import { LIVE } from './documents.ts';

/** Changes that arrive together are read together. */
const TOGETHER_MS = 300;

/** Calls `onChange` when cases were opened or changed; with `id` only for that one. The first call comes when the stream begins. */
export function useCaseUpdates(onChange: () => void, id: string | null = null): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  useLive(
    LIVE,
    {},
    {
      positionOf: ({ caseUpdates }) => caseUpdates.position,
      onUpdate: ({ caseUpdates }) => {
        if (id !== null && caseUpdates.case.id !== id) return;
        timer.current ??= setTimeout(() => {
          timer.current = null;
          latest.current();
        }, TOGETHER_MS);
      },
    },
  );
}
