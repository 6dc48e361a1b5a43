import { useState } from 'react';
import { useSend } from '../../../lib/api.ts';
import { formatCount, formatMoment } from '../../../lib/format.ts';
import { type Right, useViewer } from '../../../lib/viewer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Drawer } from '../../../parts/drawer.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import { sentence } from '../wizard/words.ts';
import { partsOf, type WrittenPart } from './content.ts';
import { CONTENT } from './documents.ts';
import { type Item, problemWords, STATUS_WORDS } from './words.ts';

interface ItemProps {
  readonly item: Item | null;
  readonly onClose: () => void;
  /** Tries it again. @returns what went wrong, in words */
  readonly onReplay: (item: Item) => Promise<string | null>;
  readonly onDiscard: (item: Item) => Promise<string | null>;
}

/** One item: why it waits, until when, and what arrived, where the viewer may read that. */
export function ItemDrawer({ item, onClose, onReplay, onDiscard }: ItemProps) {
  const isKept = item?.status === 'WAITING' || item?.status === 'FETCHING';
  return (
    <Drawer
      title="What could not be stored"
      isOpen={item !== null}
      onClose={onClose}
      testId="quarantined-item"
      actions={
        item && isKept ? (
          <ItemActions key={item.id} item={item} onReplay={onReplay} onDiscard={onDiscard} />
        ) : null
      }
    >
      {item ? (
        <>
          <p>
            <strong>{sentence(problemWords(item))}</strong> {item.advice}
          </p>
          <Facts item={item} />
          {isKept ? <Content key={item.id} item={item.id} /> : <p>Its content is deleted.</p>}
        </>
      ) : null}
    </Drawer>
  );
}

function Facts({ item }: { readonly item: Item }) {
  const tried =
    item.attempts > 0
      ? `${formatCount(item.attempts)}, last ${item.attemptedAt ? formatMoment(item.attemptedAt) : ''}`
      : 'Not yet';
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['State', STATUS_WORDS[item.status]],
    ['Code', item.code],
    ['Field', item.field],
    ['Arrived', formatMoment(item.receivedAt)],
    ['Tried again', tried],
    ['Fetched next', item.dueAt ? formatMoment(item.dueAt) : null],
    ['Fetching failed', item.lastError],
    item.settledAt
      ? ['Content deleted', formatMoment(item.settledAt)]
      : ['Expires', formatMoment(item.expiresAt)],
    ['Size', `${formatCount(item.bytes)} bytes, encrypted`],
    ['Delivery', item.position],
  ];
  return (
    <dl className="row-facts">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

function ItemActions({
  item,
  onReplay,
  onDiscard,
}: Pick<ItemProps, 'onReplay' | 'onDiscard'> & { readonly item: Item }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const replay = async () => {
    setBusy(true);
    setProblem(await onReplay(item));
    setBusy(false);
  };
  return (
    <>
      {problem ? (
        <p className="failure" role="alert">
          {problem}
        </p>
      ) : null}
      <div className="row">
        <Button look="primary" icon="refresh" isDisabled={isBusy} onPress={() => void replay()}>
          {item.reason === 'THIN' ? 'Fetch it again' : 'Replay'}
        </Button>
        <ConfirmButton
          action="Discard"
          label="Discard this item"
          isDanger
          title="Discard this item?"
          text="Its content is deleted, and with it what was answered. This cannot be undone."
          onConfirm={() => onDiscard(item)}
        />
      </div>
    </>
  );
}

/** What the content of an item shows: whatever a respondent or a tool wrote. */
const READS: readonly Right[] = ['readResponse', 'readComment', 'readRespondent'];

function Content({ item }: { readonly item: string }) {
  const { can } = useViewer();
  const send = useSend();
  const [parts, setParts] = useState<readonly WrittenPart[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (!READS.every(can))
    return (
      <p className="muted">
        You need the right to read answers, comments and respondents everywhere to see what arrived.
      </p>
    );
  const show = async () => {
    setBusy(true);
    const { data, error } = await send(CONTENT, { item });
    setBusy(false);
    if (error !== undefined) return setProblem(error);
    setProblem(data.quarantinedContent == null ? 'Its content has been deleted.' : null);
    if (data.quarantinedContent != null) setParts(partsOf(data.quarantinedContent));
  };
  return (
    <section className="stack" aria-label="What arrived">
      <h3>What arrived</h3>
      {parts === null ? (
        <>
          <p className="muted small">Each look is written to the audit log with your name.</p>
          <div>
            <Button isDisabled={isBusy} onPress={() => void show()}>
              Show what arrived
            </Button>
          </div>
        </>
      ) : null}
      <div role="status">
        {parts?.map(({ title, text }) => (
          <figure key={title} className="quarantine-written">
            <figcaption className="muted small">{title}</figcaption>
            <pre dir="auto">{text}</pre>
          </figure>
        ))}
      </div>
      {problem ? (
        <p className="failure" role="alert">
          {problem}
        </p>
      ) : null}
    </section>
  );
}
