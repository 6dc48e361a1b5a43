import type { Severity } from '../../store/tables/agents.ts';

/** What is done about an account, and what leads to it. */
export interface Playbook {
  readonly name: string;
  /** The title of the case: no text of a person. */
  readonly title: string;
  /** The first reason of the alert that contains this; null: any of that cause. */
  readonly when: string | null;
  readonly cause: 'risk' | 'potential';
}

/** The first that fits is used (docs/guides/agents.md describes each). */
export const PLAYBOOKS: readonly Playbook[] = [
  {
    name: 'save-cancellation',
    title: 'An account names cancellation',
    when: 'names cancellation',
    cause: 'risk',
  },
  { name: 'revive-usage', title: 'The usage of an account fell', when: 'usage fell', cause: 'risk' },
  { name: 'review-service', title: 'The scores of an account fall', when: 'scores fall', cause: 'risk' },
  { name: 'recover-detractor', title: 'An account that pays is a detractor', when: null, cause: 'risk' },
  { name: 'thank-promoter', title: 'Thank a promoter and ask for a review', when: null, cause: 'potential' },
];

/** What is done with a member of staff after whose work answers are low: no alert leads to it (agents/outreach/coaching.ts). */
export const COACHING = { name: 'coaching', title: 'Coach a member of staff', hours: 168 } as const;

/** Hours until a case is due. */
export const DUE_HOURS: Readonly<Record<Severity, number>> = { CRITICAL: 24, WARNING: 72, INFO: 168 };

/** The playbook for an alert of the account watch. */
export function playbookFor(cause: 'risk' | 'potential', reasons: readonly string[]): Playbook {
  const fits = ({ cause: of, when }: Playbook) =>
    of === cause && (when === null || reasons.some((reason) => reason.includes(when)));
  const found = PLAYBOOKS.find(fits);
  if (!found) throw new Error(`no playbook is for ${cause}`);
  return found;
}
