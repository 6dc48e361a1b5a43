/** What was seen of the values of one column. */
export class Profile {
  readonly name: string;
  /** What its heading says: the name, and the question below it in exports that have both. */
  readonly texts: readonly string[];
  rows = 0;
  filled = 0;
  /** How often each value occurs; null where there are too many different ones. */
  counts: Map<string, number> | null = new Map();
  /** The first different values. */
  readonly examples: string[] = [];
  /** Values from all over the file. */
  samples: string[] = [];
  characters = 0;
  /** Values of several words. */
  sentences = 0;
  emails = 0;
  /** Of the rows in which uniqueness is checked: how many repeat an earlier value, and how many are checked. */
  repeats = 0;
  checked = 0;
  /** The greatest first and second number of values like "3/11/2026". */
  readonly parts: [number, number] = [0, 0];
  #seen = new Set<string>();
  #step = 1;

  constructor(name: string, question: string | undefined) {
    this.name = name;
    this.texts = question ? [name, question] : [name];
  }

  add(given: string): void {
    this.rows += 1;
    const value = given.trim();
    if (value === '') return;
    this.filled += 1;
    this.characters += value.length;
    if (this.examples.length < EXAMPLES && !this.examples.includes(value)) this.examples.push(value);
    if (SENTENCE.test(value)) this.sentences += 1;
    if (value.includes('@') && EMAIL.test(value)) this.emails += 1;
    this.#count(value);
    this.#check(value);
    this.#sample(value);
    const parts = value.length <= LONGEST_DATE ? NUMBERS.exec(value) : null;
    if (!parts) return;
    this.parts[0] = Math.max(this.parts[0], Number(parts[1]));
    this.parts[1] = Math.max(this.parts[1], Number(parts[2]));
  }

  /** Rows before the column appeared, as fields of JSON may. */
  skip(rows: number): void {
    this.rows += rows;
  }

  /** The share of checked values that are the only ones of their kind. */
  get uniqueness(): number {
    return this.checked === 0 ? 0 : 1 - this.repeats / this.checked;
  }

  get meanLength(): number {
    return this.filled === 0 ? 0 : this.characters / this.filled;
  }

  #count(value: string): void {
    if (!this.counts) return;
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
    if (this.counts.size > MOST_DIFFERENT) this.counts = null;
  }

  #check(value: string): void {
    if (this.checked >= MOST_CHECKED) return;
    this.checked += 1;
    if (this.#seen.has(value)) this.repeats += 1;
    else this.#seen.add(value);
  }

  #sample(value: string): void {
    if (this.filled % this.#step !== 0) return;
    this.samples.push(value);
    if (this.samples.length <= MOST_SAMPLES) return;
    this.samples = this.samples.filter((_, index) => index % 2 === 0);
    this.#step *= 2;
  }
}

const EXAMPLES = 5;
const MOST_DIFFERENT = 1_000;
const MOST_CHECKED = 5_000;
const MOST_SAMPLES = 1_000;
const LONGEST_DATE = 40;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@.]{2,63}$/;
/** Four words, or some characters of a script without spaces. */
const SENTENCE = /\S\s+\S+\s+\S+\s+\S|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{6}/;
const NUMBERS = /^\D{0,12}?(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}(?!\d)/;

/** The columns of a table, as its rows arrive. */
export class Profiles {
  readonly #questions: ReadonlyMap<string, string>;
  readonly all = new Map<string, Profile>();
  rows = 0;

  /** @param questions by column */
  constructor(questions: ReadonlyMap<string, string> = new Map()) {
    this.#questions = questions;
  }

  add(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) {
      let profile = this.all.get(name);
      if (!profile) {
        if (this.all.size >= MOST_COLUMNS) continue;
        profile = new Profile(name, this.#questions.get(name));
        profile.skip(this.rows);
        this.all.set(name, profile);
      }
      profile.add(value);
    }
    this.rows += 1;
  }
}

const MOST_COLUMNS = 2_000;
