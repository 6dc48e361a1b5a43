import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { ownDataFolder } from '../../instance/data-folder.ts';
import { fileKeyProvider } from '../../instance/keys/file-provider.ts';
import { openDatabase } from '../../instance/open-database.ts';
import { writeOnce } from '../../instance/secret-file.ts';
import { adminKey, pepper, signingKeys } from '../../instance/secrets.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'scoreline-secrets-'));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});
const modeOf = (...path: string[]) => (lstatSync(join(...path)).mode & 0o777).toString(8);
const SECRETS = ['admin-key', 'pepper', 'wrapping-keys', 'signing-key'];

/** A first start in a process of its own. */
function starter(dataDir: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/fixtures/first-start.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, SCORELINE_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  return { child, output: () => output, finished: once(child, 'close') };
}

describe('generated secrets', () => {
  it('are the same for all that start at once', async () => {
    const dataDir = folder();
    const starters = Array.from({ length: 4 }, () => starter(dataDir));
    await Promise.all(starters.map(({ finished }) => finished));
    const outputs = starters.map(({ output }) => output());
    expect(outputs[0]).toContain('signing-key ');
    expect(new Set(outputs).size).toBe(1);
    expect(readdirSync(dataDir).sort()).toEqual([...SECRETS].sort());
    for (const name of SECRETS) expect(modeOf(dataDir, name)).toBe('600');
  });

  it('are whole or missing, whenever the process is killed', async () => {
    const dataDir = folder();
    for (const pause of [0, 0, 1, 2, 4]) {
      for (const name of SECRETS) rmSync(join(dataDir, name), { force: true });
      const { child, output, finished } = starter(dataDir);
      while (!output().includes('begins')) await sleep(1);
      await sleep(pause);
      child.kill('SIGKILL');
      await finished;
      for (const name of SECRETS.filter((one) => existsSync(join(dataDir, one))))
        expect(readFileSync(join(dataDir, name), 'utf8'), name).toMatch(
          /^[^\n]{40,}\n$|END PRIVATE KEY-----\n$/,
        );
    }
    const { output, finished } = starter(dataDir);
    await finished;
    for (const name of SECRETS) expect(output()).toContain(`${name} `);
  });

  it('leave nothing behind of a process that was killed while writing', async () => {
    const dataDir = folder();
    const left = join(dataDir, '.pepper.0123456789abcdef.new');
    writeFileSync(left, 'half');
    const { utimesSync } = await import('node:fs');
    utimesSync(left, 1, 1);
    expect(await writeOnce(join(dataDir, 'pepper'), 'whole\n')).toBe(true);
    expect(await writeOnce(join(dataDir, 'pepper'), 'other\n')).toBe(false);
    expect(readdirSync(dataDir)).toEqual(['pepper']);
    expect(readFileSync(join(dataDir, 'pepper'), 'utf8')).toBe('whole\n');
  });

  it('report what to do if an older version left an empty file', async () => {
    const dataDir = folder();
    for (const name of SECRETS) writeFileSync(join(dataDir, name), '');
    const config = await loadConfig({ SCORELINE_DATA_DIR: dataDir });
    const says = /is empty, as an interrupted first start .* restore it from its backup, or remove it/;
    await expect(adminKey(config)).rejects.toThrow(says);
    await expect(pepper(config)).rejects.toThrow(says);
    await expect(signingKeys(config)).rejects.toThrow(says);
    await expect(fileKeyProvider(join(dataDir, 'wrapping-keys'))).rejects.toThrow(/holds no key/);
    writeFileSync(join(dataDir, 'signing-key'), '-----BEGIN PRIVATE KEY-----\nMC4CAQ');
    await expect(signingKeys(config)).rejects.toThrow(/signing-key, to be restored.* must be an Ed25519/);
  });
});

describe('configured secrets', () => {
  it('come from the environment, from mounted files, from a folder, or from the data folder, in this order', async () => {
    const [shared, own, mounted] = [folder(), folder(), folder()];
    writeFileSync(join(shared, 'admin-key'), 'from-the-folder-of-secrets\n');
    writeFileSync(join(own, 'pepper'), `${'ab'.repeat(32)}\n`);
    writeFileSync(join(mounted, 'key'), 'from-a-mounted-file\n');
    const env = { SCORELINE_DATA_DIR: own, SCORELINE_SECRETS_DIR: shared };
    const config = await loadConfig(env);
    expect((await adminKey(config)).value).toBe('from-the-folder-of-secrets');
    expect((await pepper(config)).secret.toString('hex')).toBe('ab'.repeat(32));
    // What is nowhere is made where all servers look.
    const [made] = await signingKeys(config);
    expect(existsSync(join(shared, 'signing-key'))).toBe(true);
    expect(existsSync(join(own, 'signing-key'))).toBe(false);
    const file = join(mounted, 'key');
    const fromFile = await loadConfig({ ...env, SCORELINE_ADMIN_KEY_FILE: file });
    expect((await adminKey(fromFile)).value).toBe('from-a-mounted-file');
    const both = loadConfig({ ...env, SCORELINE_ADMIN_KEY_FILE: file, SCORELINE_ADMIN_KEY: 'x'.repeat(40) });
    await expect(both).rejects.toThrow('SCORELINE_ADMIN_KEY_FILE is set beside SCORELINE_ADMIN_KEY');
    const none = loadConfig({ ...env, SCORELINE_PEPPER_FILE: join(mounted, 'none') });
    await expect(none).rejects.toThrow(/^SCORELINE_PEPPER_FILE: .* cannot be read: ENOENT$/);
    const pem = made.export({ type: 'pkcs8', format: 'pem' }).toString();
    const der = made.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    for (const text of [pem, pem.replaceAll('\n', '\\n'), der, `${der},${der}`]) {
      const given = await signingKeys(await loadConfig({ ...env, SCORELINE_SIGNING_KEY: text }));
      expect(given[0].equals(made)).toBe(true);
    }
    const wrong = await loadConfig({ ...env, SCORELINE_SIGNING_KEY: 'c2VjcmV0' });
    await expect(signingKeys(wrong)).rejects.toThrow(/^SCORELINE_SIGNING_KEY must be an Ed25519 private key/);
    await expect(signingKeys(wrong)).rejects.not.toThrow(/c2VjcmV0/);
  });
});

describe('a refused start', () => {
  it('generates no secret in place of the one that the database is bound to', async () => {
    const [dataDir, shared, aside] = [folder(), folder(), folder()];
    const before = process.umask();
    const refuse = (error: Error) => {
      throw error;
    };
    const config = await loadConfig({ SCORELINE_DATA_DIR: dataDir, SCORELINE_SECRETS_DIR: shared });
    const open = async () => (await openDatabase(config, refuse)).close();
    try {
      await open();
      const made = readdirSync(shared).sort();
      expect(made).toEqual(['pepper', 'signing-key', 'wrapping-keys']);
      const says = {
        pepper: /another pseudonym pepper/,
        'signing-key': /is signed with the key [0-9a-f]{64}.*Nothing was stored$/,
      };
      for (const [name, message] of Object.entries(says)) {
        renameSync(join(shared, name), join(aside, name));
        await expect(open()).rejects.toThrow(message);
        expect(existsSync(join(shared, name)), name).toBe(false);
        renameSync(join(aside, name), join(shared, name));
      }
      await open();
      expect(readdirSync(shared).sort()).toEqual(made);
    } finally {
      process.umask(before);
    }
  });
});

describe('the data folder', () => {
  it('is readable by the owner only with everything in it, even if it existed before', async () => {
    const dataDir = folder();
    mkdirSync(join(dataDir, 'record', 'base'), { recursive: true });
    mkdirSync(join(dataDir, 'seals'));
    // Files that people sent, and copies of watched ones.
    mkdirSync(join(dataDir, 'uploads'));
    mkdirSync(join(dataDir, 'watched'));
    const FILES = ['record/base/1', 'seals/heads.ndjson', 'uploads/data', 'watched/1', 'pepper'];
    const DIRECTORIES = ['', 'record', 'record/base', 'seals', 'uploads', 'watched'];
    for (const file of FILES) {
      writeFileSync(join(dataDir, file), 'x');
      chmodSync(join(dataDir, file), 0o666);
    }
    for (const one of DIRECTORIES) chmodSync(join(dataDir, one), 0o755);
    const notes: string[] = [];
    const before = process.umask();
    try {
      await ownDataFolder(dataDir, ({ message }) => notes.push(message));
      expect(process.umask()).toBe(0o077);
    } finally {
      process.umask(before);
    }
    for (const one of DIRECTORIES) expect(modeOf(dataDir, one)).toBe('700');
    for (const file of FILES) expect(modeOf(dataDir, file)).toBe('600');
    expect(notes).toEqual([expect.stringMatching(/: 11 files and folders were open to others/)]);
    await ownDataFolder(dataDir, ({ message }) => notes.push(message));
    process.umask(before);
    expect(notes).toHaveLength(1);
  });

  it('with other contents is left as it is, except for entries of Scoreline, and links are not followed', async () => {
    const [home, elsewhere] = [folder(), folder()];
    writeFileSync(join(home, 'letter.txt'), 'x');
    writeFileSync(join(home, 'pepper'), 'x');
    chmodSync(join(home, 'letter.txt'), 0o644);
    chmodSync(join(home, 'pepper'), 0o644);
    chmodSync(home, 0o755);
    chmodSync(elsewhere, 0o755);
    symlinkSync(elsewhere, join(home, 'seals'));
    const notes: string[] = [];
    const before = process.umask();
    await ownDataFolder(home, ({ message }) => notes.push(message));
    process.umask(before);
    expect([modeOf(home), modeOf(home, 'letter.txt'), modeOf(elsewhere)]).toEqual(['755', '644', '755']);
    expect(modeOf(home, 'pepper')).toBe('600');
    expect(notes[0]).toMatch(/holds other things than Scoreline's \(such as "letter.txt"\)/);
  });
});
