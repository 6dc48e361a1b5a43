import type { ReactNode } from 'react';
import { Drawer } from '../parts/drawer.tsx';

interface FilterSheetProps {
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The filters of a phone. */
export default function FilterSheet({ onClose, children }: FilterSheetProps) {
  return (
    <Drawer title="Filters" isOpen onClose={onClose}>
      <div className="filters-sheet">{children}</div>
    </Drawer>
  );
}
