import { z } from 'zod';
import {
  type AlikeRule,
  DEFAULT_FLAG_RULES,
  FLAG_ACTIONS,
  type FlagAction,
} from '../domain/responses/flags.ts';

/** A rule compares answers of a week at most. */
const LONGEST = 7 * 86_400;
/** A rule on haste that asks for more would flag most people. */
const MOST_HASTE = 60;

const whole = (least: number, most: number) =>
  z
    .number()
    .refine(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      `must be a whole number from ${least} to ${most}`,
    );
const actionOf = ({ action }: FlagAction) => z.enum(FLAG_ACTIONS).default(action);
const alike = (rule: AlikeRule) =>
  z
    .strictObject({
      action: actionOf(rule),
      answers: whole(2, 1_000).default(rule.answers),
      seconds: whole(1, LONGEST).default(rule.seconds),
    })
    .prefault({});
const sign = (rule: FlagAction) => z.strictObject({ action: actionOf(rule) }).prefault({});
const haste = DEFAULT_FLAG_RULES['too-fast'];

/** The entry `flags`: the rules that flag answers which programs probably sent. */
export const flagSettings = z
  .strictObject({
    burst: alike(DEFAULT_FLAG_RULES.burst),
    'repeated-text': alike(DEFAULT_FLAG_RULES['repeated-text']),
    'too-fast': z
      .strictObject({ action: actionOf(haste), seconds: whole(1, MOST_HASTE).default(haste.seconds) })
      .prefault({}),
    'hidden-field': sign(DEFAULT_FLAG_RULES['hidden-field']),
    'bot-client': sign(DEFAULT_FLAG_RULES['bot-client']),
    'bot-score': sign(DEFAULT_FLAG_RULES['bot-score']),
  })
  .prefault({});
