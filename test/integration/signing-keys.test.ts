import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { keptKey, keyFingerprint, publicKeyOf, signText } from '../../domain/seals/signing-key.ts';
import { checkSigningKey } from '../../instance/signing.ts';
import { keepCheckpointFile } from '../../proof/checkpoint-file.ts';
import { readCheckpointFile } from '../../proof/checkpoint-publisher.ts';
import { exportProof } from '../../proof/export-proof.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { BY, subjectBehind } from '../fixtures/erasing.ts';
import {
  HOUR_MS,
  nameOf,
  openSealedDatabase,
  type SealedDatabase,
  sealsOf,
} from '../fixtures/sealed-database.ts';

const { verifyProof } = (await import(
  fileURLToPath(new URL('../../verifier/verify.js', import.meta.url))
)) as {
  verifyProof: (
    proof: unknown,
    options: { key?: string },
  ) => { verdict: string; reason: string | null; key?: string };
};

const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
const DAYS = { from: BASE, until: BASE + 2 * DAY_MS };
const answers = (round: string, count = 12) =>
  Array.from({ length: count }, (_, i) => ({
    externalId: `${round}${i}`,
    answeredAt: new Date(BASE + (round.charCodeAt(0) % 20) * HOUR_MS + i * 60_000).toISOString(),
    score: (i * 7) % 11,
    region: 'Peru',
  }));
const newKey = () => generateKeyPairSync('ed25519').privateKey;
const print = (key: KeyObject) => keyFingerprint(publicKeyOf(key));

/** Binds the database to the last of the keys like a start does. */
const start = (database: SealedDatabase, ...keys: [KeyObject, ...KeyObject[]]) =>
  checkSigningKey(database.store, { keys, isLost: false, now: Date.now() });

/** A process on the database with a key and a checkpoint file of its own. */
function processWith(database: SealedDatabase, signingKey: KeyObject) {
  const sign = (text: string) => signText(signingKey, text);
  const seals = sealsOf({ ...database, signingKey, sign }, keepCheckpointFile);
  return {
    ...seals,
    verify: () => seals.verify(DAYS),
    proof: () => exportProof(seals.verifyDeps, EVERYTHING, nameOf(DAYS)),
    erase: async (externalId: string) => {
      const [row] = await database.sql<{ id: string }>('SELECT id FROM response WHERE external_id = $1', [
        externalId,
      ]);
      await erase({ ...database, sign }, subjectBehind(row?.id ?? ''), BY);
    },
  };
}

describe('a database', () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
  });
  afterAll(() => database?.close());
  const rows = () => database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM signing_key');

  it('is bound to the key of its first start, and to the one that signed it before keys were stored', async () => {
    await database.submit(answers('a'));
    await database.seal();
    // As an earlier data folder: checkpoints, and no row that names a key.
    await expect(start(database, newKey())).rejects.toThrow(/signed with another key.*--signing --lost/);
    expect(await rows()).toEqual([{ n: 0 }]);
    expect(await start(database, database.signingKey)).toBe(database.signingKey);
    expect(await rows()).toEqual([{ n: 1 }]);
    expect(await start(database, database.signingKey)).toBe(database.signingKey);
    expect(await rows()).toEqual([{ n: 1 }]);
  });

  it('refuses another key, naming the one that signs it, before anything is stored', async () => {
    const before = await database.sql('SELECT count(*) FROM audit_log');
    await expect(start(database, newKey())).rejects.toThrow(
      new RegExp(
        `^this database is signed with the key ${print(database.signingKey)}, .* SCORELINE_SIGNING_KEY .* Nothing was stored$`,
      ),
    );
    expect(await database.sql('SELECT count(*) FROM audit_log')).toEqual(before);
    expect(await rows()).toEqual([{ n: 1 }]);
  });
});

describe('a rotation', () => {
  let database: SealedDatabase;
  let old: ReturnType<typeof processWith>;
  let fresh: ReturnType<typeof processWith>;
  const second = newKey();
  beforeAll(async () => {
    database = await openSealedDatabase();
    await start(database, database.signingKey);
    old = processWith(database, database.signingKey);
    await database.submit(answers('a'));
    await old.seal();
    await old.erase('a0');
    await start(database, database.signingKey, second);
    fresh = processWith(database, second);
  });
  afterAll(async () => {
    old?.removeFiles();
    fresh?.removeFiles();
    await database?.close();
  });

  it('is declared by giving both keys, in the audit log, and once', async () => {
    await start(database, database.signingKey, second);
    await start(database, second);
    const noted = await database.sql<{ subject: string }>(
      "SELECT subject FROM audit_log WHERE action = 'changeKeys'",
    );
    expect(noted.map(({ subject }) => JSON.parse(subject))).toEqual([
      expect.objectContaining({ action: 'signing', key: print(second), signedByFormer: true }),
    ]);
    await expect(start(database, database.signingKey)).rejects.toThrow(
      new RegExp(`is an older one of this database, which is now signed with ${print(second)}`),
    );
  });

  it('ends what a process with the former key may sign: it neither seals nor erases nor proves', async () => {
    await expect(old.erase('a1')).rejects.toThrow(/was rotated while this process ran: restart it/);
    const [{ n } = { n: 0 }] = await database.sql<{ n: number }>(
      "SELECT count(*)::integer AS n FROM response WHERE external_id = 'a1'",
    );
    expect(n).toBe(1);
    await expect(old.proof()).rejects.toThrow(/the signing key was rotated/);
    await database.submit(answers('b'));
    await expect(old.seal()).rejects.toThrow(/was rotated while this process ran/);
  });

  it('leaves everything provable, by checkpoints and erasures before and since, on every server', async () => {
    await fresh.seal();
    await fresh.erase('a2');
    await fresh.erase('b3');
    await fresh.seal();
    for (const server of [fresh, old]) {
      const found = await server.verify();
      expect(found).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', erased: 3 });
    }
    const lines = (await readCheckpointFile(fresh.checkpointFile))?.heads ?? [];
    expect(lines).toEqual((await readCheckpointFile(old.checkpointFile))?.heads);
    const signers = new Set(lines.map(({ body }) => JSON.parse(body).key as string));
    expect(signers).toEqual(new Set([print(database.signingKey), print(second)]));
  });

  it('is checked by the verifier from either key', async () => {
    const proof = await fresh.proof();
    for (const key of [undefined, print(second), print(database.signingKey)])
      expect(verifyProof(proof, key ? { key } : {})).toMatchObject({
        verdict: 'VERIFIED_WITH_ERASURES',
        reason: expect.stringContaining('3 sealed responses were erased'),
        key: print(second),
      });
    const other = verifyProof(proof, { key: print(newKey()) });
    expect(other).toMatchObject({ verdict: 'MISMATCH', reason: expect.stringContaining(print(second)) });
    const changes: ((copy: { keys: { statement: string; formerSignature: string | null }[] }) => void)[] = [
      (copy) => copy.keys.splice(0, 1),
      (copy) => Object.assign(copy.keys[1] ?? {}, { statement: null }),
      (copy) => {
        const [, one] = copy.keys;
        if (one) one.statement = one.statement.replace(/"size":\d+/, '"size":0');
      },
    ];
    for (const change of changes) {
      const copy = JSON.parse(JSON.stringify(proof));
      change(copy);
      expect(verifyProof(copy, {}), String(change)).toMatchObject({ verdict: 'MISMATCH' });
    }
    // Without the former key's word, who knows that key alone believes nothing.
    const copy = JSON.parse(JSON.stringify(proof));
    copy.keys[1].formerSignature = null;
    expect(verifyProof(copy, { key: print(database.signingKey) })).toMatchObject({ verdict: 'MISMATCH' });
    expect(verifyProof(copy, { key: print(second) })).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES' });
  });

  it('cannot be forged in the database: a key without signatures is trusted by no one', async () => {
    const forger = newKey();
    const add = (key: KeyObject, statement: string) =>
      database.sql(
        'INSERT INTO signing_key (id, public_key, statement, signature) SELECT max(id) + 1, $1, $2, $3 FROM signing_key',
        [keptKey(publicKeyOf(key)), statement, signText(key, statement)],
      );
    const [head] = await database.sql<{ size: number; body: string; signature: string }>(
      'SELECT size, body, signature FROM seal_head ORDER BY size DESC LIMIT 1',
    );
    const rotation = { format: 'scoreline-signing-key/1', key: print(forger), former: print(second) };
    await add(forger, JSON.stringify({ ...rotation, size: (head?.size ?? 1) - 1, head: null, audit: null }));
    expect(await fresh.verify()).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES' });
    const body = head?.body.replace(print(second), print(forger)) ?? '';
    await database.sql('UPDATE seal_head SET body = $1, signature = $2 WHERE size = $3', [
      body,
      signText(forger, body),
      head?.size,
    ]);
    expect(await fresh.verify()).toMatchObject({ verdict: 'MISMATCH' });
    await database.sql('UPDATE seal_head SET body = $1, signature = $2 WHERE size = $3', [
      head?.body,
      head?.signature,
      head?.size,
    ]);
    await database.sql('DELETE FROM signing_key WHERE public_key = $1', [keptKey(publicKeyOf(forger))]);
    expect(await fresh.verify()).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES' });
  });

  it('without the previous key, which is lost, is reported as such', async () => {
    const third = newKey();
    await checkSigningKey(database.store, { keys: [third], isLost: true, now: Date.now() });
    const server = processWith(database, third);
    try {
      expect(await server.verify()).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES' });
      const proof = await server.proof();
      expect(verifyProof(proof, { key: print(third) })).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES' });
      expect(verifyProof(proof, { key: print(second) })).toMatchObject({
        verdict: 'MISMATCH',
        reason: `the key ${print(second)} did not name ${print(third)} as its successor`,
      });
    } finally {
      server.removeFiles();
    }
  });
});

describe("a server's own checkpoint file", () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
    await start(database, database.signingKey);
    await database.submit(answers('a'));
    await database.seal();
  });
  afterAll(() => database?.close());

  it('is completed when another server seals, and is not repaired when it was cut', async () => {
    const other = processWith(database, database.signingKey);
    try {
      expect(await other.verify()).toMatchObject({ verdict: 'VERIFIED' });
      await database.submit(answers('b'));
      await database.seal();
      expect(await other.verify()).toMatchObject({ verdict: 'VERIFIED' });
      const { heads = [] } = (await readCheckpointFile(other.checkpointFile)) ?? {};
      expect(heads).toHaveLength(2);
      const { truncateSync, readFileSync } = await import('node:fs');
      truncateSync(other.checkpointFile, readFileSync(other.checkpointFile, 'utf8').indexOf('\n') + 1);
      const cut = await other.verify();
      expect(cut).toMatchObject({ verdict: 'MISMATCH' });
      expect(cut.reason).toMatch(/^checkpoint file: it lacks the checkpoint/);
    } finally {
      other.removeFiles();
    }
  });
});
