import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { terminalMessage } from '../domain/errors/error-facts.ts';
import { parseDateTime } from '../domain/time/date-time.ts';
import { findAuditSource } from './audit-source.ts';

const USAGE =
  'usage: npm run -s audit:export -- [--from 2026-03-01T00:00:00Z] [--to 2026-04-01T00:00:00Z] [--purpose TEXT] [--url URL] > audit.ndjson';

/** npm run audit:export: the audit log as lines of canonical JSON, oldest first. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      purpose: { type: 'string' },
      url: { type: 'string' },
    },
  });
  const window = { from: momentOf('from', values.from), to: momentOf('to', values.to) };
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
}

function momentOf(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const moment = parseDateTime(text);
  if (moment) return moment;
  throw new Error(`--${name}: ${text} is not RFC 3339 with an offset\n${USAGE}`);
}

main().catch((error: Error) => {
  process.stderr.write(`audit:export: ${terminalMessage(error)}\n`);
  process.exitCode = 1;
});
