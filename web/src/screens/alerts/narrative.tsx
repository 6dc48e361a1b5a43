import { Link } from 'wouter';
import { useRead } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { useNodeHref } from '../../lib/node-href.ts';
import { Panel } from '../../parts/panel.tsx';
import { Sentences } from '../../parts/sentences.tsx';
import { Failed } from '../../parts/states.tsx';
import { NARRATIVE } from './documents.ts';

/** What the narrator has written about an alert; nothing before it has. */
export function AlertNarrative({ id }: { readonly id: string }) {
  const { data, error, isStale, refresh } = useRead(NARRATIVE, { id });
  const href = useNodeHref();
  const written = data?.narratives.edges[0]?.node;
  if (!error && !written) return null;
  const decision = written ? href(written.id) : null;
  return (
    <Panel
      title="In words"
      isStale={isStale}
      testId="alert-narrative"
      actions={decision ? <Link href={decision}>What it was made of</Link> : null}
    >
      {error ? <Failed title="The text could not be read" error={error} onRetry={refresh} /> : null}
      {written ? (
        <>
          <Sentences sentences={written.sentences} testId="alert-text" />
          <p className="small muted">Written {formatMoment(written.writtenAt)}, as it was known then.</p>
        </>
      ) : null}
    </Panel>
  );
}
