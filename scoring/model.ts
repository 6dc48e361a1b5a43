import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { Calibration } from '../domain/models/calibration.ts';
import type { LinearHead } from './softmax-regression.ts';

/** The classes of each head, in the order of its weights. */
export const NPS_CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;
export const SENTIMENTS = ['NEGATIVE', 'NEUTRAL', 'POSITIVE'] as const;

const numbers = z.array(z.number());
const calibration = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('temperature'), temperature: z.number().positive() }),
  z.object({ kind: z.literal('isotonic'), classes: z.array(z.object({ from: numbers, values: numbers })) }),
]);
const head = z.object({
  /** Rows of 64-bit floats (little endian, base64), the bias last. */
  weights: z.array(z.string()),
  calibration,
});
const theme = z.object({
  name: z.string(),
  head,
  /** From which calibrated probability the theme is called at that precision, by precision in hundredths. */
  thresholds: z.record(z.string(), z.number()),
});
const feature = z.object({
  name: z.string(),
  version: z.int(),
  source: z.enum(['text', 'dimension']),
  description: z.string(),
  columns: z.array(z.string()),
});

const artefact = z.object({
  format: z.literal(1),
  /** How texts are prepared (preparation.ts); absent in models from before there was more than one way. */
  preparation: z.literal('emoji-words').optional(),
  encoder: z.object({ name: z.string(), hash: z.string(), dimension: z.int() }),
  featureSet: z.object({ codeHash: z.string(), features: z.array(feature), columns: z.array(z.string()) }),
  heads: z.object({ nps: head, sentiment: head, themes: z.array(theme) }),
  /** Languages that the encoder was trained on. */
  languages: z.array(z.string()),
  /**
   * Of two that read for one champion (companion.ts): the other one, by the key of its artefact, and what it reads. Absent in the
   * companion itself and in models that read alone.
   */
  companion: z.object({ key: z.string(), languages: z.array(z.string()) }).optional(),
  /** In both of such a pair: texts whose language is not determined are not read. */
  determinedOnly: z.literal(true).optional(),
  /** The model abstains when its most probable class has a lower probability. */
  minimumProbability: z.number(),
  /** Of the NPS head on examples that it was not fitted on: confusion[true][predicted], without abstentions. */
  confusion: z.array(z.array(z.int())),
  /** Sets by content: what each head was trained on. */
  trainingSets: z.array(
    z.object({ head: z.string(), hash: z.string(), examples: z.int(), description: z.string() }),
  ),
  evaluation: z.record(z.string(), z.unknown()),
});

/** Everything that makes predictions except the encoder's own files, as stored. */
export type ModelArtefact = z.infer<typeof artefact>;

/** A head ready to use. */
export interface ReadyHead extends LinearHead {
  readonly calibration: Calibration;
}

/** A model ready to predict; `key` is the SHA-256 of its artefact's canonical JSON (RFC 8785). */
export interface Model {
  readonly key: string;
  readonly artefact: ModelArtefact;
  readonly nps: ReadyHead;
  readonly sentiment: ReadyHead;
  readonly themes: readonly { readonly name: string; readonly head: ReadyHead }[];
}

/** @throws ZodError naming the path that is malformed. */
export function readModel(stored: unknown): Model {
  const read = artefact.parse(stored);
  return {
    key: artefactKey(read),
    artefact: read,
    nps: readyHead(read.heads.nps),
    sentiment: readyHead(read.heads.sentiment),
    themes: read.heads.themes.map(({ name, head: stored_ }) => ({ name, head: readyHead(stored_) })),
  };
}

export function artefactKey(stored: ModelArtefact): string {
  return createHash('sha256')
    .update(canonicalize(stored) ?? '')
    .digest('hex');
}

/** A head as stored. */
export function storeHead({ weights, bias }: LinearHead, fitted: Calibration): ModelArtefact['heads']['nps'] {
  return {
    weights: weights.map((row, index) => {
      const bytes = Buffer.alloc((row.length + 1) * 8);
      for (const [i, value] of row.entries()) bytes.writeDoubleLE(value, i * 8);
      bytes.writeDoubleLE(bias[index] ?? 0, row.length * 8);
      return bytes.toString('base64');
    }),
    calibration: structuredClone(fitted) as ModelArtefact['heads']['nps']['calibration'],
  };
}

/** A stored head, ready to use. */
export function readyHead({ weights, calibration: fitted }: ModelArtefact['heads']['nps']): ReadyHead {
  const rows = weights.map((text) => {
    const bytes = Buffer.from(text, 'base64');
    return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
  });
  return {
    weights: rows.map((row) => row.subarray(0, -1)),
    bias: Float64Array.from(rows, (row) => row.at(-1) ?? 0),
    calibration: fitted,
  };
}
