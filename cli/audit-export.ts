import { once } from 'node:events';
import { loadConfig } from '../config/config.ts';
import { cut } from '../domain/text/text.ts';
import { isWithinYears, parseDateTime, YEARS } from '../domain/time/date-time.ts';
import { findAuditSource } from './audit-source.ts';
import { UsageError } from './command.ts';

/** Writes the audit log as lines of canonical JSON, oldest first, to stdout. */
export async function exportAudit(values: {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly purpose: string | undefined;
  readonly url: string | undefined;
}): Promise<number> {
  const window = { from: momentOf('from', values.from), to: momentOf('to', values.to) };
  if (window.from && window.to && window.from >= window.to)
    throw new UsageError('--to must be later than --from: rows before it are written');
  const source = await findAuditSource(await loadConfig(), { url: values.url, purpose: values.purpose });
  let count = 0;
  try {
    for await (const line of source.lines(window)) {
      count += 1;
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
    }
  } finally {
    await source.close();
  }
  process.stderr.write(`${count} rows from ${source.description}\n`);
  return 0;
}

function momentOf(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const moment = parseDateTime(text);
  if (!moment) throw new UsageError(`--${name}: ${cut(text)} is not RFC 3339 with an offset`);
  if (isWithinYears(moment.getTime())) return moment;
  throw new UsageError(`--${name}: ${cut(text)} is not within the years ${YEARS}`);
}
