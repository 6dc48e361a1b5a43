import { DISK_FULL_RETRY_SECONDS } from '../../store/database/disk-space.ts';
import { statusOf } from '../errors.ts';

/** What is read here of an answer, before or after its errors are formatted. */
interface Answer {
  readonly errors?:
    | readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[]
    | undefined;
  readonly data?: object | null | undefined;
}

interface AnswerHead {
  readonly status: number;
  /** Seconds, as a header. */
  readonly retryAfter?: string;
}

/**
 * The head of an operation's answer, with or without Apollo: 503 if it failed entirely because the disk is nearly full; without
 * data, because nothing was executed or what it releases could not be recorded, the status of its error.
 */
export function headOf({ errors = [], data }: Answer): AnswerHead {
  const codes = errors.map(({ extensions }) => extensions?.['code']);
  const hasNone = Object.values(data ?? {}).every((value) => value === null);
  if (hasNone && codes.includes('DISK_FULL'))
    return { status: statusOf('DISK_FULL'), retryAfter: String(DISK_FULL_RETRY_SECONDS) };
  if (data !== undefined) return { status: 200 };
  const [code] = codes;
  return {
    status: code === 'INTERNAL_SERVER_ERROR' ? 500 : statusOf(code as Parameters<typeof statusOf>[0]),
  };
}
