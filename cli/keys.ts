import { loadConfig } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import type { AuditEntry } from '../domain/seals/audit.ts';
import { keyFingerprint, publicKeyOf } from '../domain/seals/signing-key.ts';
import { openDatabase } from '../instance/open-database.ts';
import { changeKeys, type KeyAction } from '../instance/rotate.ts';
import { audit } from '../store/audit/audit.ts';
import { askServer } from './ask-server.ts';
import { UsageError } from './command.ts';
import { findServer } from './sink.ts';

const QUERY =
  'mutation Keys($action: KeyAction!, $reason: String!) { changeKeys(action: $action, reason: $reason) }';

interface Asked {
  readonly action: KeyAction;
  readonly reason: string;
  readonly isLost: boolean;
}

interface Given {
  readonly pepper: boolean;
  readonly signing: boolean;
  readonly lost: boolean;
  readonly reason: string | undefined;
}

function askedFor(values: Given, positionals: readonly string[]): Asked {
  const [named] = positionals;
  const { pepper, signing, lost: isLost } = values;
  const special = pepper ? 'pepper' : signing ? 'signing' : null;
  const action = special ?? (['rotate', 'rewrap', 'retire'] as const).find((one) => one === named);
  const fits = special === null || (named === 'rotate' && !(pepper && signing));
  if (!action || !fits)
    throw new UsageError('name one action: rotate, rotate --pepper, rotate --signing, rewrap or retire');
  if (isLost && !signing) throw new UsageError('--lost needs --signing');
  return { action, isLost, reason: values.reason ?? 'npm run keys' };
}

/** Without an API key: a person with the database's secrets did it. */
function entryOf(action: KeyAction, reason: string): AuditEntry {
  const who = { actor: 'system', actorName: 'npm run keys', role: 'system', policyVersion: null };
  const subject = { action, reason };
  return { ...who, purpose: null, at: Date.now(), action: 'changeKeys', subject, outcome: 'done' };
}

/**
 * Through the server that runs on the data folder, which alone may open its database; else in the database
 * directly.
 */
export async function changeKeysOf(values: Given, operands: readonly string[]): Promise<number> {
  const { action, reason, isLost } = askedFor(values, operands);
  const config = await loadConfig();
  const server = await findServer(config);
  if (server && isLost) throw new Error(`a server runs on ${config.dataDir}, so its signing key is not lost`);
  if (!server) {
    const onError = (error: Error) => process.stderr.write(`${safeMessage(error)}\n`);
    const database = await openDatabase(config, onError, { isSigningKeyLost: isLost });
    try {
      // Like the server: the request is recorded before the first of many transactions. Of a lost key it is done by now.
      await database.store.transaction((session) => audit(session, entryOf(action, reason)));
      if (isLost) {
        const fingerprint = keyFingerprint(publicKeyOf(database.signingKey));
        process.stdout.write(`the database is now signed with ${fingerprint}: inform your auditors\n`);
        return 0;
      }
      process.stdout.write(`${await changeKeys(database, config, action)}\n`);
    } finally {
      await database.close();
    }
    return 0;
  }
  const done = await askServer<{ changeKeys: string }>(server, QUERY, {
    action: action.toUpperCase(),
    reason,
  });
  process.stdout.write(`${done.changeKeys}\n`);
  return 0;
}
