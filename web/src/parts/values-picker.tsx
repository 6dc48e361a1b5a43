import { useState } from 'react';
import { graphql } from '../gql/gql.ts';
import type { Dimension } from '../gql/graphql.ts';
import { errorText, useRead } from '../lib/api.ts';
import type { DimensionInfo } from '../lib/viewer.tsx';
import { Picker } from './picker.tsx';

const VALUES = graphql(`
  query DimensionValues($dimension: Dimension!) {
    dimensionValues(dimension: $dimension)
  }
`);

interface ValuesPickerProps {
  readonly dimension: DimensionInfo;
  readonly value: readonly string[];
  readonly onChange: (values: string[]) => void;
}

/** A picker of values of a dimension, which are read when it is first opened. */
export function ValuesPicker({ dimension: { enumValue, label }, value, onChange }: ValuesPickerProps) {
  const [wasOpened, setOpened] = useState(false);
  const { data, error, refresh } = useRead(
    VALUES,
    { dimension: enumValue as Dimension },
    { pause: !wasOpened },
  );
  // What is chosen is shown, even if no answer has it now.
  const known = data?.dimensionValues;
  const values = known && [...known, ...value.filter((one) => !known.includes(one))];
  return (
    <Picker
      label={label}
      mode="multiple"
      options={values?.map((id) => ({ id, label: id }))}
      value={value}
      problem={error ? errorText(error) : null}
      onOpen={() => {
        setOpened(true);
        if (error) refresh();
      }}
      onChange={onChange}
    />
  );
}
