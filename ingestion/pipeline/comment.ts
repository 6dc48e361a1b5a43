import { DEFAULT_RULES, type RedactionRules, redacting } from '../../domain/privacy/redact.ts';
import { type Steps, toEnd } from '../../domain/text/slices.ts';
import { cutAtGrapheme, TEXT_RULES } from '../../domain/text/text.ts';

/** Characters read beyond the cut: longer than anything that `redact` replaces. */
const MARGIN = 16_384;
/** The beginning of a placeholder: "[email]" is kept whole or not at all. */
const HALF_REPLACEMENT = /\[[a-z]{0,16}$/;

/** A comment as stored. */
export interface KeptComment {
  readonly text: string;
  /** Whether its end was cut. */
  readonly isCut: boolean;
}

/**
 * The redacted comment, cut to the maximum length. It is redacted before it is cut, with the text after the cut
 * in view, so that no half of an address or a number stays.
 */
export const keptComment = (given: string, rules: RedactionRules = DEFAULT_RULES): KeptComment =>
  toEnd(keepingComment(given, rules));

/** As `keptComment`, in steps. */
export function* keepingComment(given: string, rules: RedactionRules = DEFAULT_RULES): Steps<KeptComment> {
  const { longest } = TEXT_RULES.comment;
  const window = given.length > longest + MARGIN ? given.slice(0, longest + MARGIN) : given;
  const { text: redacted } = yield* redacting(window, rules);
  // A match at the end of a window may be half of a longer one.
  const most = window === given ? longest : Math.min(longest, redacted.length - MARGIN);
  if (window === given && redacted.length <= most) return { text: redacted, isCut: false };
  return { text: cutAtGrapheme(redacted, most).replace(HALF_REPLACEMENT, ''), isCut: true };
}
