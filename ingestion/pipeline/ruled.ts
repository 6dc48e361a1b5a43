import type { NormalisedResponse } from '../../domain/responses/normalised-response.ts';
import type { RulesInForce } from '../../domain/segments/apply-rules.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import { dimensionValue } from '../../domain/segments/dimensions.ts';
import { readName, TEXT_RULES } from '../../domain/text/text.ts';
import type { ResponseDraft } from './draft.ts';
import { type Outcome, rejected } from './outcome.ts';

/** The dimensions of an item as segment rules make them. */
export interface Ruled {
  readonly named: Named;
  readonly attributes: CellAttributes;
  readonly sent: Pick<NormalisedResponse, 'sent' | 'segmentRules'>;
}

/** What the rules make of the dimensions as sent, and what they read. */
export function ruledBy(
  rules: RulesInForce | null | undefined,
  dimensions: CellAttributes,
  draft: ResponseDraft,
): Ruled | { readonly problem: Outcome } {
  const asked = rules?.asked ?? [];
  const named = namedOf(asked, draft.attributes ?? {});
  if ('problem' in named) return named;
  if (!rules) return { named, attributes: dimensions, sent: { sent: null, segmentRules: 0 } };
  const sent = { dimensions, attributes: named.values, asked };
  return { named, attributes: rules.apply(sent), sent: { sent, segmentRules: rules.version } };
}

/** The attributes that rules read of it. */
interface Named {
  readonly values: Readonly<Record<string, string>>;
  readonly isCut: boolean;
  readonly content: { readonly named?: Readonly<Record<string, string>> };
}

/**
 * The attributes that rules ask for, as stored, or the rejection of one; one that is too long is left out. Contents without any keep their
 * hash.
 */
function namedOf(
  asked: readonly string[],
  given: Readonly<Record<string, string>>,
): Named | { readonly problem: Outcome } {
  const values: Record<string, string> = {};
  let isCut = false;
  for (const name of asked) {
    const value = Object.hasOwn(given, name)
      ? readName(TEXT_RULES.value, joinedLines(given[name] ?? ''))
      : '';
    if (typeof value !== 'string') {
      if (value.code !== 'TOO_LONG')
        return { problem: rejected(value.code, `attributes.${name}: ${value.message}`) };
      isCut = true;
    } else if (value !== '') values[name] = dimensionValue(value);
  }
  const isEmpty = Object.keys(values).length === 0;
  return { values, isCut, content: isEmpty ? {} : { named: values } };
}

/** Line breaks and runs of spaces within a value come from typing, not from its name. */
export function joinedLines(text: string): string {
  return text.length > 4 * TEXT_RULES.value.longest ? text : text.replace(/\s+/g, ' ');
}
