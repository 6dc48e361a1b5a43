import { useEffect, useMemo, useRef } from 'react';
import type { Mark } from '../charts/lines-marks.tsx';
import { graphql } from '../gql/gql.ts';
import type { SegmentInput } from '../gql/graphql.ts';
import { useRead } from '../lib/api.ts';
import { useViewer } from '../lib/viewer.tsx';
import type { Range } from '../lib/windows.ts';

const IMPORTS = graphql(`
  query MarkedImports {
    imports(first: 50) {
      edges {
        node {
          id
          name
          startedAt
          undoneAt
        }
      }
    }
  }
`);

const MODELS = graphql(`
  query MarkedModels {
    modelVersions {
      id
      version
      history {
        to
        recordedAt
      }
    }
  }
`);

const CHANGES = graphql(`
  query MarkedChanges($from: DateTime!, $to: DateTime!, $segment: SegmentInput) {
    changes(from: $from, to: $to, segment: $segment, first: 200) {
      edges {
        node {
          id
          kind
          title
          at
          until
          link
          segmentValues {
            value
          }
        }
      }
    }
  }
`);

/** How often a chart that ends now looks for new change events. */
const LOOK_EVERY_MS = 10_000;

/**
 * What happened in the range, for viewers who may know of it: imports, changes of the model, and change events that concern the segment.
 * The latter are read again every ten seconds while the range is live.
 */
export function useMarks(
  range: Range | null,
  segment: SegmentInput | null,
  { isLive }: { readonly isLive: boolean },
): readonly Mark[] {
  const { can } = useViewer();
  const [from, to] = [range?.from, range?.to];
  const { data: imported } = useRead(IMPORTS, {}, { pause: !can('administer') });
  const { data: models } = useRead(MODELS, {}, { pause: !can('readPrediction') });
  const { data: changed, refresh } = useRead(
    CHANGES,
    { from: from ?? '', to: to ?? '', segment },
    { pause: range === null },
  );
  useOften(isLive && range !== null, refresh);
  return useMemo(() => {
    const all: Mark[] = [
      ...(imported?.imports.edges ?? [])
        .filter(({ node }) => node.undoneAt === null)
        .map(({ node }) => ({
          time: Date.parse(node.startedAt),
          kind: 'import' as const,
          label: `import of ${node.name}`,
        })),
      ...(models?.modelVersions ?? []).flatMap(({ version, history }) =>
        history
          .filter(({ to: stage }) => stage === 'CHAMPION')
          .map(({ recordedAt }) => ({
            time: Date.parse(recordedAt),
            kind: 'model' as const,
            label: `model ${version} became champion`,
          })),
      ),
      ...(changed?.changes.edges ?? []).map(({ node }) => ({
        // What began earlier and lasts stands at the beginning.
        time: Math.max(Date.parse(node.at), from ? Date.parse(from) : 0),
        kind: 'change' as const,
        label: `${node.kind.toLowerCase()}: ${node.title}`,
        link: node.link ?? null,
        concerns: node.segmentValues.map(({ value }) => value).join(', '),
      })),
    ];
    return all.filter(({ time }) => from && to && time >= Date.parse(from) && time < Date.parse(to));
  }, [imported, models, changed, from, to]);
}

/** Calls it every ten seconds while the page is seen. */
function useOften(isOn: boolean, refresh: () => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isOn]);
}
