import { Suspense, useEffect, useMemo, useState } from 'react';
import { useRead } from '../../lib/api.ts';
import { formatAnswers, formatInterval, formatScore, viewerZone } from '../../lib/format.ts';
import { segmentInput, useView } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { later } from '../../parts/later.tsx';
import { NoAnswers } from '../../parts/no-answers.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Hidden, Skeleton } from '../../parts/states.tsx';
import { type LineageAddress, useLineageAddress } from './address.ts';
import { Details } from './details.tsx';
import { PRESENT, SCORE } from './documents.ts';
import { AsKnown } from './known.tsx';
import { useLevels } from './levels.ts';
import { LineageList } from './list.tsx';
import { Members } from './members.tsx';
import { Path } from './path.tsx';
import { type Box, pictureOf } from './picture.ts';
import { Verify } from './verify.tsx';
import { capital, kindName, kindOf, labelText } from './words.ts';
import './lineage.css';

/** The picture's library is larger than the rest of the screen. */
const LineageGraph = later(() => import('./graph.tsx'));

/** Where a number came from and what went into it: any node of the lineage, opened step by step. */
export default function LineageScreen() {
  const [address, change] = useLineageAddress();
  if (address.id === null) return <Present onFound={(id) => change({ id }, { replace: true })} />;
  return <Lineage key={address.id} id={address.id} address={address} change={change} />;
}

/** Without a node in the address: the score of the filter row. */
function Present({ onFound }: { readonly onFound: (id: string) => void }) {
  const [view] = useView();
  const { window, asOf, basis } = view;
  const { data, error, refresh } = useRead(PRESENT, { segment: segmentInput(view), window, asOf, basis });
  const row = data?.nps[0];
  const id = row && !row.suppressed && row.responses ? row.id : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the score is there
  useEffect(() => {
    if (id) onFound(id);
  }, [id]);
  if (error) return <Failed title="The score could not be read" error={error} onRetry={refresh} />;
  if (!row || id) return <Skeleton height={320} />;
  if (row.suppressed) return <Hidden />;
  return (
    <Panel title="Lineage of a score">
      <NoAnswers title="There is no answer in this window">
        Choose a longer window on Overview or Explore. An answer or a model is opened from its own screen.
      </NoAnswers>
    </Panel>
  );
}

interface LineageProps {
  readonly id: string;
  readonly address: LineageAddress;
  readonly change: (part: Partial<LineageAddress>, options?: { readonly replace?: boolean }) => void;
}

function Lineage({ id, address, change }: LineageProps) {
  const { direction, via, open, find, to } = address;
  const isList = (address.as ?? (isNarrow() ? 'list' : 'picture')) === 'list';
  const levels = useLevels([id, ...via], direction);
  const picture = useMemo(() => pictureOf(levels, open), [levels, open]);
  const isScore = kindOf(id) === 'Score';
  const failed = levels.find(({ error }) => error !== null);
  const onPress = (box: Box) => {
    if (box.node === null)
      change({ open: { level: box.level, kind: box.kind }, via: via.slice(0, box.level), find: '' });
    else change({ open: null, via: via.slice(0, box.level), find: '' });
  };
  const openNode = (node: string, level: number) =>
    change({ via: [...via.slice(0, level), node], open: null, find: '' });
  const last = levels.at(-1);
  const opened = open ? levels[open.level] : undefined;
  return (
    <div className="lineage">
      <div className="lineage-main">
        <Panel
          title={isScore ? 'Lineage of this score' : `Lineage of this ${kindName(kindOf(id))}`}
          className="lineage-picture"
          testId="lineage"
        >
          {isScore && levels[0]?.groups ? <p>{labelText(levels[0].groups.node.label)}</p> : null}
          {isScore ? <Verify id={id} onOpen={(node) => openNode(node, 0)} /> : null}
          <div className="row no-print">
            <Choices isList={isList} direction={direction} change={change} />
          </div>
          <p className="small muted">
            {direction === 'UPSTREAM'
              ? 'From the score to its origin'
              : 'From the node to what was made of it'}
            : open a group to see its nodes, and open a node to continue from it. Times are those of{' '}
            {viewerZone()}.
          </p>
          {failed?.error ? <Failed title="This node could not be opened" error={failed.error} /> : null}
          {levels[0]?.groups === null && !failed ? <Skeleton height={320} /> : null}
          {levels[0]?.groups ? (
            isList ? (
              <LineageList picture={picture} onPress={onPress} />
            ) : (
              <Suspense fallback={<Skeleton height={320} />}>
                <LineageGraph picture={picture} onPress={onPress} />
              </Suspense>
            )
          ) : null}
          {levels[0]?.groups?.groups.length === 0 ? (
            <p className="muted">
              {direction === 'UPSTREAM' ? 'It was made of nothing else.' : 'Nothing was made of it yet.'}
            </p>
          ) : null}
        </Panel>
        {open && opened?.groups ? (
          <Members
            key={`${open.level} ${open.kind}`}
            of={opened.id}
            kind={open.kind}
            count={opened.groups.groups.find(({ kind }) => kind === open.kind)?.count ?? null}
            direction={direction}
            find={find}
            onFind={(text) => change({ find: text }, { replace: true })}
            onOpen={(node) => openNode(node, open.level)}
            onClose={() => change({ open: null, find: '' })}
          />
        ) : last?.groups && last.groups.node.kind !== 'Score' ? (
          <Panel title={capital(kindName(last.groups.node.kind))}>
            <Details groups={last.groups} isStart={levels.length === 1} />
          </Panel>
        ) : null}
      </div>
      <div className="lineage-side">
        {isScore ? <Score id={id} onOpen={(node) => openNode(node, 0)} /> : null}
        <Panel title="Way to another node">
          <Path
            key={id}
            from={id}
            to={to}
            onTo={(other) => change({ to: other })}
            onOpen={(node) => openNode(node, 0)}
          />
        </Panel>
      </div>
    </div>
  );
}

/** On a phone the outline is easier to read than the picture. */
const isNarrow = (): boolean => window.matchMedia('(max-width: 700px)').matches;

interface ChoicesProps extends Pick<LineageProps, 'change'> {
  readonly isList: boolean;
  readonly direction: LineageAddress['direction'];
}

function Choices({ direction, isList, change }: ChoicesProps) {
  const isFed = direction === 'DOWNSTREAM';
  return (
    <>
      <Button
        icon="arrow"
        onPress={() =>
          change({ direction: isFed ? 'UPSTREAM' : 'DOWNSTREAM', via: [], open: null, find: '' })
        }
      >
        {isFed ? 'What it was made of' : 'What it went into'}
      </Button>
      <Button
        icon={isList ? 'lineage' : 'table'}
        onPress={() => change({ as: isList ? 'picture' : 'list' }, { replace: true })}
      >
        {isList ? 'As a picture' : 'As a list'}
      </Button>
    </>
  );
}

/** The score now, and as it was known earlier. */
function Score({ id, onOpen }: { readonly id: string; readonly onOpen: (id: string) => void }) {
  const { data, error, refresh } = useRead(SCORE, { id });
  const [now] = useState(() => Date.now());
  const row = data?.npsRow;
  return (
    <Panel title="The score">
      {error ? <Failed title="The score could not be read" error={error} onRetry={refresh} /> : null}
      {!data && !error ? <Skeleton lines={2} /> : null}
      {row?.suppressed ? <Hidden /> : null}
      {row && !row.suppressed ? (
        <p className="lineage-score numbers">
          <strong>{formatScore(row.score, { sign: true })}</strong>
          <span className="muted">
            {formatInterval(row.low, row.high)} · {formatAnswers(row.responses)}
          </span>
        </p>
      ) : null}
      {data && !row ? (
        <p className="small muted">It counts what a model inferred that is no longer the champion.</p>
      ) : null}
      {row && !row.suppressed ? <AsKnown row={row} now={now} onOpen={onOpen} /> : null}
    </Panel>
  );
}
