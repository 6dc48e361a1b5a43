import { type Example, fitLogistic, logitOf, probabilityOf } from '../../domain/statistics/logistic.ts';
import type { AccountFacts, AccountRow } from '../../store/outcomes/account-facts.ts';
import type { ChurnModel, ModelOrWhy } from './inputs.ts';

/** Cancelled and kept accounts that the fit needs, of each as many. */
export const FEWEST_FITTED = 30;
/** Cancelled accounts that the calibration and the held-out history need. */
export const FEWEST_CHECKED = 10;

/** The facts as numbers, in a fixed order. */
export const featuresOf = (facts: AccountFacts): number[] =>
  [
    facts.detractor,
    facts.promoter,
    facts.falling,
    facts.leaving,
    facts.usageFell,
    facts.usageGrew,
    facts.pays,
  ].map(Number);

/** The calibrated probability that the account cancels within 90 days. */
export function churnProbability({ weights, platt }: ChurnModel, facts: AccountFacts): number {
  return probabilityOf(platt, [logitOf(weights, featuresOf(facts))]);
}

const cancelledOf = (rows: readonly AccountRow[]) => rows.filter(({ cancelled }) => cancelled).length;
const examplesOf = (rows: readonly AccountRow[]): Example[] =>
  rows.map((row) => ({ x: featuresOf(row), y: row.cancelled }));

/**
 * Fits the model to all but the two newest moments, calibrates it on the second newest and measures it on the newest.
 * @param history active accounts at moments 90 days apart, the newest first; what became of each within 90 days is known.
 * @param k how many accounts the team can act on.
 */
export function fitChurn(history: readonly (readonly AccountRow[])[], k: number): ModelOrWhy {
  const [newest = [], second = [], ...older] = history;
  const fitted = older.flat();
  const cancelled = cancelledOf(fitted);
  if (Math.min(cancelled, fitted.length - cancelled) < FEWEST_FITTED)
    return {
      model: null,
      why: `${cancelled} of ${fitted.length} known accounts cancelled: a model needs ${FEWEST_FITTED} of each`,
    };
  if (Math.min(cancelledOf(newest), cancelledOf(second)) < FEWEST_CHECKED)
    return {
      model: null,
      why: `a model needs ${FEWEST_CHECKED} cancellations in each of the two last quarters`,
    };
  const weights = fitLogistic(examplesOf(fitted));
  const platt = fitLogistic(
    second.map((row) => ({ x: [logitOf(weights, featuresOf(row))], y: row.cancelled })),
  );
  const heldOut = measure(newest, (row) => probabilityOf(platt, [logitOf(weights, featuresOf(row))]), k);
  if (heldOut.precision <= heldOut.base)
    return { model: null, why: 'the model was no better than chance in the last quarter' };
  return { model: { weights, platt, fitted: fitted.length, cancelled, heldOut }, why: null };
}

function measure(rows: readonly AccountRow[], probability: (row: AccountRow) => number, k: number) {
  const given = rows.map((row) => ({ row, p: probability(row) }));
  const first = [...given].sort((a, b) => b.p - a.p || (a.row.id < b.row.id ? -1 : 1)).slice(0, k);
  const base = cancelledOf(rows) / rows.length;
  const patterns = new Set(given.map(({ p }) => p));
  const error = [...patterns].reduce((sum, p) => {
    const own = given.filter((one) => one.p === p).map(({ row }) => row);
    return sum + Math.abs(p * own.length - cancelledOf(own)) / rows.length;
  }, 0);
  return {
    accounts: rows.length,
    base,
    k: first.length,
    precision: cancelledOf(first.map(({ row }) => row)) / first.length,
    expected: given.reduce((sum, { p }) => sum + p, 0) / rows.length,
    error,
  };
}
