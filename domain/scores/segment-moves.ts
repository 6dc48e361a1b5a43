import { type Counts, npsScore, total, ZERO } from '../nps/nps.ts';
import type { CellAttributes } from '../segments/cell.ts';
import { type Dimension, valueIn } from '../segments/dimensions.ts';

/* What moving answers between segments changes: how many go from which to which, and the scores of the values that they leave and enter. */

/** Answers that go from one segment to another; `to` null: one that the caller may not read. */
export interface Move {
  readonly from: CellAttributes;
  readonly to: CellAttributes | null;
  readonly answers: number;
}

/** The answers with a value of a dimension, before and after. */
export interface ScoreEffect {
  readonly attribute: string;
  readonly value: string;
  readonly before: Counts;
  readonly after: Counts;
}

/** The sum over all answers. */
export interface Effect {
  readonly answers: number;
  readonly moved: number;
  /** Would move, but a legal hold covers their segment. */
  readonly held: number;
  /** Stay because a dimension does not declare the value. */
  readonly undeclared: number;
  /** The largest first. */
  readonly moves: readonly Move[];
  /** Values whose score or number of answers changes, the largest change first. */
  readonly scores: readonly ScoreEffect[];
}

const CLASSES = ['detractors', 'passives', 'promoters'] as const;

/** Where one answer goes. */
export interface Fate {
  readonly is: 'same' | 'moved' | 'held' | 'undeclared';
  readonly to: CellAttributes | null;
}

/** Starts an account of answers, each taken with its class, its segment and where it goes. */
export function startEffect(dimensions: readonly Dimension[]) {
  const count = { same: 0, moved: 0, held: 0, undeclared: 0 };
  const moves = new Map<string, { from: CellAttributes; to: CellAttributes | null; answers: number }>();
  const scores = new Map<string, { attribute: string; value: string; before: Counts; after: Counts }>();
  const note = (attributes: CellAttributes, when: 'before' | 'after', given: 0 | 1 | 2) => {
    for (const { attribute } of dimensions) {
      const value = valueIn(attributes, attribute);
      const name = JSON.stringify([attribute, value]);
      const score = scores.get(name) ?? { attribute, value, before: ZERO, after: ZERO };
      const of = CLASSES[given];
      scores.set(name, { ...score, [when]: { ...score[when], [of]: score[when][of] + 1 } });
    }
  };
  return {
    take(given: 0 | 1 | 2 | null, from: CellAttributes, { is, to }: Fate): void {
      count[is] += 1;
      const after = is === 'moved' ? to : from;
      if (is === 'moved') {
        const name = JSON.stringify([from, to]);
        const move = moves.get(name) ?? { from, to, answers: 0 };
        moves.set(name, { ...move, answers: move.answers + 1 });
      }
      if (given === null) return;
      note(from, 'before', given);
      if (after) note(after, 'after', given);
    },
    end(): Effect {
      const { same, ...rest } = count;
      return {
        ...{ answers: same + rest.moved + rest.held + rest.undeclared, ...rest },
        moves: [...moves.values()].sort((a, b) => b.answers - a.answers),
        scores: [...scores.values()].filter(changes).sort((a, b) => sizeOf(b) - sizeOf(a)),
      };
    },
  };
}

const changes = ({ before, after }: ScoreEffect) => CLASSES.some((name) => before[name] !== after[name]);

/** By how much the score changes; a value without answers before or after comes first. */
function sizeOf({ before, after }: ScoreEffect): number {
  const [first, then] = [npsScore(before), npsScore(after)];
  if (first === null || then === null) return 1_000 + total(before) + total(after);
  return Math.abs(then - first);
}
