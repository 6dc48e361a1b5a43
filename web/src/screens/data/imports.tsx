import { useState } from 'react';
import type { DataImportsQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatCount, formatMoment } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { IMPORTS } from './documents.ts';
import { UndoButton } from './wizard/undo-button.tsx';

type Import = DataImportsQuery['imports']['edges'][number]['node'];

export interface ImportsProps {
  readonly undo: (importId: string, reason: string) => Promise<string>;
  readonly onChanged: () => void;
}

/** Imports of files, newest first, with their accounts and undo. */
export function Imports(props: ImportsProps) {
  const [pages, setPages] = useState<readonly (string | null)[]>([null]);
  return (
    <Panel title="Imports" testId="imports">
      {pages.map((after, at) => (
        <ImportPage
          key={after ?? ''}
          after={after}
          isLast={at === pages.length - 1}
          onMore={(next) => setPages([...pages, next])}
          {...props}
        />
      ))}
    </Panel>
  );
}

interface PageProps extends ImportsProps {
  readonly after: string | null;
  readonly isLast: boolean;
  readonly onMore: (after: string) => void;
}

function ImportPage({ after, isLast, onMore, undo, onChanged }: PageProps) {
  const { data, error, refresh } = useRead(IMPORTS, { after });
  if (error) return <Failed title="The imports could not be read" error={error} onRetry={refresh} />;
  if (!data) return <Skeleton />;
  const { edges, pageInfo } = data.imports;
  if (edges.length === 0 && after === null)
    return (
      <Empty title="No file was imported yet">
        Drop one above: you see what it would be before anything is stored.
      </Empty>
    );
  return (
    <>
      <ul className="plain-list">
        {edges.map(({ node }) => (
          <ImportRow
            key={node.id}
            one={node}
            undo={undo}
            onChanged={() => {
              refresh();
              onChanged();
            }}
          />
        ))}
      </ul>
      {isLast && pageInfo.hasNextPage && pageInfo.endCursor ? (
        <Button look="quiet" onPress={() => onMore(pageInfo.endCursor as string)}>
          Show older imports
        </Button>
      ) : null}
    </>
  );
}

function ImportRow({ one, undo: onUndo, onChanged }: { readonly one: Import } & ImportsProps) {
  const { id, name, source, by, startedAt, undoneAt, undo } = one;
  const [message, setMessage] = useState<string | null>(null);
  const state = stateOf(one);
  return (
    <li className="data-row" data-undone={undo ? '' : undefined}>
      <div className="stack">
        <p className="row">
          <strong>{name}</strong>
          <span className="muted small">
            {formatMoment(startedAt)} · {by}
            {source === '' || source === name ? '' : ` · source ${source}`}
          </span>
          {state ? <span className="badge">{state}</span> : null}
        </p>
        <p className="numbers small">{accountWords(one)}</p>
        {undo && undoneAt ? (
          <p className="muted small">
            {formatCount(undo.removed)} removed, {formatCount(undo.restored)} restored,{' '}
            {formatCount(undo.stayed)} stayed
            {undo.reason ? ` · “${undo.reason}”` : ''}
          </p>
        ) : null}
        {message ? (
          <p className="notice small" role="status">
            {message}
          </p>
        ) : null}
      </div>
      {undoneAt ? null : (
        <div className="data-row-actions">
          <UndoButton
            file={name}
            onUndo={async (reason) => {
              setMessage(await onUndo(id, reason));
              onChanged();
            }}
          />
        </div>
      )}
    </li>
  );
}

function stateOf({ finishedAt, undoneAt, undo }: Import): string | null {
  if (undo) return undoneAt ? `Undone by ${undo.by ?? 'someone'}` : 'Being undone';
  return finishedAt ? null : 'Not complete';
}

/** "56 accepted · 1 repeated · 3 rejected". */
function accountWords({ accepted, duplicates, rejected, leftOut }: Import): string {
  const parts = [
    `${formatCount(accepted)} accepted`,
    `${formatCount(duplicates)} repeated`,
    `${formatCount(rejected)} rejected`,
    ...(leftOut > 0 ? [`${formatCount(leftOut)} left out`] : []),
  ];
  return parts.join(' · ');
}
