import { Link } from 'wouter';
import type { Dimension } from '../../gql/graphql.ts';
import { type DimensionInfo, useViewer } from '../../lib/viewer.tsx';
import { Picker } from '../../parts/picker.tsx';
import { useExplored } from './state.ts';

/** What every view gets: where windows end, epoch milliseconds. */
export interface ViewProps {
  readonly moment: number;
}

/** The configured ones of the chosen dimensions, at most so many. */
export function useDivision(most: number): { chosen: DimensionInfo[]; groupBy: Dimension[] } {
  const { dimensions } = useViewer();
  const [{ by }] = useExplored();
  const chosen = by
    .flatMap((field) => dimensions.filter((one) => one.field === field))
    .filter((one, i, all) => all.indexOf(one) === i)
    .slice(0, most);
  return { chosen, groupBy: chosen.map(({ enumValue }) => enumValue as Dimension) };
}

interface ByPickerProps {
  readonly label: string;
  /** The place among the chosen dimensions. */
  readonly place: number;
  /** The choice of no dimension. */
  readonly none?: string;
  /** What is divided by when the address does not say. */
  readonly chosen: readonly DimensionInfo[];
}

/** Chooses one dimension of the division. */
export function ByPicker({ label, place, none, chosen }: ByPickerProps) {
  const { dimensions } = useViewer();
  const [, change] = useExplored();
  const fields = chosen.map(({ field }) => field);
  const taken = fields.filter((_, i) => i !== place);
  const options = [
    ...(none ? [{ id: '', label: none }] : []),
    ...dimensions
      .filter(({ field }) => !taken.includes(field))
      .map(({ field, label: text }) => ({ id: field, label: text })),
  ];
  return (
    <Picker
      label={label}
      options={options}
      value={[fields[place] ?? '']}
      onChange={([field = '']) => {
        const next = [...fields];
        if (field === '') next.splice(place);
        else next[place] = field;
        change({ by: next });
      }}
    />
  );
}

interface GroupedRow {
  readonly segmentValues: readonly { readonly field: string; readonly value: string }[];
}

/** "Japan, Air": the group of a row. */
export const groupName = ({ segmentValues }: GroupedRow): string =>
  segmentValues.map(({ value }) => value).join(', ') || 'All answers';

/** The value of a row in a dimension. */
export const valueIn = ({ segmentValues }: GroupedRow, field: string): string =>
  segmentValues.find((one) => one.field === field)?.value ?? '';

/** The segment with a row's group in it. */
export function segmentOfRow(
  segment: Readonly<Record<string, readonly string[]>>,
  { segmentValues }: GroupedRow,
): Record<string, readonly string[]> {
  return { ...segment, ...Object.fromEntries(segmentValues.map(({ field, value }) => [field, [value]])) };
}

/** A link for charts, which do not know the router. */
export const chartLink = (href: string, label: string, children: React.ReactNode) => (
  <Link href={href} aria-label={label}>
    {children}
  </Link>
);
