import { useMemo } from 'react';

const HOUR_MS = 3_600_000;

/** Where windows end, epoch milliseconds: the chosen moment, or the end of this hour, so that the same view asks the same. */
export function useMoment(asOf: string | null): number {
  return useMemo(
    () => (asOf === null ? Math.ceil(Date.now() / HOUR_MS) * HOUR_MS - 1 : Date.parse(asOf)),
    [asOf],
  );
}
