import { randomUUID } from 'node:crypto';
import type { EventType } from '../../store/targets/event-types.ts';
import type { OutgoingEvent } from '../targets/target.ts';
import { type AttemptDeps, outgoing } from './attempt.ts';

const SUBJECTS: Readonly<Record<string, string>> = {
  alert: 'Alert',
  case: 'Case',
  decision: 'Decision',
  narrative: 'Decision',
};

/** An event of nothing, for a test of a target: it says so, holds no data, and ends at once what it opens. */
export function sampleEvent(deps: Omit<AttemptDeps, 'guard'>, event: EventType): OutgoingEvent {
  const id = randomUUID();
  const [noun = ''] = event.split('.');
  return outgoing(
    deps,
    { id, event, subject: `${SUBJECTS[noun]}:00000000-0000-4000-8000-000000000000` },
    {
      path: '/',
      at: new Date(deps.now()),
      title: 'Test of this target',
      summary: 'Scoreline sent this to test the target. Nothing happened.',
      severity: 'INFO',
      stage: 'over',
      facts: [{ label: 'Segment', value: 'everything' }],
      comment: null,
      commentOf: null,
      data: { isTest: true },
    },
  );
}
