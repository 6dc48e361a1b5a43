import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cacheFolder } from './places.ts';

const SCRIPTS = {
  timescaledb: 'timescaledb.sh',
  neo4j: 'neo4j/install.sh',
  kafka: 'kafka/install.sh',
  schemathesis: 'schemathesis.sh',
  'bi-clients': 'bi-clients.sh',
  'scoreline-e5': 'multilingual.sh',
} as const;

/** The folder that it is installed in, after installing it there if it was missing (see the scripts). */
export async function installed(service: keyof typeof SCRIPTS): Promise<string> {
  const prefix = join(cacheFolder(), service);
  const script = join(import.meta.dirname, SCRIPTS[service]);
  const child = spawn('bash', [script, prefix], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  // The script has said why on stderr; its whole output is in PREFIX.log.
  if (code !== 0) throw new Error(`${SCRIPTS[service]} failed (see above, and ${prefix}.log)`);
  return prefix;
}

/** Installs everything that can be installed and is missing. */
export async function installAll(): Promise<void> {
  await Promise.allSettled((Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[]).map(installed));
}
