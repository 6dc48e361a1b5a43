import { LANGUAGES } from './recipe.ts';

/** As predict.ts says it; the stored reason stays as it is, so that a prediction can be reproduced. */
const LANGUAGE = /^language: ([a-z]{2,3}); /;

/** The reason of an abstention as shown: for a language that an encoder can be built for, with the command. */
export function withAdvice(reason: string): string {
  const language = LANGUAGE.exec(reason)?.[1];
  return LANGUAGES.some((one) => one === language)
    ? `${reason}; "scoreline model multilingual" builds an encoder that reads it`
    : reason;
}
