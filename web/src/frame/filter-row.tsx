import { Suspense, useState } from 'react';
import { formatDay, formatWindow, windowLength } from '../lib/format.ts';
import { BASES, type Compare, useView, type View, WINDOWS } from '../lib/url-state.ts';
import { type DimensionInfo, useViewer } from '../lib/viewer.tsx';
import { Button } from '../parts/button.tsx';
import { later } from '../parts/later.tsx';
import { Picker } from '../parts/picker.tsx';
import { ValuesPicker } from '../parts/values-picker.tsx';

const FilterSheet = later(() => import('./filter-sheet.tsx'), { isInCorner: true });

const BASIS_WORDS = { SURVEYED: 'Surveyed', INFERRED: 'Inferred', COMBINED: 'Combined' } as const;
const COMPARE_WORDS: Record<Compare, string> = { previous: 'the window before', year: 'a year before' };

/** Segment, window, comparison and basis. What is chosen stands in the address and holds on every screen. */
export function FilterRow() {
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [view] = useView();
  return (
    <search className="filters" aria-label="Filters">
      <Filters />
      <div className="filters-open no-print">
        <Button icon="filter" onPress={() => setSheetOpen(true)}>
          {summary(view)}
        </Button>
      </div>
      <p className="filters-print small">{summary(view)}</p>
      {isSheetOpen ? (
        <Suspense>
          <FilterSheet onClose={() => setSheetOpen(false)}>
            <Filters />
          </FilterSheet>
        </Suspense>
      ) : null}
    </search>
  );
}

function Filters() {
  const { dimensions } = useViewer();
  const [view, change] = useView();
  const isNarrowed = Object.keys(view.segment).length > 0;
  return (
    <>
      {dimensions.map((dimension) => (
        <SegmentPicker key={dimension.field} dimension={dimension} />
      ))}
      <WindowPicker />
      <Picker
        label="vs"
        options={Object.entries(COMPARE_WORDS).map(([id, label]) => ({ id, label }))}
        value={[view.compare]}
        onChange={([compare]) => change({ compare: compare as Compare })}
      />
      <Picker
        label="Basis"
        options={BASES.map((id) => ({ id, label: BASIS_WORDS[id] }))}
        value={[view.basis]}
        onChange={([basis]) => change({ basis: basis as View['basis'] })}
      />
      {isNarrowed ? (
        <Button look="quiet" onPress={() => change({ segment: {} })}>
          Clear the segment
        </Button>
      ) : null}
    </>
  );
}

function SegmentPicker({ dimension }: { readonly dimension: DimensionInfo }) {
  const [view, change] = useView();
  return (
    <ValuesPicker
      dimension={dimension}
      value={view.segment[dimension.field] ?? []}
      onChange={(chosen) => {
        const { [dimension.field]: _, ...others } = view.segment;
        change({ segment: chosen.length === 0 ? others : { ...others, [dimension.field]: chosen } });
      }}
    />
  );
}

function WindowPicker() {
  const [view, change] = useView();
  const { window, asOf } = view;
  const windows = WINDOWS.includes(window as never) ? WINDOWS : [...WINDOWS, window];
  return (
    <>
      <Picker
        label="Window"
        options={windows.map((id) => ({
          id,
          label: asOf === null ? formatWindow(id) : windowLength(id),
        }))}
        value={[window]}
        onChange={([chosen]) => change({ window: chosen ?? window })}
      />
      {asOf === null ? null : (
        <Button look="quiet" icon="close" onPress={() => change({ asOf: null })}>
          {`to ${formatDay(asOf)}`}
        </Button>
      )}
    </>
  );
}

function summary({ segment, window, asOf, basis }: View): string {
  const values = Object.values(segment).flat();
  return [
    formatWindow(window, asOf),
    ...(values.length === 0 ? [] : [values.join(', ')]),
    ...(basis === 'SURVEYED' ? [] : [BASIS_WORDS[basis]]),
  ].join(' · ');
}
