import type { SegmentInput } from '../../gql/graphql.ts';

/** What every panel asks about. */
export interface Asked {
  readonly segment: SegmentInput | null;
  readonly from: string;
  readonly to: string;
}

/** Days as the API takes them, with their words. */
export const HORIZONS = [
  { id: 'P90D', label: '90 days' },
  { id: 'P180D', label: '180 days' },
  { id: 'P365D', label: '365 days' },
] as const;
export const HORIZON = 'P90D';
