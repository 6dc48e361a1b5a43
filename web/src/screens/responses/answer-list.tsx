import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { formatAge, formatMoment, TEXT_DIRECTION } from '../../lib/format.ts';
import { ScoreChip } from '../../parts/score-chip.tsx';
import type { AnswerRow } from './use-answers.ts';

/** Rows have one height, so that the list knows where each of 100,000 stands without measuring it. */
const ROW_PX = 64;
/** Stands where an answer has no value of a dimension. */
const UNKNOWN = 'unknown';
/** Rows beyond the edges that are kept, so that scrolling shows no gaps. A jump draws them all: eight were a quarter of its work. */
const AROUND = 4;
/** How many rows before the end of what is loaded the next page is read. */
const AHEAD = 60;

interface AnswerListProps {
  readonly rows: readonly AnswerRow[];
  readonly hasNext: boolean;
  /** The row that keys move from. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  /** A key moves to that row. */
  readonly onMove: (index: number) => void;
  /** The id of the open answer. */
  readonly open: string | null;
  readonly onOpen: (index: number) => void;
  readonly onMore: () => void;
  /** What a row without a text says. */
  readonly noText: string;
  readonly now: number;
}

/** A list that has only the rows in sight in the document, and asks for more before its end is reached. */
export function AnswerList(props: AnswerListProps) {
  const { rows, hasNext, active, onActive, onMove, open, onOpen, onMore, noText, now } = props;
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height }, setSight] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setSight({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / ROW_PX) - AROUND);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW_PX) + AROUND);
  useEffect(() => {
    if (hasNext && last > rows.length - AHEAD) onMore();
  }, [hasNext, last, rows.length, onMore]);
  const wantsFocus = useRef(false);
  const move = (index: number) => {
    const to = Math.min(rows.length - 1, Math.max(0, index));
    wantsFocus.current = true;
    onMove(to);
  };
  // The focused row stays in the document even where it is out of sight: the focus is not lost by scrolling.
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  if (active < rows.length && !shown.includes(active)) shown.push(active);
  const before = useRef(active);
  useEffect(() => {
    const element = box.current;
    if (!element || before.current === active) return;
    before.current = active;
    const start = active * ROW_PX;
    if (start < element.scrollTop) element.scrollTop = start;
    else if (start + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = start + ROW_PX - element.clientHeight;
    const hasFocus = element.contains(document.activeElement);
    if (wantsFocus.current || hasFocus)
      element.querySelector<HTMLElement>('[data-active]')?.focus({ preventScroll: true });
    wantsFocus.current = false;
  }, [active]);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / ROW_PX) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) move(active + (steps[event.key] ?? 0));
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(rows.length - 1);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of its rows bubble here
    <div
      ref={box}
      className="answers-scroll"
      onScroll={({ currentTarget }) =>
        setSight({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
      }
      onKeyDown={onKeyDown}
    >
      <ul className="answers-list" aria-label="Answers" style={{ blockSize: rows.length * ROW_PX }}>
        {shown.map((index) => {
          const row = rows[index];
          return row ? (
            <li
              key={row.id}
              aria-posinset={index + 1}
              aria-setsize={hasNext ? -1 : rows.length}
              style={{ insetBlockStart: index * ROW_PX, blockSize: ROW_PX }}
            >
              <Row
                row={row}
                index={index}
                isOpen={row.id === open}
                isActive={index === active}
                onActive={onActive}
                onOpen={onOpen}
                noText={noText}
                now={now}
              />
            </li>
          ) : null;
        })}
      </ul>
    </div>
  );
}

interface RowProps {
  readonly row: AnswerRow;
  readonly index: number;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly onActive: (index: number) => void;
  readonly onOpen: (index: number) => void;
  readonly noText: string;
  readonly now: number;
}

/** Scrolling draws only the rows that come into sight. */
const Row = memo(function Row(props: RowProps) {
  const { row, index, isOpen, isActive, onActive, onOpen, noText, now } = props;
  const values = row.segmentValues.map(({ value }) => value).filter((value) => value !== UNKNOWN);
  return (
    <button
      type="button"
      className="answer-row"
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isActive ? 0 : -1}
      data-active={isActive ? '' : undefined}
      onFocus={() => onActive(index)}
      onClick={() => onOpen(index)}
    >
      <ScoreChip score={row.score ?? null} npsClass={row.class ?? null} />
      <span className="answer-row-words">
        <span className={row.comment ? 'answer-row-text' : 'answer-row-text muted'} {...TEXT_DIRECTION}>
          {row.comment ?? noText}
        </span>
        <span className="answer-row-facts muted small">
          <span dir="auto">{values.join(' · ')}</span>
          <time dateTime={row.answeredAt} title={formatMoment(row.answeredAt)}>
            {formatAge(row.answeredAt, now)}
          </time>
        </span>
      </span>
    </button>
  );
});
