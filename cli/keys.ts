import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { safeMessage, terminalMessage } from '../domain/errors/error-facts.ts';
import type { AuditEntry } from '../domain/seals/audit.ts';
import { keyFingerprint, publicKeyOf } from '../domain/seals/signing-key.ts';
import { openDatabase } from '../instance/open-database.ts';
import { changeKeys, type KeyAction } from '../instance/rotate.ts';
import { audit } from '../store/audit/audit.ts';
import { findServer } from './sink.ts';

const USAGE = `usage: npm run keys -- ACTION [--pepper|--signing] [--reason TEXT]
  rotate           makes a new wrapping key and wraps every data key anew
  rotate --pepper  makes a new pepper and carries every pseudonym over to it
  rewrap           wraps every data key anew by the provider that is configured now
  rotate --signing [--lost]
                   adds a new signing key, which the next start takes into use; --lost: at once and without the key before it,
                   which is gone for good: auditors must learn the new key from you
  retire           destroys wrapping keys that nothing in the record needs; older backups can then not be read`;
const QUERY =
  'mutation Keys($action: KeyAction!, $reason: String!) { changeKeys(action: $action, reason: $reason) }';

interface Answer {
  readonly data?: { readonly changeKeys: string } | null;
  readonly errors?: readonly { readonly message: string }[];
}

interface Asked {
  readonly action: KeyAction;
  readonly reason: string;
  readonly isLost: boolean;
}

function readArguments(): Asked {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pepper: { type: 'boolean', default: false },
      signing: { type: 'boolean', default: false },
      lost: { type: 'boolean', default: false },
      reason: { type: 'string' },
    },
  });
  const [named] = positionals;
  const { pepper, signing, lost: isLost } = values;
  const special = pepper ? 'pepper' : signing ? 'signing' : null;
  const action = special ?? (['rotate', 'rewrap', 'retire'] as const).find((one) => one === named);
  const fits = special === null || (named === 'rotate' && !(pepper && signing));
  if (!action || positionals.length !== 1 || !fits || (isLost && !signing)) throw new Error(USAGE);
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
async function main(): Promise<void> {
  const { action, reason, isLost } = readArguments();
  const config = await loadConfig();
  const server = await findServer(config);
  if (server && isLost) throw new Error(`a server runs on ${config.dataDir}, so its signing key is not lost`);
  if (!server) {
    const onError = (error: Error) => process.stderr.write(`${safeMessage(error)}\n`);
    const database = await openDatabase(config, onError, { isSigningKeyLost: isLost });
    try {
      if (isLost) {
        const fingerprint = keyFingerprint(publicKeyOf(database.signingKey));
        process.stdout.write(`the record is signed with ${fingerprint} now: tell your auditors\n`);
        return;
      }
      // Like the server: the request is recorded before the first of many transactions.
      await database.store.transaction((session) => audit(session, entryOf(action, reason)));
      process.stdout.write(`${await changeKeys(database, config, action)}\n`);
    } finally {
      await database.close();
    }
    return;
  }
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY, variables: { action: action.toUpperCase(), reason } }),
  });
  const { data, errors } = (await response.json()) as Answer;
  if (!data || errors)
    throw new Error(
      errors?.map(({ message }) => message).join('\n') ?? `the server answered ${response.status}`,
    );
  process.stdout.write(`${data.changeKeys}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${terminalMessage(error)}\n`);
  process.exitCode = 1;
});
