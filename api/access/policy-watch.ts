import type { Dimension } from '../../domain/segments/dimensions.ts';
import { type Policies, parsePolicies, policyVersion, readPolicyTexts } from './policies.ts';

export interface WatchOptions {
  readonly folder: string;
  readonly dimensions: readonly Dimension[];
  readonly onChange: (policies: Policies) => void;
  /** Told once of each change that cannot be used; the policies before it stay. */
  readonly onMistake: (error: Error) => void;
}

const LOOK_MS = 300;

/**
 * Looks whether the files changed and hands on what they say now. A content is taken when it was the same twice: an
 * editor that empties a file before it writes must not lift a prohibition for a moment.
 */
export function watchPolicies(options: WatchOptions, present: Policies): { stop: () => Promise<void> } {
  const { folder, dimensions, onChange, onMistake } = options;
  let taken = present.version;
  let seen = taken;
  let complaint = '';
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    try {
      const texts = await readPolicyTexts(folder);
      const version = policyVersion(texts);
      const settled = version === seen;
      seen = version;
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
  const timer = setInterval(() => {
    looking = looking.then(() => (stopped ? undefined : look()));
  }, LOOK_MS);
  timer.unref();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}
