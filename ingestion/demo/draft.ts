import { SCALES, type ScaleRule } from '../../domain/nps/scale.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import type { ResponseDraft } from '../pipeline/draft.ts';
import type { DemoAnswer } from './answers.ts';

/** Appears wherever a simulated response does: in its import, its source, its survey and its mapping. */
export const DEMO_NAME = 'demo (simulated)';

const MAPPING: MappingVersion = {
  source: DEMO_NAME,
  connector: 'demo',
  survey: { name: DEMO_NAME, version: '1' },
  scale: SCALES['0-10'] as ScaleRule,
  definition: 'simulated traffic: nobody answered this',
};

/** A simulated answer on its way in, as number `line` of the import. */
export function demoDraft(
  { region: _region, ...answer }: DemoAnswer,
  importId: number,
  line: number,
): ResponseDraft {
  return {
    ...answer,
    mapping: MAPPING,
    position: `${DEMO_NAME} item ${line}`,
    importRow: { importId, line },
    raw: JSON.stringify(answer),
  };
}
