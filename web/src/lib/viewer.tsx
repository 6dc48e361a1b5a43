import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { graphql } from '../gql/gql.ts';
import type { ViewerQuery } from '../gql/graphql.ts';
import { type Read, useRead } from './api.ts';

const VIEWER = graphql(`
  query Viewer {
    viewer {
      name
      role
      rights
      smallestCount
      attributes
      sources
      expiresAt
      policyVersion
      languageModel
    }
    dimensions {
      field
      enumValue
      label
      description
    }
  }
`);

/** What a policy grants, as the API names it (docs/glossary.md). */
export type Right =
  | 'readScore'
  | 'readResponse'
  | 'readComment'
  | 'readRespondent'
  | 'readPrediction'
  | 'readStaff'
  | 'traceLineage'
  | 'submitResponse'
  | 'manageModels'
  | 'manageSubjects'
  | 'review'
  | 'manageCases'
  | 'sendComments'
  | 'readAudit'
  | 'readMetrics'
  | 'administer';

/** What agents write counts single answers: callers who read all of this see it. */
export const READS_AGENTS: readonly Right[] = ['readScore', 'readResponse', 'readPrediction'];

/** A dimension of the deployment. */
export type DimensionInfo = ViewerQuery['dimensions'][number];

export interface ViewerFacts {
  readonly viewer: ViewerQuery['viewer'];
  readonly dimensions: readonly DimensionInfo[];
  /** Whether the viewer has the right in some segment. The server decides each request; screens hide what it would refuse. */
  readonly can: (right: Right) => boolean;
}

const Context = createContext<ViewerFacts | null>(null);

/** The viewer, their rights, and the dimensions of the deployment. */
export function useViewer(): ViewerFacts {
  const facts = useContext(Context);
  if (!facts) throw new Error('useViewer: only inside of ViewerProvider');
  return facts;
}

/** Reads who the viewer is before anything else is shown. */
export function ViewerProvider({
  children,
  waiting,
  failed,
}: {
  readonly children: ReactNode;
  readonly waiting: ReactNode;
  readonly failed: (read: Read<ViewerQuery>) => ReactNode;
}) {
  const read = useRead(VIEWER, {}, { policy: 'cache-first' });
  const { data } = read;
  const facts = useMemo(
    () =>
      data && {
        viewer: data.viewer,
        dimensions: data.dimensions,
        can: (right: Right) => data.viewer.rights.includes(right),
      },
    [data],
  );
  if (!facts) return read.error ? failed(read) : waiting;
  return <Context.Provider value={facts}>{children}</Context.Provider>;
}
