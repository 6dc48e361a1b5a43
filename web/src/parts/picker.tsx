import { Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { Icon } from './icon.tsx';
import { later } from './later.tsx';
import './picker.css';
import { Skeleton } from './states.tsx';

const PickerOptions = later(() => import('./picker-options.tsx'));

export interface Option {
  readonly id: string;
  readonly label: string;
}

export interface PickerProps {
  readonly label: string;
  /** Undefined while they are read. */
  readonly options: readonly Option[] | undefined;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  /** single: one of them, always; multiple: any number, none is all. */
  readonly mode?: 'single' | 'multiple';
  /** Whether a choice is marked: it leaves something out. Absent: in `multiple`. */
  readonly isFilter?: boolean;
  /** Shown when none is chosen. */
  readonly none?: string;
  /** Called before the options are shown: to read them then. */
  readonly onOpen?: () => void;
  /** What is wrong with the options. */
  readonly problem?: string | null;
}

/** A button that shows what is chosen and opens a list to choose from, with a search where it is long. */
export function Picker(props: PickerProps) {
  const { label, options, value, onChange, mode = 'single', none = 'All', onOpen } = props;
  const { isFilter = mode === 'multiple' } = props;
  const [isOpen, setOpen] = useState(false);
  const labelOf = (id: string) => options?.find((one) => one.id === id)?.label ?? id;
  const open = (next: boolean) => {
    if (next) onOpen?.();
    setOpen(next);
  };
  const shown = value.length === 0 ? none : value.map(labelOf).join(', ');
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={open}>
      <Button className={`picker ${value.length > 0 && isFilter ? 'picker-set' : ''}`}>
        <span className="picker-label">{label}</span>
        <span className="picker-value" dir="auto">
          {shown}
        </span>
        <Icon name="down" size={14} />
      </Button>
      <Popover className="picker-popover" placement="bottom start" offset={4}>
        <Dialog className="picker-dialog" aria-label={label}>
          <Suspense fallback={<Skeleton lines={4} />}>
            <PickerOptions {...props} onDone={() => setOpen(false)} />
          </Suspense>
          {mode === 'multiple' && value.length > 0 ? (
            <Button className="picker-clear" onPress={() => onChange([])}>
              Clear
            </Button>
          ) : null}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
