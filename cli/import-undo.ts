import { parseArgs } from 'node:util';
import type { Config } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { openDatabase } from '../instance/open-database.ts';
import { audit } from '../store/audit/audit.ts';
import { type UndoAccount, type UndoResult, undoImport } from '../store/imports/import-undo.ts';
import { findImport, type ImportRun } from '../store/responses/imports.ts';
import { findServer, keyOf } from './sink.ts';

export const UNDO_USAGE = `       npm run import -- --undo ID [--dry-run] [--reason TEXT] [--url URL]
  --undo     undoes the import with that id: removes what it added, restores what it replaced
  --dry-run  only says how many answers that would be
  --reason   kept on record`;

const MUTATION = `mutation Undo($id: ID!, $reason: String!, $dryRun: Boolean!, $after: String) {
  undoImport(id: $id, reason: $reason, dryRun: $dryRun, after: $after) {
    complete next removed restored stayed held restricted import { file undo { removed restored stayed } } } }`;

interface Asked {
  readonly id: string;
  readonly reason: string;
  readonly dryRun: boolean;
  readonly url: string | undefined;
}

/**
 * The arguments of an undo, if one was requested; else null.
 * @throws Error with the usage.
 */
export function askedToUndo(args: readonly string[]): Asked | null {
  if (!args.some((one) => one === '--undo' || one.startsWith('--undo='))) return null;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        undo: { type: 'string', multiple: true },
        reason: { type: 'string', default: 'npm run import -- --undo' },
        'dry-run': { type: 'boolean', default: false },
        url: { type: 'string' },
      },
    });
    const [id = '', ...more] = values.undo ?? [];
    if (id.trim() === '' || more.length > 0)
      throw new Error('--undo: name one import by its id, as it was printed; the query imports lists them');
    if (values.reason.trim() === '') throw new Error('--reason: say why; it is kept on record');
    return { id: id.trim(), reason: values.reason.trim(), dryRun: values['dry-run'], url: values.url };
  } catch (error) {
    // node explains over several lines how to pass a value that begins with a dash.
    const [message = ''] = (error as Error).message.split('\n');
    throw new Error(`${message}\nusage:\n${UNDO_USAGE}`);
  }
}

/**
 * Undoes an import through the server that runs on the data folder or is named, else in the database directly.
 */
export async function undoFrom(config: Config, asked: Asked): Promise<number> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const { url } = asked;
  const server =
    url === undefined ? await findServer(config) : { url: url.replace(/\/$/, ''), key: await keyOf(config) };
  const { file, account } = server ? await throughServer(server, asked, say) : await onRecord(config, asked);
  const would = asked.dryRun ? 'would be ' : '';
  say(`${asked.dryRun ? 'dry run of the undo' : 'undo'} of import ${asked.id} (${file})`);
  say(`${would}removed   ${account.removed}`);
  say(`${would}restored  ${account.restored}   (what the import had replaced)`);
  if (account.stayed > 0)
    say(`stay      ${account.stayed}   (replaced or corrected since by something else)`);
  if (account.held > 0)
    say(`stay      ${account.held}   (under a legal hold; undo again once it is released)`);
  if (account.restricted > 0)
    say(`stay      ${account.restricted}   (set aside in a dispute; undo again once it is settled)`);
  return 0;
}

interface Done {
  readonly file: string;
  readonly account: UndoAccount;
}

/** Each call works for some seconds; the last one finishes. */
async function throughServer(
  server: { readonly url: string; readonly key: string },
  { id, reason, dryRun }: Asked,
  say: (text: string) => void,
): Promise<Done> {
  let account: UndoAccount = { removed: 0, restored: 0, stayed: 0, held: 0, restricted: 0 };
  for (let after: string | null = null; ; ) {
    const response: Response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: MUTATION, variables: { id, reason, dryRun, after } }),
    });
    const answer: unknown = await response.json().catch(() => ({}));
    const { data, errors } = answer as {
      data?: {
        undoImport: Omit<UndoResult, 'last'> & { next: string | null; import: { file: string } };
      } | null;
      errors?: readonly { readonly message: string }[];
    };
    if (!data || errors)
      throw new Error(
        errors?.map(({ message }) => message).join('\n') ?? `the server answered ${response.status}`,
      );
    const { undoImport: done } = data;
    account = {
      removed: account.removed + done.removed,
      restored: account.restored + done.restored,
      stayed: account.stayed + done.stayed,
      // Each call of an undo visits all of these before its end; those of a dry run begin where the last one
      // ended.
      held: dryRun ? account.held + done.held : done.held,
      restricted: dryRun ? account.restricted + done.restricted : done.restricted,
    };
    after = dryRun ? done.next : null;
    if (done.complete) return { file: done.import.file, account };
    say(`${account.removed + account.restored + account.stayed} answers so far`);
  }
}

async function onRecord(config: Config, { id, reason, dryRun }: Asked): Promise<Done> {
  const onError = (error: Error) => process.stderr.write(`${safeMessage(error)}\n`);
  const database = await openDatabase(config, onError);
  try {
    const run: ImportRun | null = await findImport(database.store, id);
    if (!run) throw new Error('id: there is no import of that id; the query imports lists them');
    const who = {
      actor: 'system',
      actorName: 'npm run import',
      role: 'system',
      policyVersion: null,
      purpose: null,
    };
    const by = {
      actor: who.actorName,
      reason,
      note: (session: Parameters<typeof audit>[0], subject: Parameters<typeof audit>[1]['subject']) =>
        audit(session, { ...who, at: Date.now(), action: 'undoImport', subject, outcome: 'done' }),
    };
    return { file: run.file, account: await undoImport(database, run, by, { dryRun, now: Date.now }) };
  } finally {
    await database.close();
  }
}
