import { parseArgs } from 'node:util';
import type { Config } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { openDatabase } from '../instance/open-database.ts';
import { audit } from '../store/audit/audit.ts';
import { undoImport } from '../store/imports/import-undo.ts';
import { NOTHING_UNDONE, sumOfUndo, type UndoAccount } from '../store/imports/undo-account.ts';
import { findImport, type ImportRun } from '../store/responses/imports.ts';
import { type AskedServer, askServer } from './ask-server.ts';
import { findServer, keyOf } from './sink.ts';

export const UNDO_USAGE = `       npm run import -- --undo ID [--dry-run] [--reason TEXT] [--url URL]
  --undo     undoes the import with that id: removes what it added, restores what it replaced
  --dry-run  only says how many answers that would be
  --reason kept in the audit log`;

const MUTATION = `mutation Undo($id: ID!, $reason: String!) {
  undoImport(id: $id, reason: $reason) { name undo { complete removed restored stayed held restricted facts } } }`;
const PREVIEW = `query Preview($id: ID!, $after: String) {
  undoPreview(id: $id, after: $after) { next removed restored stayed held restricted facts } }`;

/** What to undo, and why. */
export interface Asked {
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
    if (values.reason.trim() === '') throw new Error('--reason: say why; it is kept in the audit log');
    // As printed, or as the query imports lists it.
    const key = id.trim().replace(/^Import:/, '');
    return { id: key, reason: values.reason.trim(), dryRun: values['dry-run'], url: values.url };
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
  if (account.facts > 0) say(`${would}removed   ${account.facts}   outcomes and change events`);
  if (account.stayed > 0)
    say(`stay      ${account.stayed}   (replaced or corrected since by something else)`);
  if (account.held > 0)
    say(`stay      ${account.held}   (under a legal hold; undo again once it is released)`);
  if (account.restricted > 0)
    say(`stay      ${account.restricted}   (restricted in a dispute; undo again once it is settled)`);
  return 0;
}

interface Done {
  readonly file: string;
  readonly account: UndoAccount;
}

async function throughServer(
  server: AskedServer,
  { id, reason, dryRun }: Asked,
  say: (text: string) => void,
): Promise<Done> {
  return dryRun ? previewThrough(server, id, say) : undoThrough(server, { id, reason }, say);
}

/** Each call works for some seconds; the last one finishes. */
async function undoThrough(
  server: AskedServer,
  variables: { readonly id: string; readonly reason: string },
  say: (text: string) => void,
): Promise<Done> {
  type Undone = { name: string; undo: UndoAccount & { readonly complete: boolean } };
  for (let facts = 0; ; ) {
    const { undoImport: run } = await askServer<{ undoImport: Undone }>(server, MUTATION, variables);
    facts += run.undo.facts;
    if (run.undo.complete) return { file: run.name, account: { ...run.undo, facts } };
    say(`${run.undo.removed + run.undo.restored + run.undo.stayed} answers so far`);
  }
}

/** The pages of a preview add up. */
async function previewThrough(server: AskedServer, id: string, say: (text: string) => void): Promise<Done> {
  type Page = UndoAccount & { readonly next: string | null };
  const { node } = await askServer<{ node: { name: string } | null }>(
    server,
    'query Named($id: ID!) { node(id: $id) { ... on Import { name } } }',
    { id: `Import:${id}` },
  );
  let account: UndoAccount = NOTHING_UNDONE;
  for (let after: string | null = null; ; ) {
    const { undoPreview: page }: { undoPreview: Page } = await askServer(server, PREVIEW, { id, after });
    account = sumOfUndo(account, page);
    after = page.next;
    if (after === null) return { file: node?.name ?? '', account };
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
    const account = await undoImport(database, run, by, { dryRun, now: Date.now });
    // As through a server: an undo that goes on counts what was undone before.
    const undone = dryRun ? null : await findImport(database.store, run.key);
    return { file: run.file, account: { ...account, ...(undone && countsOf(undone)) } };
  } finally {
    await database.close();
  }
}

const countsOf = ({ removed, restored, stayed }: ImportRun) => ({ removed, restored, stayed });
