import type { ReactNode } from 'react';
import './row-list.css';

interface RowListProps {
  /** Whether the order of the rows means something. */
  readonly isOrdered?: boolean;
  readonly children: ReactNode;
}

/** A list of things with some facts and buttons each. */
export function RowList({ isOrdered = false, children }: RowListProps) {
  const List = isOrdered ? 'ol' : 'ul';
  return <List className="row-list">{children}</List>;
}

interface ListRowProps {
  /** Its name for screen readers. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A row: the facts, and beside them what can be done. */
export function ListRow({ label, children }: ListRowProps) {
  return (
    <li className="row-list-row" aria-label={label}>
      {children}
    </li>
  );
}
