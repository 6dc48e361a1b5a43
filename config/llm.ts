import { z } from 'zod';
import { place } from './allowed-places.ts';

/** `llm` of scoreline.config.ts. */
export const llmSettings = z
  .strictObject({
    allow: z.array(place).max(200).default([]),
    seconds: z.number().min(1).max(120).default(30),
    requestsPerHour: z.number().int().min(1).max(10_000).default(60),
  })
  .prefault({});

/** An OpenAI-compatible endpoint. */
export interface LlmConfig extends z.infer<typeof llmSettings> {
  /** The base: "/chat/completions" is added to it. */
  readonly url: string;
  readonly model: string;
  /** undefined: the endpoint needs none. */
  readonly key: string | undefined;
}

/** Undefined unless an endpoint is configured. */
export function llmOf(
  env: Readonly<Record<string, unknown>>,
  settings: z.infer<typeof llmSettings>,
): LlmConfig | undefined {
  const { SCORELINE_LLM_URL: url, SCORELINE_LLM_MODEL: model } = env as Record<string, string | undefined>;
  if (!url || !model) return undefined;
  return { url, model, key: env['SCORELINE_LLM_KEY'] as string | undefined, ...settings };
}
