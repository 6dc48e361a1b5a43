import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { EVERYTHING } from '../domain/access/scope.ts';
import { safeMessage, terminalMessage } from '../domain/errors/error-facts.ts';
import { exportLineage } from '../graph/export/openlineage/export.ts';
import { kafkaTransport } from '../graph/export/openlineage/kafka.ts';
import { isKafkaUrl, type KafkaTarget, parseKafkaUrl } from '../graph/export/openlineage/kafka-target.ts';
import {
  fileTransport,
  httpTransport,
  streamTransport,
  type Transport,
} from '../graph/export/openlineage/transports.ts';
import { openDatabase } from '../instance/open-database.ts';

const USAGE = `usage: npm run --silent lineage:export -- --format openlineage [--to FILE|URL] [--key KEY] [--restart]
  --to       an NDJSON file, the http(s) URL of an OpenLineage endpoint, or a topic of Kafka, which must exist; without it,
             standard output from the beginning. Kafka: kafka://HOST:PORT[,HOST:PORT...]/TOPIC, or kafkas:// for TLS, with
             USER:PASSWORD@ before the brokers for a login by SASL/PLAIN, or by ?sasl=scram-sha-256 or scram-sha-512 at the end
  --key      sent to the http(s) URL as a bearer token
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
    const { to, key, restart } = values;
    return { transport: transportTo(to, key), restart: restart || to === undefined };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}

function transportTo(to: string | undefined, key: string | undefined): Transport {
  if (to === undefined) return streamTransport(process.stdout);
  if (isKafkaUrl(to)) {
    if (key !== undefined)
      throw new Error('--key: for Kafka write USER:PASSWORD@ before the brokers in --to');
    return kafkaTransport(kafkaTarget(to));
  }
  return /^https?:\/\//.test(to) ? httpTransport(to, key) : fileTransport(to);
}

function kafkaTarget(to: string): KafkaTarget {
  try {
    return parseKafkaUrl(to);
  } catch (error) {
    throw new Error(`--to: ${(error as Error).message}`);
  }
}

/**
 * npm run lineage:export: OpenLineage run events of everything that ran since the last export to the same
 * target.
 */
async function main(): Promise<void> {
  const { transport, restart } = readArguments();
  const config = await loadConfig();
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const database = await openDatabase(config, (error) => process.stderr.write(`${safeMessage(error)}\n`));
  try {
    const onSkipped = (reachesBack: Date) =>
      process.stderr.write(
        `the journal reaches back to ${reachesBack.toISOString()}: imports and scorings before that are not sent\n`,
      );
    const sent = await exportLineage(database, EVERYTHING, {
      transport,
      engineVersion: version,
      restart,
      onSkipped,
    });
    process.stderr.write(`${sent} events\n`);
  } finally {
    await transport.close?.();
    await database.close();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`lineage:export: ${terminalMessage(error)}\n`);
  process.exitCode = 1;
});
