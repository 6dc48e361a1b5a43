import { useViewer } from '../lib/viewer.tsx';
import { ValuesPicker } from './values-picker.tsx';

type Segment = Readonly<Record<string, readonly string[]>>;

interface NarrowingProps {
  readonly segment: Segment;
  readonly onChange: (segment: Segment) => void;
}

/** For each dimension the values that a role is narrowed to; none: all. */
export function Narrowing({ segment, onChange }: NarrowingProps) {
  const { dimensions } = useViewer();
  return dimensions.map((dimension) => (
    <ValuesPicker
      key={dimension.field}
      dimension={dimension}
      value={segment[dimension.field] ?? []}
      onChange={(values) => onChange(withValues(segment, dimension.field, values))}
    />
  ));
}

function withValues(segment: Segment, field: string, values: readonly string[]): Segment {
  const { [field]: _, ...rest } = segment;
  return values.length > 0 ? { ...rest, [field]: values } : rest;
}
