import { LANGUAGES, NAME } from './recipe.ts';

/** As predict.ts says it; the stored reason stays as it is, so that a prediction can be reproduced. */
const LANGUAGE = /^language: ([a-z]{2,3}); /;

/**
 * The reason of an abstention as shown: for a language that an encoder can be built for, with the command that builds it, or the
 * mutation that adds a model of it once it is one of the `encoders` that are here.
 */
export function withAdvice(reason: string, encoders: () => readonly string[]): string {
  const language = LANGUAGE.exec(reason)?.[1];
  if (!LANGUAGES.some((one) => one === language)) return reason;
  return encoders().includes(NAME)
    ? `${reason}; the mutation pairModels adds a model that reads it (docs/guides/languages.md)`
    : `${reason}; "scoreline model multilingual" builds an encoder that reads it`;
}
