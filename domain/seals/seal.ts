import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type RollupKey, rollupId } from '../lineage/lineage.ts';
import type { Counts } from '../nps/nps.ts';
import { HOUR_MS } from '../time/time-windows.ts';
import type { AuditCheckpoint } from './audit.ts';
import { leafHash, treeHash } from './merkle.ts';

/** The content of one leaf: the facts by which one response counts in one rollup. */
export interface SealedFact {
  /** The response. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly answeredAt: number;
  /** The cell's public key. */
  readonly cell: string;
  /** 0 detractor, 1 passive, 2 promoter. */
  readonly class: number;
  /** The mapping version's key. */
  readonly mapping: string;
  /**
   * What brought these facts: the source event of a response, or the time of a prediction (microseconds). Facts
   * that change while this stays were tampered with.
   */
  readonly origin: string;
  /** Hundredths of a point; null where the class is inferred. */
  readonly points: number | null;
  readonly inferred: InferredFact | null;
}

/** The model's prediction; probabilities in millionths. */
export interface InferredFact {
  /** SHA-256 of the model's artefact. */
  readonly model: string;
  readonly detractor: number;
  readonly passive: number;
  readonly promoter: number;
  /** Whether the response has a surveyed class too. */
  readonly surveyed: boolean;
}

/**
 * The content of a leaf: canonical JSON (RFC 8785), written by hand because a score needs a hundred thousand of
 * them. Once the salt (hex) is deleted, the hash reveals nothing.
 */
export function leafContent(fact: SealedFact, salt: string): string {
  const { id, answeredAt, cell, class: given, mapping, origin, points, inferred } = fact;
  const start = `{"answeredAt":${answeredAt},"cell":"${cell}","class":${given}`;
  if (!inferred) {
    return `${start},"event":"${origin}","id":"${id}","mapping":"${mapping}","points":${points},"salt":"${salt}"}`;
  }
  const { model, detractor, passive, promoter, surveyed } = inferred;
  return `${start},"detractor":${detractor},"id":"${id}","mapping":"${mapping}","model":"${model}","passive":${passive},"predictedAt":"${origin}","promoter":${promoter},"salt":"${salt}","surveyed":${surveyed}}`;
}

/**
 * What may change a rollup after it was sealed. restricted: restricted in a dispute (GDPR article 18), or
 * lifted. withdrawn: removed, because its import was undone. uncounted: a policy, a flag or a person left it out, or counts it again.
 */
export const CHANGE_CAUSES = [
  'late',
  'corrected',
  'rescored',
  'withdrawn',
  'restricted',
  'uncounted',
  'erased',
] as const;
/** Why there is a revision: `sealed` is the first. */
export type SealCause = 'sealed' | (typeof CHANGE_CAUSES)[number];

/** How many leaves were added, changed or lost their response since the previous revision. */
export type SealChanges = Readonly<Record<Exclude<SealCause, 'sealed'>, number>>;

export const NO_CHANGES: SealChanges = {
  late: 0,
  corrected: 0,
  rescored: 0,
  withdrawn: 0,
  restricted: 0,
  uncounted: 0,
  erased: 0,
};

/** The integers that a rollup holds. */
export interface RollupSums extends Counts {
  readonly n: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly alonePromoters: number;
  readonly alonePassives: number;
  readonly aloneDetractors: number;
  readonly promoterMillionths: number;
  readonly passiveMillionths: number;
  readonly detractorMillionths: number;
}

/** The names of a rollup's integers. */
export const ROLLUP_SUMS = [
  'promoters',
  'passives',
  'detractors',
  'n',
  'sum',
  'sumSquares',
  'alonePromoters',
  'alonePassives',
  'aloneDetractors',
  'promoterMillionths',
  'passiveMillionths',
  'detractorMillionths',
] as const satisfies readonly (keyof RollupSums)[];

const NO_SUMS = Object.fromEntries(ROLLUP_SUMS.map((name) => [name, 0])) as unknown as RollupSums;

/** A recount: what the rollup of exactly these facts must contain. */
export function sumsOf(facts: readonly SealedFact[]): RollupSums {
  const sums: Record<keyof RollupSums, number> = { ...NO_SUMS };
  const classes = ['detractors', 'passives', 'promoters'] as const;
  const alone = ['aloneDetractors', 'alonePassives', 'alonePromoters'] as const;
  for (const { class: given, points, inferred } of facts) {
    sums.n += 1;
    sums[classes[given] ?? 'detractors'] += 1;
    sums.sum += points ?? 0;
    sums.sumSquares += (points ?? 0) ** 2;
    if (!inferred) continue;
    if (!inferred.surveyed) sums[alone[given] ?? 'aloneDetractors'] += 1;
    sums.promoterMillionths += inferred.promoter;
    sums.passiveMillionths += inferred.passive;
    sums.detractorMillionths += inferred.detractor;
  }
  return sums;
}

/**
 * The statement of a seal about a closed rollup, besides its leaves. Sums are texts: they may exceed JSON
 * numbers.
 */
export interface Manifest {
  readonly format: 'scoreline-manifest/1';
  readonly rollup: string;
  readonly cell: string;
  /** Start of the hour, RFC 3339. */
  readonly hour: string;
  readonly model: {
    readonly version: number;
    readonly key: string | null;
    readonly featureSet: string | null;
  };
  readonly revision: number;
  /** Hash of the revision before it (`manifestHash`), or null. */
  readonly previous: string | null;
  readonly why: SealCause;
  /** Older manifests lack `restricted`, `withdrawn` and `uncounted`. */
  readonly changes: Omit<SealChanges, 'restricted' | 'withdrawn' | 'uncounted'> & Partial<SealChanges>;
  /**
   * When the newest of the facts was brought: its source event received, or its prediction made; microseconds
   * since 1970. Later changes are newer. Absent without facts, and in older manifests.
   */
  readonly brought?: string;
  /** RFC 9162 tree hash over the leaves, hex. */
  readonly root: string;
  readonly leaves: number;
  /** How many leaves belong to erased responses: they stay as hashes and are not counted. */
  readonly erased: number;
  readonly sums: Readonly<Record<keyof RollupSums, string>>;
  /** Responses by points (hundredths); empty where the class is inferred. */
  readonly histogram: Readonly<Record<string, number>>;
  /** Responses by mapping version. */
  readonly mappings: Readonly<Record<string, number>>;
  /**
   * First and last journal entry known to have touched it since the previous revision: "transaction.position". If it was touched
   * while that revision was made, the first is the last one of that revision.
   */
  readonly journal: { readonly first: string; readonly last: string };
  readonly sealedAt: string;
}

export interface ManifestInput {
  readonly rollup: RollupKey;
  readonly model: Manifest['model'];
  readonly revision: number;
  readonly previous: string | null;
  readonly changes: SealChanges;
  readonly facts: readonly SealedFact[];
  /** Of the leaves in their order, including erased ones. */
  readonly hashes: readonly string[];
  readonly journal: Manifest['journal'];
  /** Microseconds since 1970, or null without facts. */
  readonly brought: number | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The manifest of one revision of a rollup's seal. */
export function manifestOf(input: ManifestInput): Manifest {
  const { rollup, model, revision, previous, changes, facts, hashes, journal, brought, now } = input;
  const sums = sumsOf(facts);
  const count = (keys: readonly (string | number)[]) => {
    const counts: Record<string, number> = {};
    for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
    return counts;
  };
  return {
    format: 'scoreline-manifest/1',
    rollup: rollupId(rollup),
    cell: rollup.cell,
    hour: new Date(rollup.hour * HOUR_MS).toISOString(),
    model,
    revision,
    previous,
    why: causeOf(revision, changes),
    changes,
    ...(brought === null ? {} : { brought: String(brought) }),
    root: treeHash(hashes),
    leaves: hashes.length,
    erased: hashes.length - facts.length,
    sums: Object.fromEntries(ROLLUP_SUMS.map((name) => [name, String(sums[name])])) as Manifest['sums'],
    histogram: count(facts.flatMap(({ points }) => (points === null ? [] : [points]))),
    mappings: count(facts.map(({ mapping }) => mapping)),
    journal,
    sealedAt: new Date(now).toISOString(),
  };
}

/** The most important cause of a revision. */
function causeOf(revision: number, changes: SealChanges): SealCause {
  if (revision === 0) return 'sealed';
  return [...CHANGE_CAUSES].reverse().find((cause) => changes[cause] > 0) ?? 'late';
}

/** The manifest as hashed and stored: RFC 8785. */
export function canonicalText(value: object): string {
  return canonicalize(value) ?? '';
}

/** The leaf of the log (upper tree) for a manifest, hex. */
export function manifestHash(text: string): string {
  return leafHash(text);
}

/** What a checkpoint signs: the state of the log of manifests at one moment. */
export interface Checkpoint {
  readonly format: 'scoreline-head/1';
  /** Seals in the log. */
  readonly size: number;
  /** RFC 9162 tree hash over their manifests, hex. */
  readonly root: string;
  /**
   * The last row of the audit log at that moment, null while there was none; checkpoints from before the log
   * lack it.
   */
  readonly audit?: AuditCheckpoint | null;
  /** From here on rows of the audit log name each leaf that lost its response; older checkpoints lack it. */
  readonly forgetting?: 'recorded';
  /** `headHash` of the previous checkpoint, or null. */
  readonly previous: string | null;
  readonly at: string;
  /** SHA-256 of the public key (SPKI, DER), hex. */
  readonly key: string;
}

/** A checkpoint's canonical text with its Ed25519 signature in base64. */
export interface SignedCheckpoint {
  readonly size: number;
  readonly body: string;
  readonly signature: string;
}

/**
 * What the next checkpoint is chained to, hex: body and signature, so that the last signature covers all before
 * it.
 */
export function checkpointHash({ body, signature }: Pick<SignedCheckpoint, 'body' | 'signature'>): string {
  return hash('sha256', `${body}\n${signature}`);
}

/** One line of the checkpoint file. */
export function checkpointLine({ body, signature }: Pick<SignedCheckpoint, 'body' | 'signature'>): string {
  return `${JSON.stringify({ body, signature })}\n`;
}
