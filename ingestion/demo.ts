import { z } from 'zod';
import { SCALES, type ScaleRule } from '../domain/nps/scale.ts';
import type { MappingVersion } from '../domain/responses/normalised-response.ts';
import type { Dimension } from '../domain/segments/dimensions.ts';
import { randomFrom } from '../domain/statistics/random.ts';
import { parseDateTime } from '../domain/time/date-time.ts';
import type { ResponseDraft } from './pipeline/draft.ts';
import { type Outcome, rejected } from './pipeline/outcome.ts';
import { BadItem } from './pipeline/read-items.ts';

/** Appears wherever a simulated response does: in its source, its survey and its mapping. */
export const DEMO_NAME = 'demo (simulated)';

const MAPPING: MappingVersion = {
  source: DEMO_NAME,
  connector: 'demo',
  survey: { name: DEMO_NAME, version: '1' },
  scale: SCALES['0-10'] as ScaleRule,
  definition: 'simulated traffic: nobody answered this',
};

const item = z.object({
  externalId: z.string(),
  respondent: z.string(),
  answeredAt: z.string(),
  score: z.int(),
  comment: z.string().nullable(),
  dimensions: z.record(z.string(), z.string()),
});
export type DemoResponse = z.infer<typeof item>;

/** Reads a simulated answer, as `npm run demo` sends them. */
export function readDemoItem(given: unknown, position: string): ResponseDraft | Outcome {
  if (given instanceof BadItem) return given.outcome;
  const read = item.safeParse(given);
  const answeredAt = read.success ? parseDateTime(read.data.answeredAt) : null;
  if (!read.success || !answeredAt)
    return rejected('INVALID', 'not a simulated answer as npm run demo makes them');
  return { ...read.data, answeredAt, mapping: MAPPING, position, raw: JSON.stringify(given) };
}

const PLACES: Readonly<Record<string, readonly string[]>> = {
  productLine: ['Analytics', 'Payments', 'Messaging'],
  region: ['Germany', 'United States', 'Japan', 'Brazil'],
  lifecycleStage: ['onboarding', 'active', 'renewal'],
  channel: ['web', 'mobile', 'e-mail', 'in-app'],
};
const COMMENTS = {
  promoter: ['Saves us hours every week.', 'Support answered within minutes.', 'Setup was a breeze.'],
  passive: ['Does what it should.', 'Good, but exports are slow.', 'Fine. Pricing could be clearer.'],
  detractor: [
    'Too many crashes since the update.',
    'Nobody answered my ticket.',
    'Got expensive for what it does.',
  ],
} as const;
const SHARE_WITH_COMMENT = 0.4;
/** The share of responses that correct the one before. */
const SHARE_CORRECTED = 0.02;
const DRIFT_SECONDS = 600;

/**
 * Endless simulated responses: each segment has a slowly drifting mood of its own, so that scores move. `now`:
 * epoch milliseconds; ids are unique for a seed and run.
 */
export function* demoResponses(
  seed: number,
  run: string,
  dimensions: readonly Dimension[],
  now: () => number,
): Generator<DemoResponse, never> {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let last: DemoResponse | undefined;
  for (let number = 0; ; number++) {
    const answeredAt = new Date(now()).toISOString();
    if (last && random() < SHARE_CORRECTED && last.answeredAt < answeredAt) {
      yield { ...last, answeredAt, score: Math.min(10, last.score + 2), comment: 'Corrected after a call.' };
      last = undefined;
      continue;
    }
    const places = dimensions.map(({ field }): [string, string] => [
      field,
      pick(PLACES[field] ?? [`${field} A`, `${field} B`, `${field} C`]),
    ]);
    const phase = [...places.map(([, value]) => value).join()].reduce(
      (sum, letter) => sum + letter.charCodeAt(0),
      0,
    );
    const mood = 0.5 + 0.25 * Math.sin(now() / 1_000 / DRIFT_SECONDS + phase);
    const draw = random();
    const kind = draw < mood ? 'promoter' : draw < mood + 0.25 ? 'passive' : 'detractor';
    const score = { promoter: pick([9, 10]), passive: pick([7, 8]), detractor: pick([0, 2, 3, 4, 5, 6]) }[
      kind
    ];
    last = {
      externalId: `${run}-${number}`,
      respondent: `customer-${Math.floor(random() * 5_000)}@demo.invalid`,
      answeredAt,
      score,
      comment: random() < SHARE_WITH_COMMENT ? pick(COMMENTS[kind]) : null,
      dimensions: Object.fromEntries(places),
    };
    yield last;
  }
}
