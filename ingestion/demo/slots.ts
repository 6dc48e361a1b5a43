/* What fills the slots of made-up comments. */

/** By slot. `{product}` and `{feature}` come from the product line. */
export const SLOTS: Readonly<Record<string, readonly string[]>> = {
  time: ['two days', 'three weeks', 'almost a month', 'ten days', 'six weeks'],
  wait: ['within minutes', 'within the hour', 'the same day', 'in under ten minutes'],
  delay: ['four days', 'a whole week', 'nine days', 'two weeks'],
  percent: ['twenty', 'thirty', 'forty', 'twenty-five'],
  team: ['finance', 'sales', 'operations', 'service', 'marketing', 'logistics'],
  size: ['a small team', 'a team of twelve', 'a department of eighty', 'a company of our size'],
  tool: ['our CRM', 'our data warehouse', 'our calendar', 'our accounting software', 'our ticket system'],
  day: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
};

/** By product line. */
export const FEATURES: Readonly<Record<string, readonly string[]>> = {
  Analytics: ['dashboards', 'saved reports', 'export', 'filters', 'weekly summary'],
  Payments: ['payouts page', 'checkout', 'refund form', 'transaction list', 'reconciliation report'],
  Messaging: ['shared inbox', 'message templates', 'campaign editor', 'notification settings', 'archive'],
};
export const ANY_FEATURES = ['start page', 'search', 'settings', 'export', 'overview'];
