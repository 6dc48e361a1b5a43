import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Loops } from '../../store/database/loops.ts';
import { type Periodic, runPeriodic } from '../../store/database/periodic.ts';
import {
  type Policies,
  parsePolicies,
  policyFilesState,
  policyVersion,
  readPolicyTexts,
} from './policies.ts';

export interface WatchOptions {
  readonly folder: string;
  readonly dimensions: readonly Dimension[];
  readonly loops: Loops | null;
  readonly onChange: (policies: Policies) => void;
  /** Called once for each change that cannot be used; the previous policies stay. */
  readonly onMistake: (error: Error) => void;
}

const LOOK_MS = 300;

/**
 * Checks whether the files changed and passes on their content. A content is used when it was the same twice:
 * an editor that empties a file before it writes must not lift a prohibition for a moment. Files are read while their state says
 * that they may have changed.
 */
export function watchPolicies(options: WatchOptions, present: Policies): Periodic {
  const { folder, dimensions, loops, onChange, onMistake } = options;
  let taken = present.version;
  let seen = taken;
  let complaint = '';
  /** Of the files whose content was the same twice. */
  let known: string | null = null;
  const look = async () => {
    try {
      // Before the reading: a change between the two is found at the next look.
      const state = await policyFilesState(folder, Date.now());
      if (state !== null && state === known) return;
      const texts = await readPolicyTexts(folder);
      const version = policyVersion(texts);
      const settled = version === seen;
      seen = version;
      known = settled ? state : null;
      if (!settled || version === taken) return;
      taken = version;
      onChange(parsePolicies(texts, dimensions));
      complaint = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== complaint) onMistake(error as Error);
      complaint = message;
    }
  };
  return runPeriodic({
    name: 'access policies',
    everyMs: LOOK_MS,
    startsLater: true,
    loops,
    onError: onMistake,
    run: look,
  });
}
