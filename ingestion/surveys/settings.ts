import { z } from 'zod';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { problemOf } from '../../domain/text/text.ts';
import { readChecked } from '../files/map/map-mistakes.ts';
import { named } from '../files/map/map-parts.ts';
import { createItemReader } from '../pipeline/response-items.ts';
import { versionAsked } from '../pipeline/wording.ts';
import type { ConnectionReader } from '../webhooks/connector.ts';

/** What a connection says in its own words; what is absent has a default in the language. */
export type OwnTexts = { readonly [Name in OwnText]?: string | undefined };

const OWN_TEXTS = [
  'question',
  'comment',
  'thanks',
  'low',
  'high',
  'send',
  'saved',
  'change',
  'close',
] as const;
type OwnText = (typeof OWN_TEXTS)[number];

/** How a survey of our own is shown, from the mapping of its connection. */
export interface SurveySettings {
  /** By language tag, in the order declared. */
  readonly texts: ReadonlyMap<string, OwnTexts>;
}

/** The reader of a survey: its answers have the form of POST /ingest/responses. */
export interface SurveyReader extends ConnectionReader {
  readonly source: string;
  readonly settings: SurveySettings;
}

/** Characters of a question or of thanks. */
const LONGEST_TEXT = 500;
const MOST_LANGUAGES = 50;

const words = z
  .string()
  .trim()
  .min(1, 'must not be blank')
  .superRefine((text, context) => {
    const problem = problemOf({ longest: LONGEST_TEXT, form: 'lines' }, text);
    if (problem) context.addIssue({ code: 'custom', message: problem.message });
  })
  .optional();

const isLanguage = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

/** The parts of a mapping that surveys share: where answers are filed, and what is asked. */
export const surveyShape = {
  source: named('source').optional(),
  survey: z.strictObject({ name: named('survey'), version: named('surveyVersion') }).optional(),
  texts: z
    .record(
      z.string().refine(isLanguage, 'must be a language such as "en" or "pt-BR"'),
      z.strictObject(
        Object.fromEntries(OWN_TEXTS.map((name) => [name, words])) as Record<OwnText, typeof words>,
      ),
    )
    .refine((given) => Object.keys(given).length <= MOST_LANGUAGES, `at most ${MOST_LANGUAGES} languages`)
    .optional(),
};

/** A mapping as read by `readSurvey`. */
export interface SurveyMapping {
  readonly source?: string | undefined;
  readonly survey?: { readonly name: string; readonly version: string } | undefined;
  readonly texts?: Readonly<Record<string, OwnTexts>> | undefined;
}

/**
 * The mapping of a survey, checked.
 * @throws InvalidMapError
 */
export const readSurvey = <Shape extends z.ZodType<SurveyMapping>>(
  shape: Shape,
  mapping: unknown,
  dimensions: readonly Dimension[],
): z.output<Shape> => readChecked(shape, mapping, dimensions.length);

/** The reader of a survey's answers, bound to one source. */
export function surveyReader(
  connector: string,
  { source = connector, survey = { name: connector, version: '1' }, texts = {} }: SurveyMapping,
  dimensions: readonly Dimension[],
): SurveyReader {
  const questions = Object.entries(texts).flatMap(([tag, { question }]) =>
    question ? [`${tag} ${question}`] : [],
  );
  const { name, version } = survey;
  const surveyVersion = questions.length === 0 ? version : versionAsked(version, questions.sort().join('\n'));
  const defaults = { source, survey: name, surveyVersion };
  const own = Object.entries(texts).map(
    ([tag, one]) => [Intl.getCanonicalLocales(tag)[0] ?? tag, one] as const,
  );
  return { ...createItemReader(dimensions, connector, defaults), source, settings: { texts: new Map(own) } };
}
