import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import { NARRATOR } from '../../store/agents/narratives.ts';
import { LOCKS } from '../../store/database/locks.ts';
import type { Agent } from '../loop/agent.ts';
import { act } from './act.ts';
import { decide } from './decide.ts';
import type { Inputs, NarrativeAction } from './inputs.ts';
import { type NarratorParts, observe } from './observe.ts';

export type { NarratorParts } from './observe.ts';

/** Says of each week and of each alert what happened. */
export function narrator(parts: NarratorParts): Agent<Inputs, NarrativeAction> {
  return {
    name: NARRATOR,
    description:
      'Writes what happened in each week and about each alert: sentences by templates, each with the facts that prove it, without comments.',
    // The text follows from the templates and the check: raise it when they change.
    version: 1,
    defaultAutonomy: 'ACT',
    everyMs: 5 * MINUTE_MS,
    lock: LOCKS.narrator,
    observe: (deps) => observe(parts, deps),
    decide,
    act: (acting, action) => act(parts.scopeOf, acting, action),
    editing: null,
  };
}
