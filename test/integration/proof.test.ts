import { execFileSync, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { scoreId } from '../../domain/scores/score.ts';
import { canonicalText } from '../../domain/seals/seal.ts';
import { keyFingerprint } from '../../domain/seals/signing-key.ts';
import { exportProof, type Proof } from '../../proof/export-proof.ts';
import { narrowScope } from '../fixtures/database.ts';
import { HOUR_MS, nameOf, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

/* As an auditor would: the verifier is packed, unpacked in an empty folder, and given nothing but the proof. */
const VERIFIER = fileURLToPath(new URL('../../verifier', import.meta.url));
const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 5 * DAY_MS;
const DAY = { from: BASE, until: BASE + DAY_MS };
const at = (minutes: number) => new Date(BASE + minutes * 60_000).toISOString();

let database: SealedDatabase;
let folder: string;
let proof: Proof;

function check(given: unknown, ...args: string[]) {
  const file = join(folder, 'proof.json');
  writeFileSync(file, typeof given === 'string' ? given : JSON.stringify(given));
  const bin = join(folder, 'package', 'bin.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, file, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  });
  return { status, output: stdout + stderr };
}
/** The proof with one thing changed. */
const changed = (change: (copy: never) => void) => {
  const copy = JSON.parse(JSON.stringify(proof));
  change(copy as never);
  return copy;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-auditor-'));
  const packed = execFileSync('npm', ['pack', '--silent', '--offline', '--pack-destination', folder], {
    cwd: VERIFIER,
    encoding: 'utf8',
  });
  execFileSync('tar', ['-xzf', packed.trim().split('\n').at(-1) as string], { cwd: folder });
  database = await openSealedDatabase();
  const answers = Array.from({ length: 50 }, (_, i) => ({
    externalId: `p${i}`,
    answeredAt: at(i * 11),
    score: (i * 3) % 11,
    region: i % 2 === 0 ? 'Peru' : 'Japan',
  }));
  // Two heads, each over hours of its own.
  for (const some of [answers.slice(0, 22), answers.slice(22)]) {
    await database.submit(some);
    await database.seal();
  }
  proof = await exportProof(database.verifyDeps, EVERYTHING, nameOf(DAY));
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('an exported proof', () => {
  it('is checked with nothing but Node', () => {
    const { status, output } = check(proof);
    expect(output).toMatch(/^VERIFIED\n/);
    expect(output).toContain('responses   50');
    expect(status).toBe(0);
    const answer = check({ data: { exportProof: proof } });
    expect(answer.status).toBe(0);
  });

  it('is checked against a key and checkpoints that the auditor has', () => {
    const key = keyFingerprint(database.verifyDeps.publicKey);
    expect(check(proof, '--key', key, '--heads', database.checkpointFile).status).toBe(0);
    const other = check(
      proof,
      '--key',
      key.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect(other).toMatchObject({
      status: 1,
      output: expect.stringMatching(/^MISMATCH: the proof is signed/),
    });
    const [line = '', second = ''] = readFileSync(database.checkpointFile, 'utf8').split('\n');
    const forged = join(folder, 'heads.ndjson');
    writeFileSync(forged, `${line.replace(/root\\":\\"./, 'root\\":\\"g')}\n`);
    expect(check(proof, '--heads', forged)).toMatchObject({
      status: 1,
      output: expect.stringMatching(/line 1 of the checkpoint file/),
    });
    const { body, signature } = JSON.parse(second) as { body: string; signature: string };
    const later = JSON.stringify({ body: body.replace(/"size":\d+/, '"size":9999'), signature });
    writeFileSync(forged, `${line}\n${later}\n`);
    expect(check(proof, '--heads', forged)).toMatchObject({
      status: 1,
      output: expect.stringMatching(
        /^UNVERIFIABLE: the proof ends at the checkpoint of size .* export it again/,
      ),
    });
    // Copied while the server wrote to it.
    writeFileSync(forged, `${line}\n${second.slice(0, 50)}`);
    expect(check(proof, '--heads', forged)).toMatchObject({
      status: 1,
      output: expect.stringMatching(/^UNVERIFIABLE: line 2 of the checkpoint file is no checkpoint/),
    });
  });

  it('prints its claim', () => {
    const { output } = check(proof);
    expect(output).toContain(`window      ${at(0)} to ${at(1_440)}`);
    expect(output).toMatch(/segment {5}\{\}\n/);
    expect(output).toMatch(/basis {7}SURVEYED\n/);
  });

  type Copy = {
    score: { id: string; stated: number; responses: number; segment: object; from: string; basis: string };
    rollups: { seals: { manifest: string; path: string[] }[]; leaves: { content: string }[] }[];
    heads: { body: string; signature: string; consistency: string[] }[];
    statement: { body: string };
    cells: Record<string, Record<string, string>>;
  };
  const cases: [string, (copy: Copy) => void][] = [
    ['the stated score', ({ score }) => Object.assign(score, { stated: score.stated + 1 })],
    ['the segment', ({ score }) => Object.assign(score, { segment: { region: ['Peru'] } })],
    ['the window', ({ score }) => Object.assign(score, { from: at(120) })],
    ['the basis', ({ score }) => Object.assign(score, { basis: 'COMBINED' })],
    [
      'the id of the score',
      ({ score }) => Object.assign(score, { id: scoreId(nameOf({ ...DAY, segment: { region: ['Peru'] } })) }),
    ],
    [
      'the id of the score and what it spells',
      ({ score }) => {
        const name = nameOf({ ...DAY, from: BASE - DAY_MS });
        Object.assign(score, { id: scoreId(name), from: new Date(name.from).toISOString() });
      },
    ],
    [
      'the statement',
      ({ statement }) =>
        Object.assign(statement, { body: statement.body.replace('"responses":50', '"responses":49') }),
    ],
    ['when it was exported', (copy) => Object.assign(copy, { exportedAt: at(0) })],
    ['a statement that is left out', (copy) => Object.assign(copy, { statement: undefined })],
    [
      'the way from head to head',
      ({ heads }) => Object.assign(heads[1] as object, { consistency: heads[1]?.consistency.slice(1) }),
    ],
    ['the newest head', ({ heads }) => heads.pop()],
    ['a cell', ({ cells }) => Object.assign(Object.values(cells)[0] as object, { region: 'Chile' })],
    [
      'a leaf',
      ({ rollups }) => {
        const leaf = rollups[0]?.leaves[0] as { content: string };
        leaf.content = leaf.content.replace(/"points":\d+/, '"points":1');
      },
    ],
    ['a leaf that is left out', ({ rollups }) => rollups[0]?.leaves.pop()],
    ['a rollup that is left out', ({ rollups }) => rollups.pop()],
    ['a rollup that is there twice', ({ rollups }) => rollups.push(rollups[0] as never)],
    [
      'a manifest',
      ({ rollups }) => {
        const seal = rollups[1]?.seals[0] as { manifest: string };
        seal.manifest = seal.manifest.replace('"promoters":"', '"promoters":"1');
      },
    ],
    [
      'the way to the root',
      ({ rollups }) => {
        const path = rollups[1]?.seals[0]?.path as string[];
        path[0] = (path[1] ?? '').slice();
      },
    ],
    [
      'a head',
      ({ heads }) =>
        Object.assign(heads[0] as object, { body: heads[0]?.body.replace('"at":"2', '"at":"3') }),
    ],
    [
      'a signature',
      ({ heads }) => {
        const [head] = heads;
        if (head) head.signature = head.signature.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'));
      },
    ],
  ];
  it.each(cases)('is refused after a change of %s', (_what, change) => {
    const { status, output } = check(changed(change as never));
    expect(output).toMatch(/^MISMATCH: /);
    expect(status).toBe(1);
  });

  it('exits with 1 for an invalid file, with 2 for a missing one', () => {
    expect(check({}).status).toBe(1);
    expect(check('not json').status).toBe(2);
    const cut = check(JSON.stringify(proof).slice(0, -100));
    expect(cut).toMatchObject({ status: 2, output: expect.stringContaining('is no JSON') });
    expect(check(proof, 'another').status).toBe(2);
  });

  it('contains only hashes of what its reader may not read', async () => {
    const scope = narrowScope('numbers', () => true, { withheld: ['readResponse'] });
    const numbers = await exportProof(database.verifyDeps, scope, nameOf(DAY));
    expect(JSON.stringify(numbers)).not.toContain('salt');
    const { status, output } = check(numbers);
    expect(output).toMatch(/^UNVERIFIABLE: 50 leaves are only hashes/);
    expect(status).toBe(1);
  });

  it('reports late and erased responses; unsealed changes are not exported', async () => {
    await database.erase(['p2', 'p4']);
    await database.seal();
    const erased = await exportProof(database.verifyDeps, EVERYTHING, nameOf(DAY));
    expect(check(erased)).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^VERIFIED_WITH_ERASURES: 2/),
    });
    await database.submit([{ externalId: 'late', answeredAt: at(3), score: 9, region: 'Peru' }]);
    await expect(exportProof(database.verifyDeps, EVERYTHING, nameOf(DAY))).rejects.toThrow('not sealed yet');
    await database.seal();
    const late = await exportProof(database.verifyDeps, EVERYTHING, nameOf(DAY));
    // Word for word what the instance says of it.
    const { verdict, reason } = await database.verify(DAY);
    expect(reason).toBe('since it was first sealed: 1 late; 2 erased');
    expect(check(late)).toMatchObject({
      status: 0,
      output: expect.stringContaining(`${verdict}: ${reason}\n`),
    });
    // Of a rollup as it was before the late answer, with the number that was stated then.
    const before = late.rollups.map((rollup) => {
      const old = erased.rollups.find(({ id }) => id === rollup.id) ?? rollup;
      return { ...rollup, leaves: old.leaves, seals: rollup.seals.slice(0, old.seals.length) };
    });
    expect(check({ ...late, score: erased.score, rollups: before }).output).toMatch(
      /^MISMATCH: the number is not the one that the instance stated/,
    );
    expect(check({ ...late, rollups: before }).output).toMatch(
      /^MISMATCH: the proof lacks the newest revision of Rollup:/,
    );
    expect(check({ ...erased, format: 'scoreline-proof/1' }).output).toMatch(
      /^UNVERIFIABLE: this proof is of an older/,
    );
  });

  it('holds what the companion of its model version inferred too, and of no other version', async () => {
    const confusion = [
      [80, 15, 5],
      [15, 70, 15],
      [5, 15, 80],
    ];
    const artefacts: Record<string, object> = { 7: { confusion } };
    const keyOf = (version: number) => hash('sha256', canonicalText(artefacts[version] ?? {}));
    artefacts[9] = { confusion, companion: { key: keyOf(7), languages: ['de'] } };
    for (const version of [7, 9])
      await database.sql(
        `INSERT INTO model_version (id, label, key, stage, artefact, companion_id) VALUES ($1, 'made up', $2, 'RETIRED', $3, $4)`,
        [version, keyOf(version), JSON.stringify(artefacts[version]), version === 9 ? 7 : null],
      );
    // Each answer is read by one of the two.
    await database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed,
        class, detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
      SELECT r.id, r.answered_at, r.cell_id, CASE c.attributes ->> 'region' WHEN 'Peru' THEN 7 ELSE 9 END, r.mapping_version_id, true,
        2, 100000, 200000, 700000, 2, 0, 0, 1000000, '{}', 0, 'f', now() FROM response r JOIN cell c ON c.id = r.cell_id`);
    await database.seal();
    const name = nameOf({ ...DAY, basis: 'INFERRED', model: 9 });
    const inferred = await exportProof(database.verifyDeps, EVERYTHING, name);
    expect(new Set(inferred.rollups.map(({ id }) => id.split(':').at(-1)))).toEqual(new Set(['7', '9']));
    const { output } = check(inferred);
    expect(output).toMatch(/^UNVERIFIABLE: every leaf and count checks/);
    expect(output).toContain('basis       INFERRED by model version 9, and 7 beside it');
    const stating = (models: number[]) => {
      const body = canonicalText({ ...JSON.parse(inferred.statement.body), models });
      return { ...inferred, statement: { body, signature: database.verifyDeps.sign(body) } };
    };
    expect(check(stating([9])).output).toMatch(/^MISMATCH: Rollup:.*:7 is of another model version/);
    expect(check(stating([9, 7, 8])).output).toMatch(/^MISMATCH: the statement is of model version 7 and 8/);
  });
});
