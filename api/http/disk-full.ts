import { DISK_FULL_RETRY_SECONDS } from '../../store/database/disk-space.ts';
import { statusOf } from '../errors.ts';

/** What is read here of an answer, before or after its errors are formatted. */
interface Answer {
  readonly errors?:
    | readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[]
    | undefined;
  readonly data?: object | null | undefined;
}

/** The status 503 and Retry-After of an operation that failed entirely because the disk is nearly full; null for any other. */
export function headOfDiskFull({
  errors,
  data,
}: Answer): { readonly status: number; readonly retryAfter: string } | null {
  if (!errors?.some(({ extensions }) => extensions?.['code'] === 'DISK_FULL')) return null;
  if (Object.values(data ?? {}).some((value) => value !== null)) return null;
  return { status: statusOf('DISK_FULL'), retryAfter: String(DISK_FULL_RETRY_SECONDS) };
}
