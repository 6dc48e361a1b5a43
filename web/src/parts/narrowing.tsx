import { useState } from 'react';
import { graphql } from '../gql/gql.ts';
import type { Dimension } from '../gql/graphql.ts';
import { errorText, useRead } from '../lib/api.ts';
import { type DimensionInfo, useViewer } from '../lib/viewer.tsx';
import { Picker } from './picker.tsx';

const VALUES = graphql(`
  query NarrowingValues($dimension: Dimension!) {
    dimensionValues(dimension: $dimension)
  }
`);

type Segment = Readonly<Record<string, readonly string[]>>;

interface NarrowingProps {
  readonly segment: Segment;
  readonly onChange: (segment: Segment) => void;
}

/** For each dimension the values that a role is narrowed to; none: all. */
export function Narrowing({ segment, onChange }: NarrowingProps) {
  const { dimensions } = useViewer();
  return dimensions.map((dimension) => (
    <Values
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

interface ValuesProps {
  readonly dimension: DimensionInfo;
  readonly value: readonly string[];
  readonly onChange: (values: string[]) => void;
}

function Values({ dimension: { enumValue, label }, value, onChange }: ValuesProps) {
  const [wasOpened, setOpened] = useState(false);
  const { data, error } = useRead(VALUES, { dimension: enumValue as Dimension }, { pause: !wasOpened });
  return (
    <Picker
      label={label}
      mode="multiple"
      options={data?.dimensionValues.map((id) => ({ id, label: id }))}
      value={value}
      problem={error ? errorText(error) : null}
      onOpen={() => setOpened(true)}
      onChange={onChange}
    />
  );
}
