import { STAGE_WORDS } from './figures.ts';
import type { ModelVersion } from './index.tsx';

/** The champion that the version reads other languages beside; null where it does not. */
export const besideOf = ({ companionOf }: ModelVersion): number | null =>
  companionOf.find(({ stage }) => stage === 'CHAMPION')?.version ?? null;

/** The stage of a version as a label. */
export function StageChip({ version }: { readonly version: ModelVersion }) {
  const { stage, companionOf } = version;
  if (besideOf(version) !== null) return <span className="stage stage-champion">Beside the champion</span>;
  if (companionOf.some((one) => one.stage === 'SHADOW'))
    return <span className="stage stage-shadow">Beside a shadow</span>;
  return <span className={`stage stage-${stage.toLowerCase()}`}>{STAGE_WORDS[stage]}</span>;
}
