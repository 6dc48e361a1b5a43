import { Presets, SingleBar } from 'cli-progress';
import type { ImportProgress } from '../ingestion/files/import/run-import.ts';

const PLAIN_EVERY_MS = 5_000;

/** A bar on a terminal; otherwise an occasional line. */
export function createProgress() {
  const began = Date.now();
  let plainAt = began;
  let ended = false;
  const bar = process.stdout.isTTY
    ? new SingleBar(
        {
          format:
            '{bar} {percentage}% | {rate} rows/s | {accepted} accepted, {duplicates} duplicates, {rejected} rejected',
        },
        Presets.shades_classic,
      )
    : undefined;
  let first: number | undefined;
  return {
    show({ account, bytesRead, totalBytes, resumedAfterLine }: ImportProgress): void {
      const rows = account.line - resumedAfterLine;
      const rate = Math.round(rows / Math.max(0.001, (Date.now() - began) / 1_000));
      const { accepted, duplicates, rejected } = account;
      const facts = { rate, accepted, duplicates, rejected };
      if (bar) {
        if (first === undefined) bar.start(totalBytes, bytesRead, facts);
        first ??= bytesRead;
        bar.update(Math.min(bytesRead, totalBytes), facts);
      } else if (Date.now() - plainAt > PLAIN_EVERY_MS) {
        plainAt = Date.now();
        const percent = Math.floor((100 * bytesRead) / Math.max(1, totalBytes));
        const counts = `${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected`;
        process.stdout.write(`${percent}% | ${rate} rows/s | ${counts}\n`);
      }
    },
    note(text: string): void {
      process.stderr.write(`${text}\n`);
    },
    end(): void {
      if (ended) return;
      ended = true;
      bar?.stop();
    },
  };
}
