import type { GraphQLResponse } from '@apollo/server';
import { DISK_FULL_RETRY_SECONDS } from '../../store/database/disk-space.ts';
import { statusOf } from '../errors.ts';

/** Sets 503 and Retry-After if an operation failed entirely because the disk is nearly full. */
export function tellDiskFull({ body, http }: GraphQLResponse): void {
  if (body.kind !== 'single') return;
  const { errors, data } = body.singleResult;
  if (!errors?.some(({ extensions }) => extensions?.['code'] === 'DISK_FULL')) return;
  if (Object.values(data ?? {}).some((value) => value !== null)) return;
  http.status = statusOf('DISK_FULL');
  http.headers.set('retry-after', String(DISK_FULL_RETRY_SECONDS));
}
