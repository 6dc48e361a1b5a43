import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';

/*
 * Checks a proof of one score. Written apart from the program that made it: it shares no code with it, only RFC 9162 (trees), RFC 8785
 * (what was hashed is text, and is hashed as text) and Ed25519.
 */

const HOUR_MS = 3_600_000;
const sha256 = (...parts) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};
const leafHash = (text) => sha256(Buffer.of(0), text);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const hex = (bytes) => bytes.toString('hex');
const bytes = (text) => Buffer.from(text, 'hex');

/** RFC 9162, 2.1.1. */
function treeHash(hashes) {
  if (hashes.length === 0) return sha256();
  let level = hashes;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      2 * i + 1 < level.length ? nodeHash(level[2 * i], level[2 * i + 1]) : level[2 * i],
    );
  }
  return level[0];
}

/** RFC 9162, 2.1.3.2: the root that the path leads to, or null. */
function rootOfPath(index, size, leaf, path) {
  let [at, last, found] = [index, size - 1, leaf];
  if (!(at >= 0 && at <= last)) return null;
  for (const part of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      found = nodeHash(part, found);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else found = nodeHash(found, part);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? found : null;
}

class Mismatch extends Error {}
class Unverifiable extends Error {}
const insist = (holds, says) => {
  if (!holds) throw new Mismatch(says);
};

/**
 * What can be said of the proof. `key`: fingerprint of the public key, known from elsewhere; `heads`: lines of a copy of the file of
 * heads. Answers { verdict, reason, score, responses, erased, rollups, key, signedAt }.
 */
export function verifyProof(proof, { key, heads } = {}) {
  try {
    return check(proof, key, heads ?? []);
  } catch (error) {
    if (error instanceof Mismatch) return { verdict: 'MISMATCH', reason: error.message };
    if (error instanceof Unverifiable) return { verdict: 'UNVERIFIABLE', reason: error.message };
    return { verdict: 'UNVERIFIABLE', reason: `this is no proof: ${error.message}` };
  }
}

function check(proof, key, copies) {
  if (proof?.format !== 'scoreline-proof/1')
    throw new Unverifiable('this is no proof of format scoreline-proof/1');
  const head = checkHeads(proof, key, copies);
  const models = modelsOf(proof.score);
  const seen = new Set();
  const tally = { classes: [0, 0, 0], erased: 0, hidden: 0, changes: { late: 0, corrected: 0, rescored: 0 } };
  const newest = [];
  for (const rollup of proof.rollups) {
    insist(!seen.has(rollup.id), `${rollup.id} is in the proof twice`);
    seen.add(rollup.id);
    const manifests = checkRevisions(rollup, head);
    const last = manifests.at(-1);
    checkPlace(proof, rollup.id, last, models);
    checkLeaves(proof, rollup, last, tally);
    for (const { changes } of manifests.slice(1))
      for (const cause of Object.keys(tally.changes)) tally.changes[cause] += changes[cause];
    newest.push(leafHash(rollup.seals.at(-1).manifest));
  }
  const root = newest.length === 0 ? null : hex(treeHash(newest));
  insist(
    root === (proof.score.root ?? null),
    'the root over the manifests is not the one that the proof states',
  );
  return judge(proof, tally, head);
}

/** Which model versions' rollups the score is made of. */
function modelsOf({ basis, model }) {
  if (basis === 'SURVEYED' || model === null) return [0];
  return basis === 'INFERRED' ? [model] : [0, model];
}

/** The chain of heads, signed by the key; the newest. */
function checkHeads({ heads, publicKey }, key, copies) {
  const known = createPublicKey(publicKey);
  const fingerprint = hex(sha256(known.export({ type: 'spki', format: 'der' })));
  insist(
    key === undefined || key.toLowerCase() === fingerprint,
    `the proof is signed by the key ${fingerprint}`,
  );
  let previous = null;
  for (const { body, signature } of heads) {
    const head = JSON.parse(body);
    insist(
      head.previous === previous?.hash || (head.previous === null && !previous),
      `the head of size ${head.size} does not follow the one before it`,
    );
    insist(!previous || head.size > previous.size, `the head of size ${head.size} does not grow the log`);
    insist(head.key === fingerprint, `the head of size ${head.size} names another key`);
    const valid = verifySignature(null, Buffer.from(body), known, Buffer.from(signature, 'base64'));
    insist(valid, `the signature of the head of size ${head.size} does not fit it`);
    previous = { ...head, fingerprint, hash: hex(sha256(`${body}\n${signature}`)) };
  }
  if (!previous) throw new Unverifiable('the proof has no signed head');
  const lines = new Set(heads.map(({ body, signature }) => `${body}\n${signature}`));
  for (const [index, line] of copies.entries()) {
    const { body, signature } = JSON.parse(line);
    const { size } = JSON.parse(body);
    if (size > previous.size) continue;
    insist(
      lines.has(`${body}\n${signature}`),
      `line ${index + 1} of the file of heads is not in the proof's chain`,
    );
  }
  return previous;
}

/** Every revision follows the one before, and is under the signed root. */
function checkRevisions({ id, seals }, head) {
  if (seals.length === 0) throw new Unverifiable(`${id} is not sealed`);
  let previous = null;
  return seals.map(({ manifest: text, index, path }, revision) => {
    const manifest = JSON.parse(text);
    const hash = leafHash(text);
    insist(
      manifest.format === 'scoreline-manifest/1' && manifest.rollup === id,
      `a manifest of ${id} is of another rollup`,
    );
    insist(
      manifest.revision === revision && manifest.previous === previous,
      `revision ${revision} of ${id} does not follow the one before it`,
    );
    const root = rootOfPath(index, head.size, hash, path.map(bytes));
    insist(root && hex(root) === head.root, `revision ${revision} of ${id} is not under the signed root`);
    previous = hex(hash);
    return manifest;
  });
}

/** The rollup belongs to the score: its hour, its cell, its model version. */
function checkPlace({ score, cells }, id, manifest, models) {
  const hour = Date.parse(manifest.hour);
  insist(
    hour >= Date.parse(score.from) && hour + HOUR_MS <= Date.parse(score.until),
    `${id} lies outside of the window`,
  );
  insist(models.includes(manifest.model.version), `${id} is of another model version`);
  const attributes = cells[manifest.cell];
  insist(attributes, `the cell of ${id} is not described`);
  const sorted = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
  insist(
    hex(sha256(JSON.stringify(sorted))).slice(0, 24) === manifest.cell,
    `the cell of ${id} is described wrongly`,
  );
  for (const [name, values] of Object.entries(score.segment))
    insist(values.includes(attributes[name]), `the cell of ${id} is not in the segment`);
}

/** The leaves are those that were sealed, and count to what the manifest says. */
function checkLeaves({ score }, { id, leaves }, manifest, tally) {
  const hashes = leaves.map((leaf) => ('content' in leaf ? leafHash(leaf.content) : bytes(leaf.hash)));
  insist(
    hashes.length === manifest.leaves && hex(treeHash(hashes)) === manifest.root,
    `the leaves of ${id} are not those that were sealed`,
  );
  const from = Date.parse(manifest.hour);
  const classes = [0, 0, 0];
  const histogram = {};
  const ids = new Set();
  for (const leaf of leaves) {
    if (!('content' in leaf)) continue;
    const fact = JSON.parse(leaf.content);
    insist(!ids.has(fact.id), `response ${fact.id} is counted twice in ${id}`);
    ids.add(fact.id);
    insist(
      fact.cell === manifest.cell && fact.answeredAt >= from && fact.answeredAt < from + HOUR_MS,
      `response ${fact.id} does not belong to ${id}`,
    );
    insist(
      manifest.model.version === 0 ? fact.model === undefined : fact.model === manifest.model.key,
      `response ${fact.id} of ${id} is of another model`,
    );
    classes[fact.class] += 1;
    if (fact.points !== undefined) histogram[fact.points] = (histogram[fact.points] ?? 0) + 1;
    if (!(score.basis === 'COMBINED' && fact.surveyed === true)) tally.classes[fact.class] += 1;
  }
  tally.erased += manifest.erased;
  const hidden = leaves.length - ids.size - manifest.erased;
  insist(hidden >= 0, `the leaves of ${id} are more than the manifest says`);
  tally.hidden += hidden;
  if (hidden > 0) return;
  const said = ['detractors', 'passives', 'promoters'].map((name) => Number(manifest.sums[name]));
  insist(
    said.every((count, i) => count === classes[i]),
    `the leaves of ${id} count to another number than its manifest says`,
  );
  const same = Object.keys({ ...histogram, ...manifest.histogram }).every(
    (points) => histogram[points] === manifest.histogram[points],
  );
  insist(same, `the points of the leaves of ${id} are not those of its manifest`);
}

function judge({ score, rollups }, { classes, erased, hidden, changes }, head) {
  const [detractors, passives, promoters] = classes;
  const n = detractors + passives + promoters;
  const facts = {
    responses: n,
    erased,
    rollups: rollups.length,
    key: head.fingerprint,
    signedAt: head.at,
    size: head.size,
  };
  if (hidden > 0)
    return {
      verdict: 'UNVERIFIABLE',
      reason: `${hidden} leaves are only hashes: whoever exported the proof may not read them`,
      ...facts,
    };
  insist(n === score.responses, `the leaves are ${n} responses, the score is stated over ${score.responses}`);
  if (score.basis !== 'SURVEYED' && score.model !== null && n > 0)
    return {
      verdict: 'UNVERIFIABLE',
      reason: `every leaf and count checks (${promoters} promoters, ${passives} passives, ${detractors} detractors as surveyed or predicted); the correction for the model's errors is not computed here`,
      stated: score.stated,
      ...facts,
    };
  const recomputed = n === 0 ? null : (100 * (promoters - detractors)) / n;
  insist(recomputed === score.stated, `the leaves give a score of ${recomputed}, stated is ${score.stated}`);
  const told = Object.entries(changes).flatMap(([cause, count]) => (count > 0 ? [`${count} ${cause}`] : []));
  const all = { stated: score.stated, recomputed, ...facts };
  if (told.length > 0)
    return { verdict: 'RESTATED', reason: `since it was first sealed: ${told.join(', ')}`, ...all };
  if (erased > 0)
    return {
      verdict: 'VERIFIED_WITH_ERASURES',
      reason: `${erased} sealed responses were erased: their leaves are hashes`,
      ...all,
    };
  return { verdict: 'VERIFIED', reason: null, ...all };
}
