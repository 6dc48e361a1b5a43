/** A value that has arrived, by the path that a mapping names it by. */
export interface SampleValue {
  readonly path: string;
  readonly value: string;
}

/** What is what in an example; blank: nothing is. */
export interface SampleMapping {
  readonly score: string;
  readonly scale: string;
  readonly comment: string;
  readonly survey: string;
  /** Paths by dimension. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The scales that the server knows by name. */
export const SCALE_NAMES = ['0-10', '1-10', '1-7', '1-5'] as const;

const LONGEST_NAME = 200;
/** Likelier ones first: tools also send scores of quizzes. */
const SCORES = [/nps|recommend/i, /^(?:answers?|data)\b/i, /score|rating/i];
const COMMENT = /comment|feedback|reason|why|text|answers?\b/i;
/** Where connectors put the texts of questions. */
const QUESTION = /^questions\./;
const isScore = ({ value }: SampleValue) => /^(?:10|\d)$/.test(value);

/** A first proposal: the only likely number and the longest likely text. The person decides. */
export function guessed(values: readonly SampleValue[], name: string): SampleMapping {
  const scores = values.filter(isScore);
  const [score] = [...SCORES.flatMap((likely) => scores.filter(({ path }) => likely.test(path))), ...scores];
  const texts = values.filter(
    ({ path, value }) => COMMENT.test(path) && !QUESTION.test(path) && /\s/.test(value.trim()),
  );
  const [comment] = [...texts].sort((a, b) => b.value.length - a.value.length);
  return {
    score: score?.path ?? '',
    scale: '0-10',
    comment: comment?.path ?? '',
    survey: name.slice(0, LONGEST_NAME),
    dimensions: {},
  };
}

/** The mapping as the server takes it; the question of the score is mapped too where the tool sends its text. */
export function mappingOf(
  { score, scale, comment, survey, dimensions }: SampleMapping,
  values: readonly SampleValue[],
): Record<string, unknown> {
  const question = score.replace(/^answers\./, 'questions.');
  const isAsked = question !== score && values.some(({ path }) => path === question);
  const mapped = Object.entries(dimensions).filter(([, path]) => path !== '');
  return {
    survey: { name: survey.trim() || 'Survey', version: '1' },
    ...(score === '' ? {} : { score: { column: score, scale } }),
    ...(isAsked ? { question } : {}),
    ...(comment === '' ? {} : { comment }),
    ...(mapped.length === 0
      ? {}
      : { dimensions: Object.fromEntries(mapped.map(([field, path]) => [field, { column: path }])) }),
  };
}
