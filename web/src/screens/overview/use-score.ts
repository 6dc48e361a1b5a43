import { useEffect, useRef, useState } from 'react';
import { graphql } from '../../gql/gql.ts';
import type { OverviewChangeQuery, OverviewScoreQuery } from '../../gql/graphql.ts';
import { type Read, useRead } from '../../lib/api.ts';
import { useLive } from '../../lib/live.ts';
import { segmentInput, useView, type View } from '../../lib/url-state.ts';
import { type Range, rangeBefore } from '../../lib/windows.ts';

const SCORE = graphql(`
  query OverviewScore($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
      id
      time
      until
      score
      low
      high
      responses
      promoters
      passives
      detractors
      suppressed
    }
  }
`);

const LIVE = graphql(`
  subscription OverviewLive($segment: SegmentInput, $window: Duration!, $basis: Basis!, $after: String) {
    npsUpdates(segment: $segment, window: $window, basis: $basis, after: $after) {
      position
      lagMs
      row {
        id
        time
        until
        score
        low
        high
        responses
        promoters
        passives
        detractors
        suppressed
      }
    }
  }
`);

const CHANGE = graphql(`
  query OverviewChange(
    $segment: SegmentInput
    $beforeFrom: DateTime!
    $beforeTo: DateTime!
    $afterFrom: DateTime!
    $afterTo: DateTime!
    $basis: Basis!
  ) {
    npsChange(
      segment: $segment
      beforeFrom: $beforeFrom
      beforeTo: $beforeTo
      afterFrom: $afterFrom
      afterTo: $afterTo
      basis: $basis
    ) {
      difference
      low
      high
      pValue
      before {
        id
        score
        responses
        suppressed
      }
      after {
        id
        responses
        suppressed
      }
    }
  }
`);

export type ScoreRow = OverviewScoreQuery['nps'][number];
export type ScoreChange = OverviewChangeQuery['npsChange'];

/** Panels are read again at most this often while answers arrive. */
const PULSE_MS = 2_000;

export interface Score {
  readonly view: View;
  readonly read: Read<OverviewScoreQuery>;
  /** The newest row: of the stream while it is live. */
  readonly row: ScoreRow | undefined;
  readonly updatedAt: number | null;
  /** Its window, and the one that it is compared with. */
  readonly ranges: { readonly before: Range; readonly after: Range } | null;
  readonly change: ScoreChange | undefined;
  /** How the change is read. */
  readonly changed: Read<OverviewChangeQuery>;
  /** Grows while answers arrive: panels read again what they show. */
  readonly pulse: number;
  /** The time of the newest answer where the window has none. */
  readonly newest: string | null;
}

/** The score of the view, live while its window ends now, and its change. */
export function useScore(): Score {
  const [view] = useView();
  const { window, asOf, basis } = view;
  const segment = segmentInput(view);
  const key = JSON.stringify([segment, window, asOf, basis]);
  const [live, setLive] = useState<{ key: string; row: ScoreRow; at: number } | null>(null);
  const [pulse, beat] = usePulse();
  const read = useRead(SCORE, { segment, window, asOf, basis });
  useLive(
    LIVE,
    { segment, window, basis },
    {
      pause: asOf !== null,
      positionOf: ({ npsUpdates }) => npsUpdates.position,
      lagOf: ({ npsUpdates }) => npsUpdates.lagMs,
      onUpdate: ({ npsUpdates: { row } }) => {
        // The first row is the present one, which the panels have just read.
        if (live?.key === key) beat();
        setLive({ key, row, at: Date.now() });
      },
    },
  );
  const current = live?.key === key ? live : null;
  const row = current?.row ?? read.data?.nps[0];
  const after = row && { from: row.time, to: row.until };
  const ranges = after ? { after, before: rangeBefore(after, window, view.compare) } : null;
  const changed = useRead(
    CHANGE,
    {
      segment,
      basis,
      beforeFrom: ranges?.before.from ?? '',
      beforeTo: ranges?.before.to ?? '',
      afterFrom: ranges?.after.from ?? '',
      afterTo: ranges?.after.to ?? '',
    },
    { pause: ranges === null },
  );
  useOnPulse(pulse, changed.refresh);
  return {
    view,
    read,
    row,
    updatedAt: current?.at ?? null,
    ranges,
    change: changed.data?.npsChange,
    changed,
    pulse,
    newest: newestOf(read),
  };
}

function newestOf({ extensions }: Read<OverviewScoreQuery>): string | null {
  const [first] = (extensions?.['emptyWindows'] ?? []) as { newest: string }[];
  return first?.newest ?? null;
}

/** A counter that grows with each beat, but not more often than every two seconds. */
function usePulse(): readonly [number, () => void] {
  const [pulse, setPulse] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const beat = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setPulse((count) => count + 1);
    }, PULSE_MS);
  };
  return [pulse, beat];
}

/** Reads again with each beat after the first picture. */
export function useOnPulse(pulse: number, refresh: () => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (pulse > 0) latest.current();
  }, [pulse]);
}
