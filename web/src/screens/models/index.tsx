import { useState } from 'react';
import { Link } from 'wouter';
import type { ModelVersionsQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatDay } from '../../lib/format.ts';
import { useHref, useParam } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Train, Versions } from './documents.ts';
import { StageChip } from './stage.tsx';
import { VersionDetail } from './version.tsx';
import './models.css';

export type ModelVersion = ModelVersionsQuery['modelVersions'][number];

/** The versions of the text model: which is in use, how good it is, whether it drifts, and what to do about it. */
export default function Models() {
  const read = useRead(Versions, {});
  const { can } = useViewer();
  const [wanted] = useParam('version');
  const versions = read.data?.modelVersions ?? [];
  const champion = versions.find(({ stage }) => stage === 'CHAMPION') ?? null;
  const shown =
    versions.find(({ version }) => String(version) === wanted) ?? champion ?? versions.at(-1) ?? null;
  return (
    <div className="models">
      <header className="models-head">
        <div>
          <h1>Models</h1>
          <p className="muted small">What reads the comments, how well it does, and who put it in charge.</p>
        </div>
        {can('manageModels') && <TrainButton onDone={read.refresh} />}
      </header>
      {read.isLoading && <Skeleton height={240} />}
      {read.error && versions.length === 0 && (
        <Failed title="The versions could not be read" error={read.error} onRetry={read.refresh} />
      )}
      {read.data && versions.length === 0 && (
        <Empty title="There is no model yet">The server registers the one that ships when it starts.</Empty>
      )}
      {shown && (
        <div className="models-desk">
          <Panel title="Versions" className="models-versions">
            <VersionList versions={versions} shown={shown} />
          </Panel>
          <VersionDetail key={shown.id} version={shown} champion={champion} onChanged={read.refresh} />
        </div>
      )}
    </div>
  );
}

function VersionList({ versions, shown }: { versions: readonly ModelVersion[]; shown: ModelVersion }) {
  const href = useHref();
  return (
    <ol className="version-list">
      {[...versions].reverse().map((one) => (
        <li key={one.id}>
          <Link
            href={href('/models', {}, { version: String(one.version) })}
            aria-current={one.id === shown.id ? 'page' : undefined}
          >
            <span className="spread">
              <strong>Version {one.version}</strong>
              <StageChip version={one} />
            </span>
            <span className="muted small version-label">{one.label}</span>
            {one.trainedAt && <span className="muted small">trained {formatDay(one.trainedAt)}</span>}
          </Link>
        </li>
      ))}
    </ol>
  );
}

/** Trains a version on what is there now; it becomes a candidate, and nothing changes until it is promoted. */
function TrainButton({ onDone }: { onDone: () => void }) {
  const send = useSend();
  const [isOpen, setOpen] = useState(false);
  const [, show] = useParam('version');
  return (
    <>
      <Button look="primary" onPress={() => setOpen(true)}>
        Train a version
      </Button>
      <ReasonDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Train a new version?"
        action="Train"
        onConfirm={async (reason) => {
          const { data, error } = await send(Train, { reason });
          if (error !== undefined) return error;
          onDone();
          show(String(data.trainModel.version));
          return null;
        }}
      >
        It learns from the answers that have a comment and a number, and from what reviewers corrected. It
        takes up to some minutes, and becomes a candidate: nothing changes until you promote it.
      </ReasonDialog>
    </>
  );
}
