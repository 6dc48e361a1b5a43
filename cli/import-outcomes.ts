import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import {
  importOutcomes,
  type RejectedRow,
  type SendOutcomes,
} from '../ingestion/files/outcomes/import-outcomes.ts';
import { parseOutcomeMap } from '../ingestion/files/outcomes/outcome-map.ts';
import { normaliseOutcome } from '../ingestion/outcomes/normalise-outcome.ts';
import { createOutcomeReader } from '../ingestion/outcomes/outcome-items.ts';
import { accountFor, type Outcome } from '../ingestion/pipeline/outcome.ts';
import { EXIT } from './import-report.ts';
import { findSink } from './sink.ts';

interface Asked {
  readonly path: string;
  readonly declared: unknown;
  readonly url: string | undefined;
  readonly rejects: string | undefined;
  readonly dryRun: boolean;
  readonly isStopping: () => boolean;
}

const SHOWN = 5;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Imports a file of outcomes and reports what became of its rows; the exit code. */
export async function importOutcomeFile(config: Config, asked: Asked): Promise<number> {
  const { path, dryRun, isStopping } = asked;
  const map = parseOutcomeMap(asked.declared, config.dimensions);
  const found = dryRun ? null : await findSink(config, asked.url, say);
  const rejectsPath = resolve(asked.rejects ?? `${basename(path)}.rejects.ndjson`);
  say(`importing outcomes of ${path} ${found ? found.description : 'as a dry run: nothing is stored'}`);
  const first: RejectedRow[] = [];
  const onRejected = async (rows: readonly RejectedRow[]) => {
    first.push(...rows.slice(0, SHOWN - first.length));
    if (dryRun) return;
    // They contain what the file contains: readable by the owner only.
    await appendFile(rejectsPath, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
  };
  try {
    const send = found ? found.sendOutcomes : judgeAlone(config);
    const counts = await importOutcomes({ path, map, send, isStopping, onRejected });
    const { accepted, duplicates, rejected, leftOut } = counts;
    say(`rows        ${accepted + duplicates + rejected + leftOut}`);
    say(`accepted    ${accepted}`);
    say(`duplicates  ${duplicates}`);
    say(`rejected    ${rejected}`);
    if (leftOut > 0) say(`left out    ${leftOut}`);
    for (const { line, code, message } of first) say(`  line ${line}: ${code}: ${message}`);
    if (rejected > 0 && !dryRun) say(`every rejected row, with its reason: ${rejectsPath}`);
    if (counts.interrupted) return EXIT.interrupted;
    return accepted + duplicates + leftOut === 0 ? EXIT.nothing : EXIT.whole;
  } finally {
    await found?.close();
  }
}

/** What the ingest step would say of each item by itself; nothing made with the secret is shown. */
function judgeAlone({ dimensions }: Config): SendOutcomes {
  const read = createOutcomeReader(dimensions);
  const deps = { dimensions, pepper: { version: 1, secret: randomBytes(32) }, now: Date.now };
  return async (items) =>
    accountFor(
      items.map((item): Outcome => {
        const draft = read(item, 'dry run');
        const judged = 'status' in draft ? draft : normaliseOutcome(deps, draft);
        return 'id' in judged ? { status: 'accepted' } : judged;
      }),
    );
}
