import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withAudit } from '../../api/audit.ts';
import type { ApiContext } from '../../api/context.ts';
import { buildSchema } from '../../api/schema/schema.ts';
import { type AuditEntry, type AuditRow, auditLine, parseAuditLine } from '../../domain/seals/audit.ts';
import type { Checkpoint } from '../../domain/seals/seal.ts';
import { trustOnly } from '../../domain/seals/signing-key.ts';
import { checkAudit } from '../../proof/check-audit.ts';
import { brokenChain } from '../../proof/checkpoints.ts';
import { audit, auditCheckpoint, auditPolicies, readAudit, streamAudit } from '../../store/audit/audit.ts';
import { openAuditTrail } from '../../store/audit/audit-trail.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { readCheckpoints } from '../../store/seals/seals.ts';
import { DIMENSIONS } from '../fixtures/database.ts';
import { openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

const HOUR_MS = 3_600_000;
const START = Math.floor(Date.now() / HOUR_MS - 100) * HOUR_MS;
const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: START,
  actor: 'ApiKey:1',
  actorName: 'BI',
  role: 'analyst',
  policyVersion: 'p1',
  purpose: 'monthly report',
  action: 'read',
  subject: { comment: { responses: ['a', 'b'], more: 0 } },
  outcome: 'done',
  ...more,
});

let database: SealedDatabase;
beforeAll(async () => {
  database = await openSealedDatabase();
});
afterAll(() => database?.close());

const append = (...entries: AuditEntry[]) =>
  database.store.transaction((session) => audit(session, ...entries));
const rows = async () => {
  const all: AuditRow[] = [];
  for await (const page of streamAudit(database.store, { from: null, to: null })) all.push(...page);
  return all;
};
const verdict = async (heads = readCheckpoints(database.store)) =>
  checkAudit({
    rows: streamAudit(database.store, { from: null, to: null }),
    heads: await heads,
    keys: trustOnly(database.verifyDeps.publicKey),
    partial: false,
  });
const ALL = { actor: null, action: null, from: null, to: null };

describe('the audit log', () => {
  it('is empty at first, and then a chain', async () => {
    expect(await auditCheckpoint(database.store)).toBeNull();
    expect(await verdict()).toEqual({ offence: null, head: null, rows: 0, last: null, covered: 0 });
    await append(entry(), entry({ actorName: 'lone \ud800, \0 and 한', purpose: null }));
    await append(entry({ at: START + HOUR_MS, actor: 'admin', actorName: 'admin', action: 'promoteModel' }));
    const found = await rows();
    expect(found.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(found.map(({ previous }) => previous)).toEqual([null, found[0]?.hash, found[1]?.hash]);
    expect(found[0]).toMatchObject({
      at: `${new Date(START).toISOString().slice(0, -1)}000Z`,
      subject: { comment: { responses: ['a', 'b'], more: 0 } },
    });
    expect(await verdict()).toMatchObject({ offence: null, rows: 3, last: { seq: 3 } });
    expect(await auditCheckpoint(database.store)).toEqual({ seq: 3, hash: found[2]?.hash });
  });

  it('is read newest first, by actor, action and time', async () => {
    const read = async (more: object, page = { before: null as number | null, limit: 10 }) =>
      (await readAudit(database.store, { ...ALL, ...more }, page)).map(({ seq }) => seq);
    expect(await read({})).toEqual([3, 2, 1]);
    expect(await read({}, { before: 3, limit: 1 })).toEqual([2]);
    expect(await read({ actor: 'BI' })).toEqual([1]);
    expect(await read({ actor: 'ApiKey:1' })).toEqual([2, 1]);
    expect(await read({ action: 'promoteModel' })).toEqual([3]);
    expect(await read({ from: new Date(START + HOUR_MS) })).toEqual([3]);
    expect(await read({ to: new Date(START + HOUR_MS) })).toEqual([2, 1]);
  });

  it('is written with the change, or neither is', async () => {
    const before = await auditCheckpoint(database.store);
    await expect(
      database.store.transaction(async (session) => {
        await audit(session, entry());
        throw new Error('the change failed');
      }),
    ).rejects.toThrow('the change failed');
    expect(await auditCheckpoint(database.store)).toEqual(before);
  });

  it('stays one chain when processes append at once', async () => {
    const other = database.databaseUrl ? openPostgres(database.databaseUrl, () => undefined) : database.store;
    const trails = [database.store, other].map((store) => openAuditTrail(store, false, () => undefined));
    const before = (await rows()).length;
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 3 === 0
          ? append(entry({ action: `direct ${i}` }))
          : trails[i % 2]?.append([entry({ action: `a ${i}` }), entry({ action: `b ${i}` })]),
      ),
    );
    expect(await verdict()).toMatchObject({ offence: null, rows: before + 20 + 80 });
    const actions = new Set((await rows()).map(({ action }) => action));
    expect(actions.has('direct 57') && actions.has('a 58') && actions.has('b 58')).toBe(true);
    if (other !== database.store) await other.close();
  });

  it('has the policies once, however many processes report them', async () => {
    const tell = (version: string) => auditPolicies(database.store, version, START);
    await tell('v1');
    await Promise.all([tell('v2'), tell('v2')]);
    const found = await readAudit(
      database.store,
      { ...ALL, action: 'policies' },
      { before: null, limit: 10 },
    );
    expect(found.map(({ subject }) => subject)).toEqual([
      { from: 'v1', to: 'v2' },
      { from: null, to: 'v1' },
    ]);
  });

  it('is exported as lines that prove themselves', async () => {
    const lines = (await rows()).map(auditLine);
    expect(lines.map(parseAuditLine)).toEqual(await rows());
    expect(parseAuditLine(`${lines[0]} `)).toBeNull();
    expect(parseAuditLine('null')).toBeNull();
    expect(parseAuditLine('{"seq":1,"hash":"x"')).toBeNull();
  });
});

describe('checkpoints', () => {
  it('record the end of the log, and still follow checkpoints without it', async () => {
    await database.submit([{ externalId: 'one', answeredAt: new Date(START).toISOString(), score: 9 }]);
    await database.seal();
    const stood = await auditCheckpoint(database.store);
    const [head] = await readCheckpoints(database.store);
    expect((JSON.parse(head?.body ?? '{}') as Checkpoint).audit).toEqual(stood);
    await append(entry({ action: 'after the head' }));
    expect(await verdict()).toMatchObject({ offence: null, head: null, covered: stood?.seq });
    expect(
      brokenChain(await readCheckpoints(database.store), trustOnly(database.verifyDeps.publicKey)),
    ).toBeNull();
    expect((await database.verify({ from: START, until: START + HOUR_MS })).verdict).toBe('VERIFIED');
  });
});

describe('an answer', () => {
  const executed = {
    schema: buildSchema(DIMENSIONS),
    document: parse('{ responses { edges { node { comment } } } }'),
    operationName: null,
    variables: null,
  };
  const result = { data: { responses: { edges: [{ node: { comment: 'secret' } }] } } };
  const contextOf = (released: number) =>
    ({
      caller: { id: 'ApiKey:9', name: 'BI', role: 'analyst', policyVersion: 'p1' },
      purpose: null,
      released: {
        staff: new Set(),
        comment: new Set(Array.from({ length: released }, (_, i) => `r${i}`)),
        respondent: new Set(),
      },
      deps: {
        audit: openAuditTrail(database.store, false, () => undefined),
        now: () => START,
        log: { error: () => undefined },
      },
    }) as unknown as ApiContext;

  it('has at most a page of ids in its row, and how many more there were', async () => {
    expect(await withAudit(contextOf(502), executed, result)).toBe(result);
    const [row] = await readAudit(database.store, { ...ALL, actor: 'ApiKey:9' }, { before: null, limit: 2 });
    const kept = row?.subject['comment'] as { responses: string[]; more: number };
    expect([kept.responses.length, kept.responses.at(-1), kept.more]).toEqual([500, 'r499', 2]);
  });

  it('an answer does not leave when its row cannot be stored', async () => {
    await database.sql('ALTER TABLE audit_log RENAME TO audit_log_away');
    try {
      const answer = await withAudit(contextOf(1), executed, result);
      expect(answer.data).toBeUndefined();
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(answer.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
      // What releases nothing needs no row.
      expect(await withAudit(contextOf(0), executed, result)).toBe(result);
    } finally {
      await database.sql('ALTER TABLE audit_log_away RENAME TO audit_log');
    }
    expect(await verdict()).toMatchObject({ offence: null });
  });
});

/** One bit of each column of row 7, and what the check then says. */
const BITS: readonly [column: string, change: string, says: RegExp][] = [
  ['seq', 'seq # 1048576', /^row 7 is missing: row 8 stands/],
  ['at', "at + interval '1 microsecond'", /^row 7 is not what was hashed/],
  ...['actor', 'actor_name', 'role', 'policy_version', 'purpose', 'action', 'outcome'].map(
    (column): [string, string, RegExp] => [column, flipped(column), /^row 7 is not what was hashed/],
  ),
  ['subject', 'replace(subject, \'"a"\', \'"c"\')', /^row 7 is not what was hashed/],
  ['subject', "subject || ' '", /^row 7 is not what was hashed/],
  ['previous', flipped('previous'), /^row 7 is not what was hashed/],
  ['hash', flipped('hash'), /^row 7 is not what was hashed/],
];
/** The lowest bit of the last character. */
function flipped(column: string) {
  return `left(${column}, -1) || chr(ascii(right(${column}, 1)) # 1)`;
}

describe('an attacker with the database', () => {
  /** Makes the change, returns the check's verdict, and reverts it. */
  const tampered = async (change: string | (() => Promise<void>)) => {
    const kept = JSON.stringify(await database.sql<object>('SELECT * FROM audit_log'));
    try {
      if (typeof change === 'string') await database.sql(change);
      else await change();
      return await verdict();
    } finally {
      await database.sql('DELETE FROM audit_log');
      await database.sql(
        'INSERT INTO audit_log SELECT * FROM json_populate_recordset(NULL::audit_log, $1::json)',
        [kept],
      );
    }
  };

  it.each(BITS)('cannot change one bit of %s: %s', async (column, change, says) => {
    const found = await tampered(`UPDATE audit_log SET ${column} = ${change} WHERE seq = 7`);
    expect(found.offence).toMatchObject({ seq: 7, says: expect.stringMatching(says) });
    expect((await verdict()).offence).toBeNull();
  });

  it('cannot remove a row, at the start, inside or at the end', async () => {
    const { covered } = await verdict();
    for (const seq of [1, 7])
      expect((await tampered(`DELETE FROM audit_log WHERE seq = ${seq}`)).offence?.seq).toBe(seq);
    const cut = await tampered(`DELETE FROM audit_log WHERE seq >= ${covered}`);
    expect(cut.offence).toEqual({
      seq: covered,
      says: `row ${covered} is missing: the log ends before it, and a checkpoint signed ${covered} rows`,
      ended: true,
    });
    expect((await tampered('DELETE FROM audit_log')).offence?.seq).toBe(1);
  });

  it('cannot rewrite the log with matching hashes', async () => {
    const all = await rows();
    const { covered } = await verdict();
    const again = await tampered(async () => {
      await database.sql('DELETE FROM audit_log');
      await append(...all.map(({ action }) => entry({ action, actorName: 'somebody else' })));
    });
    expect(again.offence).toMatchObject({ seq: covered, says: expect.stringMatching(/written again/) });
  });

  it('cannot remove the checkpoint that proves it', async () => {
    const heads = await readCheckpoints(database.store);
    const forged = heads.map((head) => ({
      ...head,
      body: head.body.replace('"audit":{', '"audit":{"x":1,'),
    }));
    const found = await verdict(Promise.resolve(forged));
    expect(found.head).toMatch(/^the signature of the checkpoint of size \d+ does not fit it/);
  });
});
