import type { View } from './cues.ts';
import { CURRENCY_BEFORE, isNumberOfThing, OTHER_CUES, PHONE_CUES } from './phone-cues.ts';
import { beginsWithDate, type Groups } from './phone-shapes.ts';
import { isDigit } from './span.ts';

/** What stands to the left of a number. */
export class LeftSide {
  readonly #view: View;
  readonly #start: number;
  #cue: 'phone' | 'other' | null | undefined;
  /** Whether three groups are a date, and whether more groups begin with one. */
  readonly #dated: (boolean | undefined)[] = [];
  constructor(view: View, start: number) {
    this.#view = view;
    this.#start = start;
  }
  /** What the nearest word says about the number. */
  get cue(): 'phone' | 'other' | null {
    if (this.#cue === undefined) this.#cue = this.#read();
    return this.#cue;
  }
  #read(): 'phone' | 'other' | null {
    const phone = this.#view.distance(PHONE_CUES, this.#start);
    const other = this.#view.distance(OTHER_CUES, this.#start);
    if (phone === Number.POSITIVE_INFINITY && phone === other && this.#isAfterDigit()) return null;
    if (phone === Number.POSITIVE_INFINITY && phone === other)
      return NUMBER_SIGN.test(this.#view.tail(this.#start, 4)) || this.#isOfThing() ? 'other' : null;
    return phone <= other ? 'phone' : 'other';
  }
  /** In a row of numbers. */
  #isAfterDigit() {
    const { text } = this.#view;
    const last = text[this.#start - 1];
    return isDigit(last === ' ' ? text[this.#start - 2] : last);
  }
  #isOfThing() {
    return isNumberOfThing(this.#view.tail(this.#start, REACH_OF_THING), (word) =>
      PHONE_CUES.words.has(word),
    );
  }
  /** Whether a word for a telephone is adjacent, so that they may be written together. */
  get isCuedClosely(): boolean {
    return this.#view.distance(PHONE_CUES, this.#start) <= 3;
  }
  /** Whether groups that begin here begin with a date. */
  beginsWithDate({ sizes, text }: Groups): boolean {
    if (sizes.length < 3) return false;
    const which = sizes.length === 3 ? 0 : 1;
    this.#dated[which] ??= beginsWithDate(text);
    return this.#dated[which];
  }
  get isAmount(): boolean {
    return CURRENCY_BEFORE.test(this.#view.tail(this.#start, 8));
  }
}
const REACH_OF_THING = 40;
const NUMBER_SIGN = /(?:#|№|n[°º]) ?$/;
