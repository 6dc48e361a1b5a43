import type { SegmentInput } from '../gql/graphql.ts';
import { useViewer } from '../lib/viewer.tsx';

interface Value {
  readonly field: string;
  readonly value: string;
}

/** The values as a segment: those of one dimension are alternatives. */
export function segmentOf(values: readonly Value[]): Record<string, string[]> {
  const segment: Record<string, string[]> = {};
  for (const { field, value } of values) segment[field] = [...(segment[field] ?? []), value];
  return segment;
}

/** The same for the API; null: all answers. */
export const segmentInputOf = (values: readonly Value[]): SegmentInput | null =>
  values.length === 0 ? null : (segmentOf(values) as SegmentInput);

/** A segment in words: "Region: Germany or Peru · Channel: web". */
export function SegmentWords({ values }: { readonly values: readonly Value[] }) {
  const { dimensions } = useViewer();
  if (values.length === 0) return <>All answers</>;
  const labelOf = (field: string) => dimensions.find((one) => one.field === field)?.label ?? field;
  return (
    <span dir="auto">
      {Object.entries(segmentOf(values))
        .map(([field, all]) => `${labelOf(field)}: ${all.join(' or ')}`)
        .join(' · ')}
    </span>
  );
}
