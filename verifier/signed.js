import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { bytes, hex, isBeginning, leafHash, sha256 } from './trees.js';

/* What the instance signed: the heads of its log, and the statement that it handed the proof out with. */

export class Mismatch extends Error {}
export class Unverifiable extends Error {}
export const insist = (holds, says) => {
  if (!holds) throw new Mismatch(says);
};

/** The chain of heads, signed by the key; the newest. */
export function checkHeads({ heads, publicKey }, key, copies) {
  const known = createPublicKey(publicKey);
  const fingerprint = hex(sha256(known.export({ type: 'spki', format: 'der' })));
  insist(
    key === undefined || key.toLowerCase() === fingerprint,
    `the proof is signed by the key ${fingerprint}`,
  );
  let previous = null;
  for (const { body, signature, consistency } of heads) {
    const head = JSON.parse(body);
    insist(
      head.previous === previous?.hash || (head.previous === null && !previous),
      `the head of size ${head.size} does not follow the one before it`,
    );
    insist(!previous || head.size > previous.size, `the head of size ${head.size} does not grow the log`);
    insist(head.key === fingerprint, `the head of size ${head.size} names another key`);
    const valid = verifySignature(null, Buffer.from(body), known, Buffer.from(signature, 'base64'));
    insist(valid, `the signature of the head of size ${head.size} does not fit it`);
    insist(
      !previous ||
        isBeginning(previous.size, head.size, bytes(previous.root), bytes(head.root), consistency.map(bytes)),
      `the log at the head of size ${head.size} is not that of size ${previous?.size} with more added: history was written again`,
    );
    previous = { ...head, publicKey: known, fingerprint, hash: hex(sha256(`${body}\n${signature}`)) };
  }
  if (!previous) throw new Unverifiable('the proof has no signed head');
  checkCopies(heads, previous, copies);
  return previous;
}

/**
 * Every head of the auditor's own copy is one of the proof's chain, of which each is a beginning of the next: so the newest log holds
 * all that the copy vouches for. A proof that ends before the copy does cannot show that.
 */
function checkCopies(heads, newest, copies) {
  const lines = new Set(heads.map(({ body, signature }) => `${body}\n${signature}`));
  let later = 0;
  for (const [index, line] of copies.entries()) {
    const { body, signature } = JSON.parse(line);
    const { size } = JSON.parse(body);
    insist(
      lines.has(`${body}\n${signature}`) || size > newest.size,
      `line ${index + 1} of the file of heads is not in the proof's chain`,
    );
    later = Math.max(later, size);
  }
  if (later > newest.size)
    throw new Unverifiable(
      `the proof ends at the head of size ${newest.size} of ${newest.at}, your file of heads at one of size ${later}: ` +
        'what came since is not in it; export it again',
    );
}

/** What the instance said when it handed the proof out: this number, from these rollups in these revisions, at this head. */
export function checkStatement({ exportedAt, score, rollups, statement }, head) {
  insist(statement, 'the proof has no statement of the instance');
  const { body, signature } = statement;
  insist(
    verifySignature(null, Buffer.from(body), head.publicKey, Buffer.from(signature, 'base64')),
    "the signature of the proof's statement does not fit it",
  );
  const said = JSON.parse(body);
  insist(said.format === 'scoreline-statement/1', "the proof's statement is of another format");
  insist(said.score === score.id, 'the statement is of another score');
  insist(
    said.stated === score.stated && said.responses === score.responses && said.root === (score.root ?? null),
    'the number is not the one that the instance stated',
  );
  insist(said.exportedAt === exportedAt, 'the proof was exported at another time than the instance stated');
  insist(said.head === head.hash, 'the statement was made at another head than the proof ends at');
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
  head.exportedAt = said.exportedAt;
}
