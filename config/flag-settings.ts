import { z } from 'zod';
import { DEFAULT_FLAG_RULES, FLAG_ACTIONS, type FlagRule } from '../domain/responses/flags.ts';

/** A rule compares answers of a week at most. */
const LONGEST = 7 * 86_400;

const whole = (least: number, most: number) =>
  z
    .number()
    .refine(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      `must be a whole number from ${least} to ${most}`,
    );
const rule = ({ action, answers, seconds }: FlagRule) =>
  z
    .strictObject({
      action: z.enum(FLAG_ACTIONS).default(action),
      answers: whole(2, 1_000).default(answers),
      seconds: whole(1, LONGEST).default(seconds),
    })
    .prefault({});

/** The entry `flags`: the rules that flag answers which programs probably sent. */
export const flagSettings = z
  .strictObject({
    burst: rule(DEFAULT_FLAG_RULES.burst),
    'repeated-text': rule(DEFAULT_FLAG_RULES['repeated-text']),
  })
  .prefault({});
