import { useState } from 'react';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { ValuesPicker } from '../../parts/values-picker.tsx';
import { MOST_SEGMENTS, nameOfSegment, type Segment, useExplored } from './state.ts';

/** The segments side by side, each with a button that takes it out, and one that adds another. */
export function SegmentList() {
  const [{ segments }, change] = useExplored();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {segments.map((segment, i) => (
        <Button
          // biome-ignore lint/suspicious/noArrayIndexKey: equal segments may stand there twice
          key={i}
          look="quiet"
          icon="close"
          label={`Take out ${nameOfSegment(segment)}`}
          onPress={() => change({ segments: segments.filter((_, place) => place !== i) })}
        >
          {nameOfSegment(segment)}
        </Button>
      ))}
      {segments.length < MOST_SEGMENTS ? (
        <Button icon="plus" onPress={() => setOpen(true)}>
          Add a segment
        </Button>
      ) : null}
      <SegmentDrawer
        key={segments.length}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        onAdd={(segment) => {
          setOpen(false);
          change({ segments: [...segments, segment] });
        }}
      />
    </>
  );
}

interface SegmentDrawerProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onAdd: (segment: Segment) => void;
}

function SegmentDrawer({ isOpen, onClose, onAdd }: SegmentDrawerProps) {
  const { dimensions } = useViewer();
  const [segment, setSegment] = useState<Segment>({});
  const isEmpty = Object.keys(segment).length === 0;
  return (
    <Drawer
      title="Add a segment"
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <Button look="primary" isDisabled={isEmpty} onPress={() => onAdd(segment)}>
          {isEmpty ? 'Choose values first' : `Add ${nameOfSegment(segment)}`}
        </Button>
      }
    >
      <p className="muted small">
        Values of one dimension are alternatives; several dimensions narrow each other. What the filters above
        choose holds for every segment.
      </p>
      <div className="stack explore-segment">
        {dimensions.map((dimension) => (
          <ValuesPicker
            key={dimension.field}
            dimension={dimension}
            value={segment[dimension.field] ?? []}
            onChange={(values) => {
              const { [dimension.field]: _, ...others } = segment;
              setSegment(values.length === 0 ? others : { ...others, [dimension.field]: values });
            }}
          />
        ))}
      </div>
    </Drawer>
  );
}
