import { existsSync } from 'node:fs';
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { loadPolicies } from '../api/access/policies.ts';
import { type Config, ConfigError, loadConfig } from '../config/config.ts';
import { openKeyProviders } from '../instance/keys/open-provider.ts';
import { findHolder } from '../instance/lock.ts';
import { embeddedFolder } from '../instance/open-database.ts';
import { type SecretName, secretPath } from '../instance/secrets.ts';
import { isComplete } from '../scoring/encoder-id.ts';
import { encoderFolders, LANGUAGES } from '../scoring/multilingual/recipe.ts';
import { newerMigrationIn } from '../store/setup/migrations.ts';
import { examineDatabase, examineGraph } from './doctor-database.ts';
import { examineAddresses, examineKafka, examineLogins, examineTokens } from './doctor-others.ts';
import { bad, type Finding, finding, good, linesOf } from './finding.ts';

const MIB = 1024 * 1024;
const OLDEST_NODE = [20, 19] as const;
/** What Scoreline stores besides a database on a server. */
const ROOM = 100 * MIB;
const ENCODER_FILES = ['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx'];

/** Checks all that Scoreline needs, changes nothing, and says what to do about each problem; the exit code. */
export async function examineAll(): Promise<number> {
  const findings: Finding[] = [examineNode()];
  const config = await loadConfig().catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n'))
      findings.push(bad(`configuration: ${line}`, 'set it as the table of variables in README.md says'));
    return null;
  });
  if (config) {
    findings.push(good('configuration: every variable and the file of the deployment can be read'));
    findings.push(...(await examineFolder(config)));
    for (const name of ['admin-key', 'pepper', 'wrapping-keys', 'signing-key'] as const)
      findings.push(...(await examineSecret(config, name)));
    findings.push(...(await examineKeyProvider(config)), ...(await examinePolicies(config)));
    findings.push(...(await examineTokens(config)), ...(await examineLogins(config)));
    findings.push(...examineAddresses(config), ...(await examineKafka(config)));
    findings.push(...(await examineEncoder(config)), ...examineLanguages(config), await examinePort(config));
    if (config.databaseUrl) findings.push(...(await examineDatabase(config.databaseUrl)));
    else findings.push(examineEmbedded(config));
    if (config.neo4j) findings.push(...(await examineGraph(config.neo4j)));
    else findings.push(good('lineage comes from the database, without Neo4j'));
  }
  for (const one of findings) process.stdout.write(linesOf(one));
  const failed = findings.filter(({ ok }) => !ok).length;
  process.stdout.write(failed === 0 ? 'Nothing is wrong.\n' : `${failed} of ${findings.length} fail.\n`);
  return failed === 0 ? 0 : 1;
}

function examineNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldest, oldestMinor] = OLDEST_NODE;
  const isNew = major > oldest || (major === oldest && minor >= oldestMinor);
  return isNew
    ? good(`Node.js ${process.versions.node}`)
    : bad(`Node.js ${process.versions.node}`, `use ${OLDEST_NODE.join('.')} or newer`);
}

/** Without opening it, which would change its files. */
function examineEmbedded(config: Config): Finding {
  const newer = newerMigrationIn(embeddedFolder(config));
  return newer ? bad(newer.what, newer.advice) : good('the database is embedded, in the data folder');
}

function examineFolder({ dataDir, databaseUrl, diskReserve }: Config): Promise<Finding[]> {
  const advice = `make it, or set SCORELINE_DATA_DIR to a folder that this user may write`;
  return finding(`data folder ${dataDir}`, advice, async () => {
    const found = await stat(dataDir).catch(() => null);
    await access(found ? dataDir : dirname(dataDir), constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(found ? dataDir : dirname(dataDir));
    const [free, needed] = [bavail * bsize, databaseUrl === undefined ? diskReserve : ROOM];
    const room = `${Math.floor(free / MIB)} MiB are free on its disk, needed are ${Math.floor(needed / MIB)}`;
    return [
      !found
        ? good(`data folder ${dataDir}: it is made at the first start`)
        : (found.mode & 0o077) === 0
          ? good(`data folder ${dataDir}: only its owner can access it`)
          : bad(`data folder ${dataDir}: other users can read it`, `chmod go= '${dataDir}'`),
      free < needed ? bad(room, 'make room, or set SCORELINE_DATA_DIR to another disk') : good(room),
    ];
  });
}

/** Its origin and whether it can be read; never its value. */
function examineSecret(config: Config, name: SecretName): Promise<Finding[]> {
  const given = {
    'admin-key': config.adminKey,
    pepper: config.pepper,
    'wrapping-keys': config.keys.kek,
    'signing-key': config.signingKeys,
  }[name];
  const advice = `restore the file from its backup, and let this user own it: chmod 600`;
  return finding(`secret ${name}`, advice, async () => {
    if (given !== undefined) return good(`secret ${name}: set by the environment`);
    const path = await secretPath(config, name);
    const found = await stat(path).catch(() => null);
    if (!found) return good(`secret ${name}: it is made at the first start, unless the environment gives it`);
    if ((found.mode & 0o077) !== 0)
      return bad(`secret ${path}: other users can read it`, `chmod 600 '${path}'`);
    const text = await readFile(path, 'utf8');
    return text.trim() === ''
      ? bad(`secret ${path}: it is empty`, advice)
      : good(`secret ${name}: in ${path}`);
  });
}

async function examineKeyProvider(config: Config): Promise<Finding[]> {
  const { provider } = config.keys;
  // The file's key is checked with the secrets, and opening it might create it.
  if (provider === 'file') return [];
  const advice = 'check its address, its credentials and the name of the key';
  return finding(`key provider ${provider}`, advice, async () => {
    const keys = { ...config.keys, kek: config.keys.kek ?? ['00'.repeat(32)] };
    const [chosen] = await openKeyProviders({ ...config, keys }, Date.now, new Set());
    await chosen.current();
    return good(`key provider ${provider} answers`);
  });
}

function examinePolicies({ policies: folder, dimensions }: Config): Promise<Finding[]> {
  return finding(`policies in ${folder}`, 'npm run policies lists every mistake', async () => {
    const policies = await loadPolicies(folder, dimensions);
    return good(`policies in ${folder}: valid, version ${policies.version}`);
  });
}

/** Comments are scored by it; without its files responses are accepted and wait. */
function examineEncoder({ encoder, roles }: Config): Promise<Finding[]> {
  if (!roles.has('follow') || encoder === undefined || !existsSync(encoder)) return Promise.resolve([]);
  const advice =
    'SCORELINE_ENCODER must name a folder with config.json, tokenizer.json and onnx/model_quantized.onnx';
  return finding(`encoder ${encoder}`, advice, async () => {
    for (const name of ENCODER_FILES) await access(join(encoder, name), constants.R_OK);
    return good(`encoder ${encoder}: its files are there`);
  });
}

/** Whether other languages than English can be read, which is a choice. */
function examineLanguages({ encoder, roles, dataDir }: Config): Finding[] {
  if (!roles.has('follow') || encoder !== undefined) return [];
  const folder = encoderFolders(join(dataDir, 'encoders')).find(isComplete);
  return [
    good(
      folder
        ? `an encoder for ${LANGUAGES.length} languages is there; the mutation pairModels adds a model of it to the one in use (docs/guides/languages.md)`
        : 'comments are read in English; "scoreline model multilingual" builds an encoder for more languages',
    ),
  ];
}

/** A server that runs on the data folder has the port itself. */
async function examinePort(config: Config): Promise<Finding> {
  const { host, port, dataDir } = config;
  const holder = await findHolder(dataDir).catch(() => null);
  if (holder?.pid === null)
    return bad(
      `a process holds the data folder ${dataDir} and does not answer`,
      'it is stopped or very busy: let it go on, or end it',
    );
  if (holder) return good(`a server runs: process ${holder.pid}${holder.url ? `, at ${holder.url}` : ''}`);
  if (port === 0) return good('PORT is 0: the system chooses a free port');
  const code = await listenOnce(host, port);
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === undefined) return good(`port ${address} is free`);
  return bad(
    `port ${address} cannot be used: ${code}`,
    PORT_ADVICE[code] ?? 'set HOST and PORT to an address of this machine',
  );
}

const PORT_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'stop the program that listens there, or set PORT to another port',
  EACCES: 'set PORT to a port above 1023, or allow this user to use lower ones',
};

/** The error code of listening there, undefined where it works. */
function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
