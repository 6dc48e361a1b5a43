import { loadConfig } from '../config/config.ts';
import { askServer } from './ask-server.ts';
import { UsageError } from './command.ts';
import { findServer, keyOf } from './sink.ts';

const QUERY = `mutation Train($until: DateTime, $reason: String!, $encoder: String) {
  trainModel(until: $until, reason: $reason, encoder: $encoder) { id label stage evaluation trainingSets { head examples hash } }
}`;

interface Trained {
  readonly trainModel: { readonly id: string; readonly label: string } & Record<string, unknown>;
}

/** Asks the server to train a candidate, and shows its evaluation. */
export async function train(values: {
  readonly reason: string | undefined;
  readonly until: string | undefined;
  readonly encoder: string | undefined;
  readonly url: string | undefined;
}): Promise<number> {
  if (!values.reason) throw new UsageError('--reason is needed: it is kept in the audit log');
  const config = await loadConfig();
  const server = values.url
    ? { url: values.url.replace(/\/$/, ''), key: await keyOf(config) }
    : await findServer(config);
  if (!server)
    throw new Error(`no server runs on ${config.dataDir}: start one with npm start, or name it with --url`);
  const { trainModel } = await askServer<Trained>(server, QUERY, {
    until: values.until ?? null,
    reason: values.reason,
    encoder: values.encoder ?? null,
  });
  const { id, label, ...rest } = trainModel;
  process.stdout.write(`${id}: ${label}\n${JSON.stringify(rest, null, 2)}\n`);
  process.stdout.write(
    `Next: compare it with the champion (modelQuality), then promoteModel(id: "${id}", reason: "...")\n`,
  );
  return 0;
}
