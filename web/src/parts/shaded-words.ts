/** What one token, feature or the bias gave to the logit of the winning class. */
export interface TokenShare {
  readonly token: string;
  readonly share: number;
}

/** A piece of the comment; share is null between the tokens. */
export interface Piece {
  readonly text: string;
  readonly share: number | null;
  /** Where it begins in the comment. */
  readonly at: number;
}

/** A share with the word that it belongs to, for the list. */
export interface WordShare {
  readonly word: string;
  readonly share: number;
}

/** A token of the tokenizer, or one of a feature or the bias, which stand in brackets. */
const isInText = ({ token }: TokenShare): boolean => !/^\[.+\]$/.test(token);

/** Each character of the text as the tokenizer compares it: without case and accents. */
function compared(text: string): { readonly letters: string; readonly at: number[] } {
  let letters = '';
  const at: number[] = [];
  let index = 0;
  for (const character of text) {
    for (const letter of character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()) {
      letters += letter;
      for (let i = 0; i < letter.length; i++) at.push(index);
    }
    index += character.length;
  }
  at.push(index);
  return { letters, at };
}

/** How far ahead a token is looked for: what the tokenizer left out is seldom longer. */
const AHEAD = 200;

/** The comment cut where the tokens are; a token that is not found there is left out. */
export function piecesOf(comment: string, shares: readonly TokenShare[]): Piece[] {
  const { letters, at } = compared(comment);
  const pieces: Piece[] = [];
  let done = 0;
  const add = (until: number, share: number | null) => {
    const [from, to] = [at[done] ?? 0, at[until] ?? comment.length];
    if (to > from) pieces.push({ text: comment.slice(from, to), share, at: from });
    done = until;
  };
  for (const one of shares.filter(isInText)) {
    const token = compared(one.token.replace(/^##/, '').trim()).letters;
    const found = token === '' ? -1 : letters.indexOf(token, done);
    if (found < 0 || found > done + AHEAD) continue;
    if (found > done) add(found, null);
    add(found + token.length, one.share);
  }
  if (done < letters.length) add(letters.length, null);
  return pieces;
}

/** Whole words with the sum of their tokens' shares, then features and the bias; the strongest first. */
export function wordShares(pieces: readonly Piece[], shares: readonly TokenShare[]): WordShare[] {
  const words: WordShare[] = [];
  let open: { word: string; share: number } | null = null;
  for (const { text, share } of pieces) {
    if (share === null) {
      open = null;
      continue;
    }
    if (open === null) {
      open = { word: '', share: 0 };
      words.push(open);
    }
    open.word += text;
    open.share += share;
  }
  const rest = shares
    .filter((one) => !isInText(one) && !/^\[(?:CLS|SEP|PAD|UNK)\]$/.test(one.token))
    .map(({ token, share }) => ({ word: token, share }));
  return [...words, ...rest].sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
}

/** How strongly a piece is shaded: 0 not at all, 4 the most; by its part of the strongest share. */
export function shadeOf(share: number | null, strongest: number): 0 | 1 | 2 | 3 | 4 {
  if (share === null || strongest <= 0) return 0;
  const part = Math.abs(share) / strongest;
  return part < 0.1 ? 0 : part < 0.3 ? 1 : part < 0.55 ? 2 : part < 0.8 ? 3 : 4;
}
