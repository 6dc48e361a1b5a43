import { type NameSpan, withoutSpans } from '../../domain/privacy/names.ts';
import { DEFAULT_RULES, type RedactionRules, redacting } from '../../domain/privacy/redact.ts';
import { type Steps, toEnd } from '../../domain/text/slices.ts';
import { cutAtGrapheme, TEXT_RULES } from '../../domain/text/text.ts';

/** Characters read beyond the cut: longer than anything that `redact` replaces. */
const MARGIN = 16_384;
/** How much larger the next window is, and from which size on there is no next one. */
const GROWTH = 4;
const LARGEST_WINDOW = 400_000;
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
  for (let size = longest + MARGIN; ; size *= GROWTH) {
    const isWhole = given.length <= size;
    const { text } = yield* redacting(isWhole ? given : given.slice(0, size), rules);
    if (isWhole && text.length <= longest) return { text, isCut: false };
    // A match at the end of a window may be half of a longer one.
    const most = isWhole ? longest : Math.min(longest, text.length - MARGIN);
    // Replacements are shorter than what they replace, so a window may have too little left: then a larger one is read.
    if (isWhole || most === longest || size > LARGEST_WINDOW)
      return { text: cutAtGrapheme(text, Math.max(0, most)).replace(HALF_REPLACEMENT, ''), isCut: true };
  }
}

/** The comment without the names in it; a placeholder may be longer than a name, so its end may be cut. */
export function commentWithout({ text, isCut }: KeptComment, spans: readonly NameSpan[]): KeptComment {
  const { longest } = TEXT_RULES.comment;
  const left = withoutSpans(text, spans);
  if (left.length <= longest) return { text: left, isCut };
  return { text: cutAtGrapheme(left, longest).replace(HALF_REPLACEMENT, ''), isCut: true };
}
