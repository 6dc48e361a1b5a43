import { expect, it } from 'vitest';
import { configuredRules, decidingRule, nameOfRetained, rulesToApply } from './retention.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const rules = configuredRules({
  comments: 'P1Y',
  dimensions: { planTier: 'P2Y' },
  sources: {
    shop: { comments: 'P30D', responses: 'P3Y', dimensions: { planTier: 'P24M' } },
    desk: { comments: 'P2Y' },
  },
});
const named = (list: typeof rules) => list.map((rule) => `${nameOfRetained(rule)} ${rule.keep}`);

it('the shorter period decides, wherever it is declared', () => {
  const comments = (source: string) => ({ what: 'comments' as const, source, dimension: null });
  expect(decidingRule(rules, comments('shop'), NOW)?.keep).toBe('P30D');
  expect(decidingRule(rules, comments('desk'), NOW)?.keep).toBe('P1Y');
  expect(decidingRule(rules, comments('other'), NOW)?.keep).toBe('P1Y');
  expect(decidingRule(rules, { what: 'responses', source: 'desk', dimension: null }, NOW)).toBeNull();
});

it('rules that another makes idle are left out, and responses go first', () => {
  expect(named(rulesToApply(rules, NOW))).toEqual([
    'responses of shop P3Y',
    'dimension plan_tier P2Y',
    'comments P1Y',
    'comments of shop P30D',
  ]);
});

it('periods of unlike units are compared by when they end', () => {
  const both = [...rules, { what: 'comments' as const, source: null, dimension: null, keep: 'P364D' }];
  expect(decidingRule(both, { what: 'comments', source: null, dimension: null }, NOW)?.keep).toBe('P364D');
});
