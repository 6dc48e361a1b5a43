import { SCORE_ID_PREFIX, type ScoreName, type ScoreRow, scoreContent } from './score.ts';

/** Bytes that base64 encodes together, as CHARACTERS characters. */
const GROUP = 3;
const CHARACTERS = 4;

/**
 * The ids of those scores, each as `scoreId` makes it. The part of the segment is encoded once for each segment, the rest of all in
 * one call.
 */
export function scoreIds(names: readonly ScoreName[]): string[] {
  const segments = new Map<ScoreName['segment'], Encoded>();
  const heads: string[] = [];
  const lengths: number[] = [];
  let rests = '';
  for (const name of names) {
    let segment = segments.get(name.segment);
    if (!segment) {
      segment = encoded(scoreContent.ofSegment(name.segment));
      segments.set(name.segment, segment);
    }
    const rest = segment.left + scoreContent.ofRest(name);
    heads.push(segment.text);
    lengths.push(rest.length);
    // Zeros do not change the characters before them.
    rests += rest + PADDING[rest.length % GROUP];
  }
  const text = Buffer.from(rests, 'latin1').toString('base64url');
  let at = 0;
  return lengths.map((length, place) => {
    const id = heads[place] + text.slice(at, at + Math.ceil((length * CHARACTERS) / GROUP));
    at += Math.ceil(length / GROUP) * CHARACTERS;
    return id;
  });
}

/** Makes the ids of the rows together, before they are read one by one. */
export function nameRows(rows: readonly ScoreRow[]): void {
  for (const [place, id] of scoreIds(rows).entries()) rows[place]?.setId(id);
}

const PADDING = ['', '\0\0', '\0'];

/** A text of which whole groups of bytes are encoded. */
interface Encoded {
  readonly text: string;
  /** The bytes that are left, as Latin-1. */
  readonly left: string;
}

function encoded(content: string): Encoded {
  const bytes = Buffer.from(content);
  const whole = bytes.length - (bytes.length % GROUP);
  return {
    text: SCORE_ID_PREFIX + bytes.toString('base64url', 0, whole),
    left: bytes.toString('latin1', whole),
  };
}
