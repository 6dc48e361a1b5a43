import { indexOfLargest } from '../../domain/models/probabilities.ts';
import { correctedEstimate } from '../../domain/models/quantification.ts';
import type { EncoderPool } from '../encoder-pool.ts';
import { headInputs } from '../predict.ts';
import { type Example, fitSoftmax, type LinearHead, logitsOf } from '../softmax-regression.ts';
import { generator, type Labelled, shuffled } from './data.ts';

/** Inferred NPS of an app that the model has not seen, in score points from the true one. */
export interface NewApp {
  readonly app: string;
  readonly truth: number;
  /** As predicted, and corrected by the confusion on the other apps. */
  readonly naive: number;
  readonly corrected: number;
  /** With so many labels of the app itself: heads trained on them too, confusion from them alone. */
  readonly labels: number;
  readonly naiveAfter: number;
  readonly correctedAfter: number;
}

const LABELS = 400;
/** The app's own labels weigh more than others'. */
const OWN_WEIGHT = 3;
const FOLDS = 5;

/** Leaves the app out, then adds 400 of its labels; the rest of the app is inferred both times. */
export async function newApp(
  pool: EncoderPool,
  reviews: readonly Labelled[],
  app: string,
  l2: number,
  seed: number,
): Promise<NewApp> {
  const examples = async (labelled: readonly Labelled[], weight: number): Promise<Example[]> => {
    const encodings = await pool.encode(labelled.map(({ text }) => text));
    return labelled.map(({ text, label }, i) => {
      const encoding = encodings[i];
      if (!encoding) throw new Error('a text has no encoding');
      return { inputs: headInputs({ text, attributes: {} }, encoding), label, weight };
    });
  };
  const own = shuffled(
    reviews.filter(({ group }) => group === app),
    generator(seed),
  );
  const others = await examples(
    shuffled(
      reviews.filter(({ group }) => group !== app),
      generator(seed),
    ),
    1,
  );
  const [labelled, rest] = [
    await examples(own.slice(0, LABELS), OWN_WEIGHT),
    await examples(own.slice(LABELS), 1),
  ];
  const learn = (set: readonly Example[]) => fitSoftmax(set, 3, { l2, maxIterations: 100 });
  const edge = Math.floor(others.length * 0.85);
  const before = learn(others.slice(0, edge));
  const after = learn([...others, ...labelled]);
  // Each label is predicted by a head that did not see it.
  const unseen = Array.from({ length: FOLDS }, (_, fold) => {
    const head = learn([...others, ...labelled.filter((_one, i) => i % FOLDS !== fold)]);
    return confusionOf(
      head,
      labelled.filter((_one, i) => i % FOLDS === fold),
    );
  });
  const after_ = unseen.reduce((a, b) => a.map((row, i) => row.map((n, j) => n + (b[i]?.[j] ?? 0))));
  const truth = scoreOf(rest.map(({ label }) => label));
  const scores = (head: LinearHead, confusion: number[][]) => {
    const classes = rest.map(({ inputs }) => indexOfLargest(logitsOf(head, inputs)));
    const [detractors = 0, passives = 0, promoters = 0] = [0, 1, 2].map(
      (c) => classes.filter((one) => one === c).length,
    );
    const corrected = correctedEstimate({ detractors, passives, promoters }, confusion);
    return { naive: scoreOf(classes), corrected: 100 * (corrected?.theta ?? Number.NaN) };
  };
  const [first, second] = [scores(before, confusionOf(before, others.slice(edge))), scores(after, after_)];
  return {
    app,
    truth,
    naive: first.naive,
    corrected: first.corrected,
    labels: LABELS,
    naiveAfter: second.naive,
    correctedAfter: second.corrected,
  };
}

function scoreOf(classes: readonly number[]): number {
  return (100 * classes.reduce((sum, one) => sum + one - 1, 0)) / classes.length;
}

function confusionOf(head: LinearHead, examples: readonly Example[]): number[][] {
  const confusion = [0, 1, 2].map(() => [0, 0, 0]);
  for (const { inputs, label } of examples) {
    const row = confusion[label] ?? [];
    const predicted = indexOfLargest(logitsOf(head, inputs));
    row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return confusion;
}
