import type { Found, RetentionInputs } from './inputs.ts';

/** Deleting by age is a legal duty, so what is still there a day later is an alert, whatever the reason. */
export function ofRetention({ overdue, most, agent }: RetentionInputs): Found {
  const late = Object.entries(overdue).filter(([, rows]) => rows > 0);
  const evidence: string[] = [];
  if (late.length === 0)
    return {
      cause: null,
      evidence,
      fine: 'Nothing is more than a day past its period of the retention policy.',
    };
  const rows = late.map(([kind, n]) => `${n >= most ? `at least ${n}` : n} of ${kind}`).join(', ');
  const why = !agent.enabled
    ? 'the agent retention is switched off'
    : agent.autonomy === 'ACT'
      ? 'the decisions of the agent retention and the log say why'
      : `the agent retention has the autonomy ${agent.autonomy}`;
  const cause = {
    severity: 'CRITICAL' as const,
    title: 'Retention is behind',
    summary: `Rows that are more than a day past their period: ${rows}; ${why}.`,
    evidence,
    facts: { overdue, agent },
  };
  return { cause, fine: '', evidence };
}
