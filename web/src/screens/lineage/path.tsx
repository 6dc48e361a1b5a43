import { useState } from 'react';
import { useRead } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { PATH } from './documents.ts';
import { kindName, labelText, relationName } from './words.ts';

interface PathProps {
  readonly from: string;
  readonly to: string | null;
  readonly onTo: (id: string | null) => void;
  readonly onOpen: (id: string) => void;
}

/** The shortest way from the start to another node. */
export function Path({ from, to, onTo, onOpen }: PathProps) {
  const [text, setText] = useState(to ?? '');
  return (
    <div className="stack">
      <form
        className="lineage-path-form"
        onSubmit={(event) => {
          event.preventDefault();
          onTo(text.trim() === '' ? null : text.trim());
        }}
      >
        <Field
          label="To"
          hint="The id of a node, such as Source:web or Response:…"
          value={text}
          onChange={setText}
        />
        <Button type="submit">Find the way</Button>
      </form>
      {to === null ? null : <Found from={from} to={to} onOpen={onOpen} />}
    </div>
  );
}

function Found({
  from,
  to,
  onOpen,
}: {
  readonly from: string;
  readonly to: string;
  readonly onOpen: (id: string) => void;
}) {
  const { data, error, isLoading, refresh } = useRead(PATH, { from, to });
  if (error) return <Failed title="No way was found" error={error} onRetry={refresh} />;
  if (isLoading) return <Skeleton lines={4} />;
  const path = data?.path;
  if (!path)
    return (
      <Empty title="There is no way between the two">One of them may not exist, or you may not see it.</Empty>
    );
  return (
    <ol className="lineage-path" data-testid="lineage-path">
      {path.nodes.map(({ id, label, kind }, i) => (
        <li key={id}>
          {i > 0 ? (
            <span className="muted small">{relationName(path.edges[i - 1]?.relation ?? '')}</span>
          ) : null}
          <button type="button" className="lineage-item" onClick={() => onOpen(id)}>
            <span dir="auto">{labelText(label)}</span>
            <span className="muted small">{kindName(kind)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
