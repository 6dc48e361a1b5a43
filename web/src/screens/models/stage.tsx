import { STAGE_WORDS } from './figures.ts';
import type { ModelVersion } from './index.tsx';

/** Whether the version reads other languages under the name of the champion. */
export const isBeside = ({ id }: ModelVersion, champion: ModelVersion | null): boolean =>
  champion?.companion?.id === id;

/** The stage of a version as a label. */
export function StageChip({
  version,
  champion,
}: {
  readonly version: ModelVersion;
  readonly champion: ModelVersion | null;
}) {
  const { stage } = version;
  if (isBeside(version, champion)) return <span className="stage stage-champion">Beside the champion</span>;
  return <span className={`stage stage-${stage.toLowerCase()}`}>{STAGE_WORDS[stage]}</span>;
}
