import { isEscalated, stepsOf, targetsOf } from '../../domain/on-call/plan.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { parseCellSet } from '../../store/agents/cell-set.ts';
import { readToEscalate } from '../../store/agents/escalations.ts';
import { SEVERITIES } from '../../store/tables/agents.ts';
import { readPlan } from '../../store/targets/on-call-plan.ts';
import { listTargets, type TargetRow } from '../../store/targets/targets.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import type { Inputs } from './decide.ts';

/** Each open alert that is severe enough, and for a day each whose escalation ended, also because all steps were sent. */
export async function* observe({ store, now }: AgentDeps): AsyncGenerator<Observation<Inputs>> {
  const held = await readPlan(store);
  if (!held?.plan.escalation) return;
  const { plan, version } = held;
  const severities = SEVERITIES.filter((severity) => isEscalated(plan, severity));
  const at = now();
  const steps = stepsOf(plan);
  const alerts = await readToEscalate(store, { severities, steps: steps.length }, new Date(at - DAY_MS));
  if (alerts.length === 0) return;
  const away = awayOf(targetsOf(plan), await listTargets(store));
  const rules = {
    severity: held.plan.escalation.severity,
    quietHours: plan.quietHours,
    steps,
    away,
  };
  for (const { id, state, severity, openedAt, cells, sent } of alerts)
    yield {
      key: `Alert:${id}`,
      inputs: {
        ...rules,
        at: new Date(at).toISOString(),
        alert: { id, state, severity, openedAt: openedAt.toISOString() },
        sent: sent.map((one) => ({ step: one.step, at: one.at.toISOString() })),
      },
      cells: parseCellSet(cells),
      about: [`Alert:${id}`],
      rule: `plan@${version}`,
    };
}

function awayOf(ids: readonly string[], targets: readonly TargetRow[]): Record<string, string> {
  const entries = ids.flatMap((id): [string, string][] => {
    const found = targets.find((one) => one.id === id);
    if (!found) return [[id, 'the target was removed']];
    return found.disabledAt === null ? [] : [[id, 'the target is switched off']];
  });
  return Object.fromEntries(entries);
}
