import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { exportLineage } from '../graph/openlineage/export.ts';
import {
  fileTransport,
  httpTransport,
  streamTransport,
  type Transport,
} from '../graph/openlineage/transports.ts';
import { openRecord } from '../instance/open-record.ts';

const USAGE = `usage: npm run --silent lineage:export -- --format openlineage [--to FILE|URL] [--key KEY] [--restart]
  --to       an NDJSON file, or the http(s) URL of an OpenLineage endpoint; without it, standard output from the beginning
  --key      sent to the URL as a bearer token
  --restart  from the beginning, not from where the last export to this place ended`;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        format: { type: 'string' },
        to: { type: 'string' },
        key: { type: 'string' },
        restart: { type: 'boolean', default: false },
      },
    });
    if (values.format !== 'openlineage') throw new Error('--format must be openlineage');
    if (values.to?.startsWith('kafka:'))
      throw new Error('--to: Kafka is not supported; send to a file or a URL');
    return values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}

function transportTo(to: string | undefined, key: string | undefined): Transport {
  if (to === undefined) return streamTransport(process.stdout);
  return /^https?:\/\//.test(to) ? httpTransport(to, key) : fileTransport(to);
}

/** npm run lineage:export: OpenLineage run events of all that ran since the last export to the same place. */
async function main(): Promise<void> {
  const { to, key, restart } = readArguments();
  const config = await loadConfig();
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const record = await openRecord(config, ({ message }) => process.stderr.write(`${message}\n`));
  try {
    const transport = transportTo(to, key);
    const options = { transport, engineVersion: version, restart: restart || to === undefined };
    const sent = await exportLineage(record, EVERYTHING, options);
    process.stderr.write(`${sent} events\n`);
  } finally {
    await record.close();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`lineage:export: ${error.message}\n`);
  process.exitCode = 1;
});
