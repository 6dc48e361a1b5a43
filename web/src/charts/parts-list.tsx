import type { ReactNode } from 'react';
import { formatScore } from '../lib/format.ts';
import './parts-list.css';

/** One part of a difference, in score points. */
export interface Part {
  readonly key: string;
  readonly name: ReactNode;
  /** Null where it may not be shown. */
  readonly value: number | null;
  /** Its interval leaves out zero: only then its bar has the colour of a rise or a fall. */
  readonly isClear: boolean;
  /** The interval, or more in words. */
  readonly note?: string;
}

/** Parts of a difference as bars to both sides of zero. */
export function PartsList({ parts, caption }: { readonly parts: readonly Part[]; readonly caption: string }) {
  const most = Math.max(0.1, ...parts.map(({ value }) => Math.abs(value ?? 0)));
  return (
    <ul className="parts" aria-label={caption}>
      {parts.map(({ key, name, value, isClear, note }) => (
        <li key={key}>
          <span className="parts-name">{name}</span>
          <svg height="20" aria-hidden="true" className="parts-bar">
            <line className="parts-zero" x1="50%" x2="50%" y1="0" y2="20" />
            {value === null ? null : (
              <rect
                className={isClear ? (value < 0 ? 'parts-down' : 'parts-up') : 'parts-unclear'}
                x={`${value < 0 ? 50 + (50 * value) / most : 50}%`}
                width={`${(50 * Math.abs(value)) / most}%`}
                y="4"
                height="12"
                rx="2"
              />
            )}
          </svg>
          <span className="parts-value numbers">
            {value === null ? 'hidden' : formatScore(value, { sign: true })}
          </span>
          {note ? <span className="parts-note muted">{note}</span> : null}
        </li>
      ))}
      {parts.some(({ isClear, value }) => value && !isClear) ? (
        <li className="parts-key muted">Grey: it could be chance.</li>
      ) : null}
    </ul>
  );
}
