import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { FactSheet, Sentence } from './fact.ts';
import type { RewriteFailure, RewriteRefusal } from './rewrite.ts';
import { tell } from './template.ts';

/** A text over a fact sheet, and what was refused on the way. */
export interface Narrative {
  readonly sentences: readonly Sentence[];
  /** Who wrote it: the templates, or the model behind `SCORELINE_LLM_URL`. */
  readonly by: 'TEMPLATE' | 'MODEL';
  /** Why sentences of the model were refused; one is enough to show none of them. */
  readonly refused: readonly RewriteRefusal[];
  /** Why there is no text of the model, where one was asked for; null: there was one, or none was asked for. */
  readonly failure: RewriteFailure | null;
  /** The model that was asked; null: none. */
  readonly model: string | null;
  /** SHA-256 of the sheet's canonical JSON (RFC 8785), in hex. */
  readonly sheetHash: string;
}

/** The text of the templates: right by construction, so it is not checked. */
export const narrate = (sheet: FactSheet): Narrative => ({
  sentences: tell(sheet),
  by: 'TEMPLATE',
  refused: [],
  failure: null,
  model: null,
  sheetHash: hashOf(sheet),
});

export const hashOf = (sheet: FactSheet): string =>
  createHash('sha256')
    .update(canonicalize(sheet) ?? '')
    .digest('hex');
