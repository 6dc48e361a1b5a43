import type { Decided } from '../loop/agent.ts';
import type { Inputs, NarrativeAction } from './inputs.ts';
import { narrate } from './narrate.ts';
import { verify } from './verify.ts';

/** Writes the text of a sheet by the templates, and keeps what the verifier passes. Pure. */
export function decide({ of, facts }: Inputs): Decided<NarrativeAction> {
  const sheet = { facts };
  const { sentences, sheetHash } = narrate(sheet);
  const { kept, refused } = verify(sheet, sentences);
  const left = refused.map(({ sentence: { facts: ids }, why }) => ({
    action: { facts: ids },
    reason: `the sentence about it is left out, because the check refuses it: ${why}`,
  }));
  const what = of.kind === 'WEEK' ? `the week from ${of.from} to ${of.to}` : `Alert:${of.alert}`;
  const counted = `${kept.length} of ${sentences.length} sentences about ${what} pass the check`;
  if (kept.length === 0) return { action: null, reason: counted, alternatives: left, verdict: what };
  return {
    action: { title: titleOf({ of, facts }), sentences: kept, sheetHash },
    reason: `${counted}; they cite ${facts.length} facts`,
    alternatives: [...left, { action: null, reason: 'something happened, so there is something to say' }],
  };
}

function titleOf({ of, facts }: Inputs): string {
  if (of.kind === 'WEEK') return `Week of ${of.from} to ${of.to}`;
  return facts.find(({ kind }) => kind === 'ALERT')?.names[0] ?? 'Alert';
}
