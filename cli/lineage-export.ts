import { readFile } from 'node:fs/promises';
import { loadConfig } from '../config/config.ts';
import { EVERYTHING } from '../domain/access/scope.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { isKafkaUrl, type KafkaTarget, parseKafkaUrl } from '../domain/kafka/kafka-target.ts';
import { exportLineage } from '../graph/export/openlineage/export.ts';
import { kafkaTransport } from '../graph/export/openlineage/kafka.ts';
import {
  fileTransport,
  httpTransport,
  streamTransport,
  type Transport,
} from '../graph/export/openlineage/transports.ts';
import { openDatabase } from '../instance/open-database.ts';
import { UsageError } from './command.ts';
import { keyIn } from './key-file.ts';

function transportTo(to: string | undefined, key: string | undefined): Transport {
  if (to === undefined) return streamTransport(process.stdout);
  if (isKafkaUrl(to)) return kafkaTransport(kafkaTarget(to));
  return /^https?:\/\//.test(to) ? httpTransport(to, key) : fileTransport(to);
}

function kafkaTarget(to: string): KafkaTarget {
  try {
    return parseKafkaUrl(to);
  } catch (error) {
    throw new Error(`--to: ${(error as Error).message}`);
  }
}

/** Sends OpenLineage run events of all that ran since the last export to the same place. */
export async function sendLineage(values: {
  readonly format: string | undefined;
  readonly to: string | undefined;
  readonly key: string | undefined;
  readonly 'key-file': string | undefined;
  readonly restart: boolean;
}): Promise<number> {
  const { format, to, 'key-file': file } = values;
  if (format !== 'openlineage') throw new UsageError('--format must be openlineage');
  if (values.key !== undefined && file !== undefined)
    throw new UsageError('--key and --key-file: give one of them');
  const given = (['key', 'key-file'] as const).find((name) => values[name] !== undefined);
  if (given && to !== undefined && isKafkaUrl(to))
    throw new Error(`--${given}: for Kafka write USER:PASSWORD@ before the brokers in --to`);
  if (values.key !== undefined)
    process.stderr.write(
      '--key shows the key to everyone who lists processes on this machine; write it into a file for --key-file\n',
    );
  const key = file === undefined ? values.key : await keyIn(file);
  const transport = transportTo(to, key);
  const restart = values.restart || to === undefined;
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
    return 0;
  } finally {
    await transport.close?.();
    await database.close();
  }
}
