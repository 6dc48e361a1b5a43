import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { bytes, hex, isBeginning, leafHash, sha256 } from './trees.js';

/* What the instance signed: the checkpoints of its log, and the statement of the proof. */

export class Mismatch extends Error {}
export class Unverifiable extends Error {}
export const insist = (holds, says) => {
  if (!holds) throw new Mismatch(says);
};

const fingerprintOf = (key) => hex(sha256(key.export({ type: 'spki', format: 'der' })));
const isSigned = (key, text, signature) =>
  typeof signature === 'string' &&
  verifySignature(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));

/**
 * The instance's keys, oldest first, the last is in use. Each but the first came with a statement of rotation,
 * signed by itself and by the key before it. `known`, the fingerprint that the auditor learned elsewhere, may
 * be any of them: earlier keys count if it, or a successor of it, vouches for them; later keys if each was
 * named by the one before.
 */
function checkKeys({ publicKey, keys: entries }, known) {
  const inUse = createPublicKey(publicKey);
  const keys = entries?.length
    ? entries.map(({ publicKey: kept, ...rest }) => {
        const key = createPublicKey({ key: Buffer.from(kept, 'base64'), format: 'der', type: 'spki' });
        return { ...rest, key, fingerprint: fingerprintOf(key) };
      })
    : [{ key: inUse, fingerprint: fingerprintOf(inUse) }];
  insist(
    keys.at(-1).fingerprint === fingerprintOf(inUse),
    'the last of the keys is not the one that signed the proof',
  );
  let from = known === undefined ? keys.length - 1 : -1;
  for (const [i, one] of keys.entries()) {
    if (one.fingerprint === known?.toLowerCase()) from = i;
    if (i === 0) continue;
    const before = keys[i - 1];
    one.rotation = JSON.parse(one.statement ?? 'null');
    const said = one.rotation;
    insist(
      said?.format === 'scoreline-signing-key/1' &&
        said.key === one.fingerprint &&
        said.former === before.fingerprint &&
        isSigned(one.key, one.statement, one.signature),
      `the key ${one.fingerprint} does not say which key it followed`,
    );
    insist(
      i === 1 || said.size >= before.rotation.size,
      `the key ${one.fingerprint} came before the one that it followed`,
    );
  }
  insist(from !== -1, `the proof is signed by the key ${keys.at(-1).fingerprint}`);
  for (const [i, one] of keys.entries())
    insist(
      i <= from || isSigned(keys[i - 1].key, one.statement, one.formerSignature),
      `the key ${keys[i - 1]?.fingerprint} did not name ${one.fingerprint} as its successor`,
    );
  return keys;
}

/** Checks the chain of checkpoints, signed by the keys; returns the newest. */
export function checkHeads(proof, known, copies) {
  const { heads } = proof;
  const keys = checkKeys(proof, known);
  const hashes = new Map([[0, null]]);
  let previous = null;
  for (const { body, signature, consistency } of heads) {
    const head = JSON.parse(body);
    insist(
      head.previous === previous?.hash || (head.previous === null && !previous),
      `the checkpoint of size ${head.size} does not follow the one before it`,
    );
    insist(
      !previous || head.size > previous.size,
      `the checkpoint of size ${head.size} does not grow the log`,
    );
    const signer = keys.findLast(({ rotation }) => !rotation || rotation.size < head.size);
    insist(head.key === signer.fingerprint, `the checkpoint of size ${head.size} names another key`);
    insist(
      isSigned(signer.key, body, signature),
      `the signature of the checkpoint of size ${head.size} does not fit it`,
    );
    insist(
      !previous ||
        isBeginning(previous.size, head.size, bytes(previous.root), bytes(head.root), consistency.map(bytes)),
      `the log at the checkpoint of size ${head.size} is not that of size ${previous?.size} with more added: history was written again`,
    );
    previous = { ...head, hash: hex(sha256(`${body}\n${signature}`)) };
    hashes.set(head.size, previous.hash);
  }
  if (!previous) throw new Unverifiable('the proof has no checkpoint');
  for (const { rotation, fingerprint } of keys)
    insist(
      !rotation || hashes.get(rotation.size) === rotation.head,
      `the key ${fingerprint} came into use at another log than this one`,
    );
  checkCopies(heads, previous, copies);
  const { key: publicKey, fingerprint } = keys.at(-1);
  return { ...previous, publicKey, fingerprint };
}

/**
 * Every checkpoint of the auditor's own copy is in the proof's chain, in which each extends the one before: so
 * the newest log contains everything that the copy vouches for. A proof that ends before the copy does cannot
 * show that.
 */
function checkCopies(heads, newest, copies) {
  const lines = new Set(heads.map(({ body, signature }) => `${body}\n${signature}`));
  let later = 0;
  for (const [index, line] of copies.entries()) {
    const { size, body, signature } = checkpointIn(line, index);
    insist(
      lines.has(`${body}\n${signature}`) || size > newest.size,
      `line ${index + 1} of the checkpoint file is not in the proof's chain`,
    );
    later = Math.max(later, size);
  }
  if (later > newest.size)
    throw new Unverifiable(
      `the proof ends at the checkpoint of size ${newest.size} of ${newest.at}, your checkpoint file at one of size ${later}: ` +
        'what came since is not in it; export it again',
    );
}

function checkpointIn(line, index) {
  try {
    const { body, signature } = JSON.parse(line);
    return { size: JSON.parse(body).size, body, signature };
  } catch {
    throw new Unverifiable(`line ${index + 1} of the checkpoint file is no checkpoint: copy the file again`);
  }
}

/**
 * The instance's statement in the proof: this number, from these rollups in these revisions, at this
 * checkpoint. Returns it.
 */
export function checkStatement({ exportedAt, score, rollups, statement }, head) {
  insist(statement, 'the proof has no statement of the instance');
  const { body, signature } = statement;
  insist(isSigned(head.publicKey, body, signature), "the signature of the proof's statement does not fit it");
  const said = JSON.parse(body);
  insist(said.format === 'scoreline-statement/1', "the proof's statement is of another format");
  insist(said.score === score.id, 'the statement is of another score');
  insist(
    said.stated === score.stated && said.responses === score.responses && said.root === (score.root ?? null),
    'the number is not the one that the instance stated',
  );
  insist(said.exportedAt === exportedAt, 'the proof was exported at another time than the instance stated');
  insist(
    said.head === head.hash,
    'the statement was made at another checkpoint than the one at which the proof ends',
  );
  insist(
    said.rollups.length === rollups.length,
    `the proof holds ${rollups.length} rollups, the instance stated ${said.rollups.length}`,
  );
  for (const [i, { id, seals }] of rollups.entries()) {
    const { id: named, revision, hash } = said.rollups[i];
    insist(id === named, `the proof lacks ${named}`);
    const newest = seals.at(-1);
    insist(
      newest && seals.length === revision + 1 && hex(leafHash(newest.manifest)) === hash,
      `the proof lacks the newest revision of ${id}`,
    );
  }
  return said;
}
