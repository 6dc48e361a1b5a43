import { randomFrom } from '../../domain/statistics/random.ts';
import type { OutcomeDraft } from '../outcomes/outcome-draft.ts';
import {
  ACCOUNT_SIZE,
  accountOf,
  COHORT_SIZE,
  type DemoAnswer,
  type DemoSetting,
  dayZero,
} from './answers.ts';
import { DEMO_NAME } from './draft.ts';
import { AGENTS, BUSINESS, HISTORY_DAYS, PRICE_CHANGE, RELEASE, VALUES, WEAK_AGENT } from './story.ts';

/*
 * What becomes of the demo's customers: subscriptions, payments, usage, onboarding and the people who handle their tickets, consistent
 * with the planted stories. The same for the same setting, like its answers.
 */

const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;
const YEAR_DAYS = 365;

type Made = Pick<OutcomeDraft, 'kind'> & Partial<Omit<OutcomeDraft, 'at'>> & { readonly day: number };

/** Every outcome of the accounts, then those of tickets around the answers. */
export function* demoOutcomes(setting: DemoSetting, answers: Iterable<DemoAnswer>): Generator<OutcomeDraft> {
  let number = 0;
  const draft = (one: Made, region: string): OutcomeDraft => {
    number += 1;
    const { day, ...rest } = one;
    const given = {
      ...{
        externalId: `demo-outcome-${number}`,
        source: DEMO_NAME,
        at: new Date(dayZero(setting) + day * DAY_MS),
      },
      ...{
        respondent: null,
        account: null,
        amount: null,
        currency: null,
        quantity: null,
        name: null,
        owner: null,
      },
      ...{ agent: null, ...rest, dimensions: regionIn(setting, region) },
    };
    const raw = JSON.stringify(given);
    return { ...given, revision: null, position: `${DEMO_NAME} outcome ${number}`, raw };
  };
  const firstCohort = -HISTORY_DAYS / MONTH_DAYS - YEAR_DAYS / MONTH_DAYS;
  for (let cohort = Math.floor(firstCohort); cohort < 0; cohort++)
    for (let place = 0; place < COHORT_SIZE / ACCOUNT_SIZE; place++)
      for (const [region] of VALUES.region)
        for (const one of lifeOf(setting.seed, cohort, place, region)) yield draft(one, region);
  for (const { one, region } of ticketsAround(setting, answers)) yield draft(one, region);
}

/** A deployment may have no regions, or others. */
function regionIn({ dimensions }: DemoSetting, region: string): Record<string, string> {
  const found = dimensions.find(({ field }) => field === 'region');
  return found && (!found.declared || found.declared.values.has(region)) ? { region } : {};
}

/** What becomes of one account, from its subscription until it cancels or the demo was started. */
function lifeOf(seed: number, cohort: number, place: number, region: string): Made[] {
  const index = VALUES.region.findIndex(([name]) => name === region);
  const next = randomFrom(Math.imul(seed + 7, 0x9e3779b1) ^ ((cohort + 100) * 1_000 + place * 10 + index));
  const account = accountOf((cohort + 100) * COHORT_SIZE + place * ACCOUNT_SIZE, region);
  const start = (cohort + next() * 0.8) * MONTH_DAYS;
  const price = 100 * (1 + Math.floor(next() * 9));
  const end = endOf(start, region, next);
  const made: Made[] = [];
  const add = (one: Made) => {
    if (one.day < 0 && one.day <= end) made.push({ account, ...one });
  };
  const paid = { amount: price, currency: 'EUR' };
  const seats = 5 + Math.floor(next() * 40);
  add({ kind: 'SUBSCRIPTION_STARTED', day: start, ...paid, quantity: seats, name: 'team' });
  add({ kind: 'OWNER_CHANGED', day: start + 0.1, owner: `sales-${index}-${place % 3}@demo.invalid` });
  const isHurt = hurtBy(region, start);
  if (next() < (isHurt ? BUSINESS.activatedWhenHurt : BUSINESS.activated))
    add({ kind: 'ONBOARDING_STEP', day: start + 1 + next() * (isHurt ? 27 : 14), name: 'first report' });
  for (let day = start; day < end; day += MONTH_DAYS) add({ kind: 'PAYMENT', day: day + 0.2, ...paid });
  if (next() < BUSINESS.refunded) add({ kind: 'REFUND', day: start + 20, ...paid });
  if (next() < BUSINESS.expands) {
    const won = next() < 0.6;
    const value = { amount: price * (1 + Math.floor(next() * 5)), currency: 'EUR', name: 'more seats' };
    add({ kind: won ? 'DEAL_WON' : 'DEAL_LOST', day: start + 40 + next() * 200, ...value });
  }
  if (start + YEAR_DAYS < end) add({ kind: 'SUBSCRIPTION_RENEWED', day: start + YEAR_DAYS, ...paid });
  const growth = next() < 0.06 ? 0.3 : next() < 0.08 ? 1.8 : 1;
  for (let week = -10; week < 0; week++) {
    const day = week * 7 + 1;
    if (day > start)
      add({ kind: 'USAGE', day, quantity: Math.round(seats * (week < -4 ? 1 : growth)), name: 'reports' });
  }
  if (end < 0) made.push({ account, kind: 'SUBSCRIPTION_CANCELLED', day: end });
  return made;
}

const hurtBy = (region: string, start: number) =>
  region === RELEASE.region && start > RELEASE.day - MONTH_DAYS;

/** The day on which it cancels; later than the demo: it stays. */
function endOf(start: number, region: string, next: () => number): number {
  const ends = [start - (MONTH_DAYS / BUSINESS.monthlyChurn) * Math.log(1 - next())];
  if (hurtBy(region, start) && next() < BUSINESS.leaveWhenHurt)
    ends.push(Math.max(start, RELEASE.day) + 5 + next() * 30);
  const renewal = start + YEAR_DAYS;
  const share = renewal > PRICE_CHANGE.day ? BUSINESS.leaveAtNewPrice : BUSINESS.leaveAtRenewal;
  if (next() < share) ends.push(renewal);
  return Math.min(...ends);
}

/** Tickets that were solved shortly before an answer; those of one member of staff more often before a detractor's. */
function* ticketsAround(setting: DemoSetting, answers: Iterable<DemoAnswer>) {
  const next = randomFrom(Math.imul(setting.seed, 0x85ebca6b) + 3);
  const seen = new Set<string>();
  for (const { externalId, respondent, account, region, answeredAt, score } of answers) {
    const [draw, ago, who] = [next(), next(), next()];
    // A correction is the same answer.
    if (seen.has(externalId)) continue;
    seen.add(externalId);
    const isWeak = who < (score <= 6 ? WEAK_AGENT.ofDetractors : WEAK_AGENT.ofOthers);
    const agent = isWeak ? WEAK_AGENT.name : AGENTS[Math.floor(who * 1_000) % AGENTS.length];
    if (draw > BUSINESS.withTicket || !agent) continue;
    const solved = (answeredAt.getTime() - dayZero(setting)) / DAY_MS - 0.2 - ago * 6;
    const base = { respondent, account, name: 'support', agent: `${agent}@demo.invalid` };
    yield { region, one: { ...base, kind: 'TICKET_OPENED', day: solved - 0.1 - ago * 3 } as const };
    yield { region, one: { ...base, kind: 'TICKET_SOLVED', day: solved } as const };
  }
}

/** The two events that began the stories, as items of `/ingest/changes`. */
export const demoChanges = (setting: DemoSetting): object[] =>
  [
    {
      ...{ externalId: 'demo-release', kind: 'deploy', title: 'Onboarding 2.0 in Germany', day: RELEASE.day },
      segment: { region: [RELEASE.region], lifecycleStage: [RELEASE.stage] },
    },
    {
      ...{ externalId: 'demo-prices', kind: 'price', title: 'New prices at renewal', day: PRICE_CHANGE.day },
      segment: { lifecycleStage: [PRICE_CHANGE.stage] },
    },
  ].map(({ day, segment, ...event }) => ({
    ...event,
    source: DEMO_NAME,
    at: new Date(dayZero(setting) + day * DAY_MS).toISOString(),
    segment: placesIn(setting, segment),
  }));

/** The dimensions that the deployment has; an event without any concerns everything. */
const placesIn = ({ dimensions }: DemoSetting, segment: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(segment).filter(([field, values]) =>
      dimensions.some(
        (one) => one.field === field && (!one.declared || values.every((v) => one.declared?.values.has(v))),
      ),
    ),
  );
