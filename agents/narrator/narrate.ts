import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { FactSheet, Sentence } from './fact.ts';
import { tell } from './template.ts';
import type { Verified } from './verify.ts';

/** A text over a fact sheet, and what was refused on the way. */
export interface Narrative {
  readonly sentences: readonly Sentence[];
  /** Who wrote it: the templates, or the model behind `SCORELINE_LLM_URL`. */
  readonly by: 'TEMPLATE' | 'MODEL';
  /** Sentences of the model that did not say what their facts say. */
  readonly refused: Verified['refused'];
  /** SHA-256 of the sheet's canonical JSON (RFC 8785), in hex. */
  readonly sheetHash: string;
}

/** The text of the templates: right by construction, so it is not checked. */
export const narrate = (sheet: FactSheet): Narrative => ({
  sentences: tell(sheet),
  by: 'TEMPLATE',
  refused: [],
  sheetHash: hashOf(sheet),
});

export const hashOf = (sheet: FactSheet): string =>
  createHash('sha256')
    .update(canonicalize(sheet) ?? '')
    .digest('hex');
