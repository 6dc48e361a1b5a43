import { addressGuard } from '../../agents/delivery/guard.ts';
import { type LanguageModel, openModel } from '../../agents/narrator/model.ts';
import type { LlmConfig } from '../../config/llm.ts';
import { Buckets } from './bucket.ts';

const HOUR_MS = 3_600_000;

/** The configured language model, with what each caller may still ask it. */
export interface ModelAccess {
  readonly model: LanguageModel;
  /** Takes one request of the caller's hour; false: there is none left. */
  take(callerId: string): boolean;
}

/** Opens the language model of the configuration; null: there is none. Nothing is sent before someone asks. */
export function openModelAccess(config: LlmConfig | undefined, now: () => number): ModelAccess | null {
  if (!config) return null;
  const { allow, requestsPerHour, ...rest } = config;
  const buckets = new Buckets(HOUR_MS);
  return {
    model: openModel({ ...rest, now, guard: addressGuard(allow, undefined, 'llm.allow') }),
    take: (callerId) => buckets.take(callerId, 1, requestsPerHour, now()) === 0,
  };
}
