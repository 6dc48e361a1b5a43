import { useNow } from './use-now.ts';

const HOUR_MS = 3_600_000;

/** Where windows end, epoch milliseconds: the chosen moment, or the end of the present hour, so that the same view asks the same. */
export function useMoment(asOf: string | null): number {
  const now = useNow();
  return asOf === null ? Math.ceil(now / HOUR_MS) * HOUR_MS - 1 : Date.parse(asOf);
}
