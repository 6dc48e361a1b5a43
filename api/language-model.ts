import { ModelFailedError, type ModelQuestion, sha256 } from '../agents/narrator/model.ts';
import { entryOf } from './audit.ts';
import type { ApiContext } from './context.ts';
import type { ModelAccess } from './gate/model-access.ts';

/** What is asked for a caller, as the audit log has it. */
export interface Asking {
  readonly question: ModelQuestion;
  /** Name and version of the instructions, and their hash. */
  readonly prompt: string;
  readonly promptHash: string;
  /** Ids of the responses whose comments are in it. */
  readonly comments: readonly string[];
  /** More that identifies what is sent. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Asks the model for the caller, within the caller's budget. What leaves is in the audit log before it leaves: to which model, by
 * which instructions, the hash of the request, and whose comments are in it.
 * @returns the JSON that the model wrote, to be checked
 * @throws ModelFailedError
 */
export async function askModel(
  context: ApiContext,
  { model, take }: ModelAccess,
  { question, prompt, promptHash, comments, facts }: Asking,
): Promise<unknown> {
  const { caller, deps } = context;
  if (!take(caller.id))
    throw new ModelFailedError('BUDGET', 'the requests of this hour to the language model are spent');
  const body = model.bodyOf(question);
  const subject = {
    model: model.name,
    host: model.host,
    prompt,
    promptHash,
    requestHash: sha256(body),
    ...facts,
    ...(comments.length > 0 ? { comment: { responses: comments } } : {}),
  };
  await deps.audit.append([entryOf(context, 'model.ask', subject)]);
  return model.ask(body);
}

/** Records what became of an answer of the model. */
export async function noteAnswer(
  context: ApiContext,
  prompt: string,
  subject: Readonly<Record<string, unknown>>,
): Promise<void> {
  await context.deps.audit.append([entryOf(context, 'model.answer', { prompt, ...subject })]);
}
