import { checkHeads, checkStatement, insist, Mismatch, Unverifiable } from './signed.js';
import { bytes, hex, leafHash, rootOfPath, sha256, treeHash } from './trees.js';

/*
 * Checks a proof of one score. Written independently of the program that made it: it shares no code with it,
 * only RFC 9162 (trees), RFC 8785 (what was hashed is text, and is hashed as text) and Ed25519.
 */

const HOUR_MS = 3_600_000;

/**
 * The verdict on the proof. `key`: fingerprint of the public key, known from elsewhere; `heads`: lines of a
 * copy of the checkpoint file. Returns { verdict, reason } and, as far as it came, what was claimed (segment,
 * window, basis, level), what was found (stated, recomputed, responses, erased, rollups), and who signed it
 * when (key, signedAt, size, exportedAt).
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
  if (proof?.format === 'scoreline-proof/1')
    throw new Unverifiable(
      'this proof is of an older format, which could not show its claim: export it again',
    );
  if (proof?.format !== 'scoreline-proof/2')
    throw new Unverifiable('this is no proof of format scoreline-proof/2');
  const claim = claimOf(proof.score);
  const head = checkHeads(proof, key, copies);
  const said = checkStatement(proof, head);
  const models = modelsOf(claim, said);
  const seen = new Set();
  const tally = {
    classes: [0, 0, 0],
    erased: 0,
    hidden: 0,
    changes: { late: 0, corrected: 0, rescored: 0, withdrawn: 0, restricted: 0, uncounted: 0 },
  };
  const newest = [];
  for (const rollup of proof.rollups) {
    insist(!seen.has(rollup.id), `${rollup.id} is in the proof twice`);
    seen.add(rollup.id);
    const manifests = checkRevisions(rollup, head);
    const last = manifests.at(-1);
    checkPlace(proof.cells, claim, rollup.id, last, models);
    checkLeaves(claim, rollup, last, tally);
    for (const { changes } of manifests.slice(1))
      for (const cause of Object.keys(tally.changes)) tally.changes[cause] += changes[cause] ?? 0;
    newest.push(leafHash(rollup.seals.at(-1).manifest));
  }
  const root = newest.length === 0 ? null : hex(treeHash(newest));
  insist(
    root === (proof.score.root ?? null),
    'the root over the manifests is not the one that the proof states',
  );
  return { ...judge(proof, claim, tally, head), exportedAt: said.exportedAt };
}

/**
 * The content of the score's id, which is what was requested; the same facts beside it in the proof must be
 * equal.
 */
function claimOf({ id, segment, from, until, basis, confidence, model }) {
  const match = /^nps_([A-Za-z0-9_-]+)$/.exec(id);
  if (!match) throw new Unverifiable('the proof names no score');
  const spelt = JSON.parse(Buffer.from(match[1], 'base64url').toString());
  insist(spelt[0] === 1 && spelt.length >= 6, 'the id of the score spells no score');
  const claim = {
    segment: spelt[1],
    from: spelt[2],
    until: spelt[3],
    basis: spelt[4],
    confidence: spelt[5],
    model: spelt[6] ?? null,
  };
  const sorted = (values) =>
    JSON.stringify(
      Object.entries(values)
        .map(([name, list]) => [name, [...new Set(list)].sort()])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  insist(
    sorted(segment) === sorted(claim.segment),
    'the segment is not that of the score that was asked for',
  );
  insist(
    Date.parse(from) === claim.from && Date.parse(until) === claim.until,
    'the window is not that of the score that was asked for',
  );
  insist(
    basis === claim.basis && (model ?? null) === claim.model,
    'the basis is not that of the score that was asked for',
  );
  insist(confidence === claim.confidence, 'the level is not that of the score that was asked for');
  return claim;
}

/**
 * Which model versions' rollups the score is made of: the one that its id names, and one that the instance states to
 * read beside it, under its name. Older statements state none.
 */
function modelsOf(claim, { models }) {
  const { basis, model } = claim;
  const named = basis === 'SURVEYED' || model === null ? [0] : basis === 'INFERRED' ? [model] : [0, model];
  const beside = (models ?? []).filter((one) => !named.includes(one));
  if (beside.length === 0) return named;
  insist(
    beside.length === 1 && beside[0] > 0 && basis !== 'SURVEYED' && model !== null,
    `the statement is of model version ${beside.join(' and ')}, which is not that of the score that was asked for`,
  );
  claim.beside = beside[0];
  return [...named, ...beside];
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
function checkPlace(cells, claim, id, manifest, models) {
  const hour = Date.parse(manifest.hour);
  insist(hour >= claim.from && hour + HOUR_MS <= claim.until, `${id} lies outside of the window`);
  insist(models.includes(manifest.model.version), `${id} is of another model version`);
  const attributes = cells[manifest.cell];
  insist(attributes, `the cell of ${id} is not described`);
  const sorted = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
  insist(
    hex(sha256(JSON.stringify(sorted))).slice(0, 24) === manifest.cell,
    `the cell of ${id} is described wrongly`,
  );
  // A cell from before a dimension is "unknown" in it.
  for (const [name, values] of Object.entries(claim.segment))
    insist(
      values.includes(Object.hasOwn(attributes, name) ? attributes[name] : 'unknown'),
      `the cell of ${id} is not in the segment`,
    );
}

/** The leaves are those that were sealed, and add up to the manifest's counts. */
function checkLeaves({ basis }, { id, leaves }, manifest, tally) {
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
    if (!(basis === 'COMBINED' && fact.surveyed === true)) tally.classes[fact.class] += 1;
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

function judge({ score, rollups }, claim, { classes, erased, hidden, changes }, head) {
  const [detractors, passives, promoters] = classes;
  const n = detractors + passives + promoters;
  const { segment, from, until, basis, model, beside } = claim;
  const by = beside ? `${model}, and ${beside} beside it` : model;
  const facts = {
    segment: JSON.stringify(segment),
    window: `${new Date(from).toISOString()} to ${new Date(until).toISOString()}`,
    basis: model === null ? basis : `${basis} by model version ${by}`,
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
      reason: `${hidden} leaves are only hashes: the exporter of the proof may not read them`,
      ...facts,
    };
  insist(n === score.responses, `the leaves are ${n} responses, the score is stated over ${score.responses}`);
  if (basis !== 'SURVEYED' && model !== null && n > 0)
    return {
      verdict: 'UNVERIFIABLE',
      reason: `every leaf and count checks (${promoters} promoters, ${passives} passives, ${detractors} detractors as surveyed or predicted); the correction for the model's errors is not computed here`,
      stated: score.stated,
      ...facts,
    };
  const recomputed = n === 0 ? null : (100 * (promoters - detractors)) / n;
  insist(recomputed === score.stated, `the leaves give a score of ${recomputed}, stated is ${score.stated}`);
  const causes = Object.entries(changes).flatMap(([cause, count]) =>
    count > 0 ? [`${count} ${cause}`] : [],
  );
  const all = { stated: score.stated, recomputed, ...facts };
  // In the words of the instance's own answer, so that the two can be compared.
  if (causes.length > 0) {
    const gone = erased > 0 ? `; ${erased} erased` : '';
    return { verdict: 'RESTATED', reason: `since it was first sealed: ${causes.join(', ')}${gone}`, ...all };
  }
  if (erased > 0) {
    const were = erased === 1 ? 'response was' : 'responses were';
    const reason = `${erased} sealed ${were} erased: their leaves stay as hashes`;
    return { verdict: 'VERIFIED_WITH_ERASURES', reason, ...all };
  }
  return { verdict: 'VERIFIED', reason: null, ...all };
}
