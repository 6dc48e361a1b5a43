import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { type AuditRow, parseAuditLine } from '../domain/seals/audit.ts';
import type { SignedCheckpoint } from '../domain/seals/seal.ts';
import { publicKeyOf, type TrustedKey, trustOnly } from '../domain/seals/signing-key.ts';
import { parseSigningKeys, secretPath } from '../instance/secrets.ts';
import { type AuditVerdict, checkAudit } from '../proof/check-audit.ts';
import { checkCheckpointFile } from '../proof/check-log.ts';
import { readCheckpointFile } from '../proof/checkpoint-publisher.ts';
import { parseCheckpoint } from '../proof/checkpoints.ts';
import { readCheckpoints } from '../store/seals/seals.ts';
import { readTrustedKeys } from '../store/seals/signing-keys.ts';
import { type AuditSource, fileSource, findAuditSource } from './audit-source.ts';
import { UsageError } from './command.ts';

/** Not 2, which means wrong arguments. */
const INCOMPLETE = 3;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Follows the chain, compares it with the checkpoints, and names the first row that was changed. */
export async function verifyAudit(
  values: {
    readonly part: boolean;
    readonly heads: string | undefined;
    readonly key: string | undefined;
    readonly url: string | undefined;
  },
  file: string | undefined,
): Promise<number> {
  if (values.part && file === undefined) throw new UsageError('--part is for a FILE');
  const config = await loadConfig();
  const source = file
    ? fileSource(file)
    : await findAuditSource(config, { url: values.url, purpose: 'audit:verify' });
  try {
    const checkpointFile = values.heads ?? join(config.dataDir, 'seals', 'heads.ndjson');
    if (values.heads && !existsSync(values.heads)) throw new Error(`--heads: there is no ${values.heads}`);
    const publicKey = keyOf(values.key, config.signingKeys, await secretPath(config, 'signing-key'));
    // Before the rows, so that every row that a checkpoint signed exists by then.
    const { heads: checkpoints, says } = await checkpointsOf(source, checkpointFile);
    const rows = rowsOf(source);
    const keys = publicKey && (await trustedBy(source, publicKey));
    const verdict = await checkAudit({ rows, heads: checkpoints, keys, partial: values.part });
    const cut = file && verdict.offence?.ended ? whatIsMissing(verdict.last?.seq ?? 0, checkpoints) : null;
    return report(source, verdict, publicKey !== null, { file: says, cut });
  } finally {
    await source.close();
  }
}

/** The database's checkpoints, compared with the file outside of it, or the file's alone. */
async function checkpointsOf(
  { store }: AuditSource,
  checkpointFile: string,
): Promise<{ readonly heads: readonly SignedCheckpoint[]; readonly says: string | null }> {
  if (store) {
    const checkpoints = await readCheckpoints(store);
    const { offence } = await checkCheckpointFile(store, checkpointFile, checkpoints, Date.now());
    return { heads: checkpoints, says: offence && `${checkpointFile}: ${offence.says}` };
  }
  const file = await readCheckpointFile(checkpointFile);
  return { heads: file?.heads ?? [], says: file?.broken ? `${checkpointFile}: ${file.broken}` : null };
}

async function* rowsOf(source: AuditSource): AsyncGenerator<AuditRow[]> {
  let number = 0;
  for await (const line of source.lines({ from: null, to: null })) {
    number += 1;
    const row = parseAuditLine(line);
    if (!row)
      throw new Error(`line ${number} of ${source.description} is not a row as exported: it was edited`);
    yield [row];
  }
}

/** The database knows which keys followed which; a checkpoint file does not. */
function trustedBy({ store }: AuditSource, publicKey: KeyObject): Promise<TrustedKey[]> | TrustedKey[] {
  return store ? readTrustedKeys(store, publicKey) : trustOnly(publicKey);
}

/** A private key contains its public half too. */
function keyOf(named: string | undefined, configured: string | undefined, kept: string): KeyObject | null {
  if (named !== undefined) return createPublicKey(readFileSync(named));
  const text = configured ?? (existsSync(kept) ? readFileSync(kept, 'utf8') : null);
  const newest = text === null ? undefined : parseSigningKeys(text).at(-1);
  return newest ? publicKeyOf(newest) : null;
}

/**
 * For a file that ends at that row: an older export and one whose end was cut off are identical, so the message
 * says both.
 */
function whatIsMissing(reached: number, checkpoints: readonly SignedCheckpoint[]): string {
  const beyond = checkpoints
    .map(({ body }) => parseCheckpoint(body))
    .find((one) => (one?.audit?.seq ?? 0) > reached);
  const ends = reached > 0 ? `the file ends at row ${reached}` : 'the file holds no row';
  return (
    `${ends}; a checkpoint of ${beyond?.at} signed ${beyond?.audit?.seq} rows. Either it was exported before that: then export it ` +
    'again, or give the checkpoints of that time with --heads; or its end was cut off'
  );
}

function report(
  source: AuditSource,
  { offence, head: checkpoint, rows, last, covered }: AuditVerdict,
  signed: boolean,
  { file, cut }: { readonly file: string | null; readonly cut: string | null },
): number {
  const wrong = [cut === null ? offence?.says : null, checkpoint, file].filter(
    (one) => one !== null && one !== undefined,
  );
  say(`${source.description}: ${rows} rows that follow each other${last ? `, up to row ${last.seq}` : ''}`);
  for (const one of wrong) say(`BROKEN: ${one}`);
  if (cut !== null) say(`INCOMPLETE: ${cut}`);
  if (wrong.length > 0) {
    return 1;
  }
  if (cut !== null) {
    return INCOMPLETE;
  }
  say(
    covered === 0
      ? 'no checkpoint covers any: rows could be missing at the end'
      : `up to row ${Math.min(covered, last?.seq ?? 0)} they are covered by checkpoints${signed ? ' signed by this key' : ', whose signatures were not checked: no --key'}`,
  );
  say('nothing was changed');
  return 0;
}
