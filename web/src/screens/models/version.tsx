import { useState } from 'react';
import { Link } from 'wouter';
import { useRead, useSend } from '../../lib/api.ts';
import { formatDay } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { ComparePanel } from './compare.tsx';
import { Promote, Reigns, RollBack, Shadow, Version } from './documents.ts';
import { DriftPanel } from './drift.tsx';
import { hadChampionBefore, STAGE_MEANS } from './figures.ts';
import type { ModelVersion } from './index.tsx';
import { HistoryPanel, MadeOfPanel } from './made-of.tsx';
import { PairButton, PairNote } from './pair.tsx';
import { QualityPanel } from './quality.tsx';
import { StageChip } from './stage.tsx';
import { TryPanel } from './try.tsx';

/** Everything about one version. */
export function VersionDetail({
  version,
  champion,
  onChanged,
}: {
  readonly version: ModelVersion;
  readonly champion: ModelVersion | null;
  readonly onChanged: () => void;
}) {
  const { can } = useViewer();
  const href = useHref();
  const read = useRead(Version, { id: version.id });
  const reigns = useRead(Reigns, {}, { pause: !can('manageModels') });
  const mayGoBack = hadChampionBefore(reigns.data?.modelVersions.flatMap(({ history }) => history) ?? []);
  const node = read.data?.node;
  const detail = node && 'history' in node ? node : null;
  const changed = () => {
    onChanged();
    read.refresh();
    reigns.refresh();
  };
  const mayJudge = can('readPrediction');
  return (
    <div className="version">
      <section className="version-head panel" aria-label={`Version ${version.version}`}>
        <div className="version-title">
          <h2>
            Version {version.version} <StageChip version={version} />
          </h2>
          {version.companionOf.every(({ stage }) => stage !== 'CHAMPION' && stage !== 'SHADOW') && (
            <p className="muted small">{STAGE_MEANS[version.stage]}</p>
          )}
          <p className="small version-label">
            {version.label}
            {version.trainedAt ? `, trained ${formatDay(version.trainedAt)}` : ''}
          </p>
          <PairNote version={version} />
        </div>
        <div className="row">
          {can('manageModels') && <PairButton version={version} champion={champion} onDone={changed} />}
          {can('manageModels') && (
            <Actions version={version} champion={champion} mayGoBack={mayGoBack} onDone={changed} />
          )}
          {can('traceLineage') && (
            <Link className="button button-quiet" href={href(`/lineage/${encodeURIComponent(version.id)}`)}>
              Lineage
            </Link>
          )}
        </div>
      </section>
      {mayJudge && <QualityPanel version={version} evaluation={detail?.evaluation} />}
      {mayJudge && champion && champion.id !== version.id && (
        <ComparePanel version={version} champion={champion} />
      )}
      {mayJudge && <DriftPanel version={version} />}
      {mayJudge && <TryPanel version={version} />}
      {read.isLoading && (
        <Panel title="What it is made of">
          <Skeleton lines={4} />
        </Panel>
      )}
      {read.error && (
        <Panel title="What it is made of">
          <Failed error={read.error} onRetry={read.refresh} />
        </Panel>
      )}
      {detail && <HistoryPanel history={detail.history} onChanged={changed} />}
      {detail && <MadeOfPanel detail={detail} />}
    </div>
  );
}

type Action = 'shadow' | 'promote' | 'rollback';

function Actions({
  version,
  champion,
  mayGoBack,
  onDone,
}: {
  version: ModelVersion;
  champion: ModelVersion | null;
  mayGoBack: boolean;
  onDone: () => void;
}) {
  const send = useSend();
  const [action, setAction] = useState<Action | null>(null);
  const close = () => setAction(null);
  const confirm = async (reason: string) => {
    const { id } = version;
    const { error } =
      action === 'shadow'
        ? await send(Shadow, { id, reason })
        : action === 'promote'
          ? await send(Promote, { id, reason })
          : await send(RollBack, { reason });
    if (error === undefined) onDone();
    return error ?? null;
  };
  const { stage } = version;
  return (
    <>
      {stage === 'CANDIDATE' && <Button onPress={() => setAction('shadow')}>Run as shadow</Button>}
      {stage !== 'CHAMPION' && (
        <Button look={stage === 'SHADOW' ? 'primary' : 'plain'} onPress={() => setAction('promote')}>
          Promote
        </Button>
      )}
      {stage === 'CHAMPION' && mayGoBack && <Button onPress={() => setAction('rollback')}>Roll back</Button>}
      <ReasonDialog
        isOpen={action === 'shadow'}
        onClose={close}
        title={`Run version ${version.version} as a shadow?`}
        action="Run as shadow"
        onConfirm={confirm}
      >
        It reads every new answer beside the champion, so that both can be compared. Its results are not
        shown.
      </ReasonDialog>
      <ReasonDialog
        isOpen={action === 'promote'}
        onClose={close}
        title={`Promote version ${version.version}?`}
        action={`Promote version ${version.version}`}
        onConfirm={confirm}
      >
        It becomes champion at once{champion ? `, and version ${champion.version} is retired` : ''}. Inferred
        scores change. Another person reviews this decision, and you can roll back.
      </ReasonDialog>
      <ReasonDialog
        isOpen={action === 'rollback'}
        onClose={close}
        title="Roll back to the champion before?"
        action="Roll back"
        isDanger
        onConfirm={confirm}
      >
        Version {version.version} is retired at once, and the champion before it is in charge again. Inferred
        scores change. Another person reviews this decision.
      </ReasonDialog>
    </>
  );
}
