import { STAGE_WORDS, type Stage } from './figures.ts';

/** The stage of a version as a label. */
export function StageChip({ stage }: { readonly stage: Stage }) {
  return <span className={`stage stage-${stage.toLowerCase()}`}>{STAGE_WORDS[stage]}</span>;
}
