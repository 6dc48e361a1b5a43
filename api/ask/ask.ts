import type { GraphQLSchema } from 'graphql';
import { ModelFailedError } from '../../agents/narrator/model.ts';
import type { RewriteFailure } from '../../agents/narrator/rewrite.ts';
import { sha256 } from '../../config/gate-settings.ts';
import { redact } from '../../domain/privacy/redact.ts';
import { quoted } from '../../domain/text/text.ts';
import { readDimensionValues } from '../../store/scores/dimension-values.ts';
import type { ApiContext } from '../context.ts';
import { askModel, noteAnswer } from '../language-model.ts';
import { documentText, TOOLS } from '../mcp/tools.ts';
import { executeOperation, prepareOperation } from '../operation.ts';
import { aboutOf, sentencesOf, whichOf } from './answer.ts';
import { examplesFor, readQuestion } from './grammar.ts';
import { PROMPT_HASH, PROMPT_VERSION, planOfForm, questionFor } from './model-reading.ts';
import { type Filled, fill, type Kind, type KnownDimension, NARRATIVE_DOCUMENT, type Plan } from './plan.ts';

/** A trusted document with its variables. */
export interface FilledQuery {
  readonly name: string;
  readonly documentId: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The answer to a question. */
export interface Asked {
  readonly kind: Kind | null;
  readonly by: 'GRAMMAR' | 'MODEL' | null;
  readonly sentences: readonly string[];
  readonly query: FilledQuery | null;
  readonly data: unknown;
  readonly examples: readonly string[];
  readonly failure: RewriteFailure | null;
}

/**
 * Reads a question, fills in a trusted document, and executes it as the caller's operation.
 */
export async function answerQuestion(
  context: ApiContext,
  schema: GraphQLSchema,
  { question, mayAskModel }: { readonly question: string; readonly mayAskModel: boolean },
): Promise<Asked> {
  const { now } = context.deps;
  const dimensions = await knownDimensions(context);
  const reading = readQuestion(question, dimensions, now());
  if ('plan' in reading) return run(context, schema, dimensions, { plan: reading.plan, by: 'GRAMMAR' });
  // The language model is not asked: it would choose one of them.
  if ('ambiguous' in reading)
    return {
      ...{ kind: null, by: 'GRAMMAR', query: null, data: null, failure: null },
      sentences: [whichOf(reading.ambiguous)],
      examples: reading.ambiguous.questions,
    };
  const { plan, failure } = mayAskModel
    ? await readByModel(context, dimensions, question)
    : { plan: null, failure: null };
  if (plan) return run(context, schema, dimensions, { plan, by: 'MODEL' });
  const words = reading.unknown.slice(0, 5).map(quoted).join(', ');
  const why =
    words === ''
      ? 'it is none of the kinds of questions below'
      : `${words} is no value here and no word of a question`;
  return {
    ...{ kind: null, by: null, query: null, data: null, failure },
    sentences: [`The question was not understood: ${why}.`],
    examples: examplesFor(dimensions),
  };
}

/** The dimensions with the values that the caller may know. */
function knownDimensions({ deps, caller }: ApiContext): Promise<KnownDimension[]> {
  return Promise.all(
    deps.dimensions.map(async ({ field, attribute, enumValue }) => ({
      ...{ field, attribute, enumValue },
      values: await readDimensionValues(deps, caller.scope, attribute, {}),
    })),
  );
}

async function readByModel(
  context: ApiContext,
  dimensions: readonly KnownDimension[],
  question: string,
): Promise<{ readonly plan: Plan | null; readonly failure: RewriteFailure | null }> {
  const { languageModel, redaction, now } = context.deps;
  if (!languageModel) return { plan: null, failure: 'NO_ENDPOINT' };
  try {
    const asking = {
      question: questionFor(redact(question, redaction), dimensions, now()),
      ...{ prompt: PROMPT_VERSION, promptHash: PROMPT_HASH, comments: [], facts: {} },
    };
    const plan = planOfForm(await askModel(context, languageModel, asking), dimensions);
    await noteAnswer(context, PROMPT_VERSION, { model: languageModel.model.name, kind: plan?.kind ?? null });
    return { plan, failure: null };
  } catch (error) {
    if (!(error instanceof ModelFailedError)) throw error;
    await noteAnswer(context, PROMPT_VERSION, { model: languageModel.model.name, failure: error.failure });
    return { plan: null, failure: error.failure };
  }
}

/** Executes the plan's document with the gate, cost, scope and audit of any operation of the caller. */
async function run(
  context: ApiContext,
  schema: GraphQLSchema,
  dimensions: readonly KnownDimension[],
  { plan, by }: { readonly plan: Plan; readonly by: 'GRAMMAR' | 'MODEL' },
): Promise<Asked> {
  const filled = fill(plan, dimensions, context.deps.now());
  const query = queryOf(filled);
  const answered = { kind: plan.kind, by, query, examples: [], failure: null };
  const inner: ApiContext = {
    ...context,
    key: {},
    masked: [],
    unknown: [],
    emptyWindows: [],
    cost: null,
    madeFrom: null,
    rowTexts: null,
  };
  const prepared = prepareOperation(schema, inner, {
    documentId: query.documentId,
    operationName: query.name,
    variables: query.variables,
    readOnly: true,
  });
  const { data, errors } =
    'document' in prepared ? await executeOperation(prepared) : { data: null, errors: prepared.errors };
  if (errors?.length || !data)
    return {
      ...answered,
      data: null,
      sentences: (errors ?? []).map(({ message }) => `It was not executed: ${message}`),
    };
  return { ...answered, data, sentences: [...aboutOf(plan, dimensions), ...sentencesOf(filled, data)] };
}

function queryOf({ document, variables }: Filled): FilledQuery {
  const tool = TOOLS.find(({ name }) => name === document);
  const text = tool ? documentText(tool) : NARRATIVE_DOCUMENT;
  const [, name = ''] = /^query (\w+)/m.exec(text) ?? [];
  return { name, documentId: sha256(text), text, variables };
}
