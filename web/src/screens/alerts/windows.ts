import type { SegmentInput } from '../../gql/graphql.ts';
import { segmentInputOf } from '../../parts/segment-words.tsx';
import type { FullAlert } from './alert.tsx';

/** The two windows that an alert compares, and the segment. */
export interface Windows {
  readonly segment: SegmentInput | null;
  readonly beforeFrom: string;
  readonly beforeTo: string;
  readonly afterFrom: string;
  readonly afterTo: string;
}

/** Null for an alert that compares no scores. */
export function windowsOf({ before, after, segmentValues }: FullAlert): Windows | null {
  if (!before || !after) return null;
  return {
    segment: segmentInputOf(segmentValues),
    beforeFrom: before.time,
    beforeTo: before.until,
    afterFrom: after.time,
    afterTo: after.until,
  };
}
