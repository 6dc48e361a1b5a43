import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AddressGuard, AddressRefusedError } from '../delivery/guard.ts';
import { MOST_BYTES, sendHttp } from '../delivery/send-http.ts';

/** Why a model gave no answer that can be used. */
export const MODEL_FAILURES = [
  'ADDRESS_REFUSED',
  'UNREACHABLE',
  'TIMEOUT',
  'STATUS',
  'TOO_LONG',
  'MALFORMED',
  'BUDGET',
] as const;
export type ModelFailure = (typeof MODEL_FAILURES)[number];

/** The model gave no answer that can be used; the message has nothing of what was sent or answered. */
export class ModelFailedError extends Error {
  override readonly name = 'ModelFailedError';
  readonly failure: ModelFailure;
  constructor(failure: ModelFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** What a model is asked. */
export interface ModelQuestion {
  /** What it is to do; no text of any other. */
  readonly instructions: string;
  /** The data, as one JSON text: nothing in it can end it. */
  readonly data: unknown;
  /** Name and JSON schema of the answer. */
  readonly answer: { readonly name: string; readonly schema: object };
}

/** A language model behind an OpenAI-compatible endpoint. */
export interface LanguageModel {
  readonly name: string;
  /** Its host, for the audit log. */
  readonly host: string;
  /** The exact body of the request. */
  bodyOf(question: ModelQuestion): string;
  /** Sends such a body; returns the JSON that the model wrote. @throws ModelFailedError */
  ask(body: string): Promise<unknown>;
}

export interface ModelOptions {
  /** "/chat/completions" is added to it. */
  readonly url: string;
  readonly model: string;
  readonly key: string | undefined;
  readonly seconds: number;
  readonly guard: AddressGuard;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Enough for every sentence of a sheet; what goes on is cut by the endpoint, and then is no JSON. */
const MOST_TOKENS = 2_048;

const ANSWER = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/** Opens the model; nothing is sent before it is asked. */
export function openModel({ url, model, key, seconds, guard, now }: ModelOptions): LanguageModel {
  const address = `${url.endsWith('/') ? url.slice(0, -1) : url}/chat/completions`;
  return {
    name: model,
    host: new URL(url).host,
    bodyOf: ({ instructions, data, answer }) =>
      JSON.stringify({
        model,
        temperature: 0,
        max_tokens: MOST_TOKENS,
        messages: [
          { role: 'system', content: instructions },
          { role: 'user', content: JSON.stringify(data) },
        ],
        response_format: {
          type: 'json_schema',
          json_schema: { name: answer.name, strict: true, schema: answer.schema },
        },
      }),
    ask: async (body) => {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      };
      const signal = AbortSignal.timeout(seconds * 1_000);
      const answer = await sendHttp(
        { method: 'POST', url: address, headers, body, hidden: [] },
        { guard, signal, now },
      ).catch((error: Error) => {
        throw failureOf(error, signal, seconds);
      });
      if (answer.status < 200 || answer.status > 299)
        throw new ModelFailedError('STATUS', `the endpoint of the language model answered ${answer.status}`);
      if (Buffer.byteLength(answer.body) >= MOST_BYTES)
        throw new ModelFailedError('TOO_LONG', `the endpoint answered with ${MOST_BYTES} bytes or more`);
      return contentOf(answer.body);
    },
  };
}

function failureOf(error: Error, signal: AbortSignal, seconds: number): ModelFailedError {
  if (error instanceof AddressRefusedError) return new ModelFailedError('ADDRESS_REFUSED', error.message);
  if (signal.aborted) return new ModelFailedError('TIMEOUT', `no answer within ${seconds} s`);
  return new ModelFailedError(
    'UNREACHABLE',
    `the endpoint of the language model cannot be reached: ${error.name}`,
  );
}

function contentOf(body: string): unknown {
  try {
    const { choices } = ANSWER.parse(JSON.parse(body));
    return JSON.parse(choices[0]?.message.content ?? '');
  } catch {
    throw new ModelFailedError(
      'MALFORMED',
      'the endpoint answered something else than a chat completion in JSON',
    );
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
