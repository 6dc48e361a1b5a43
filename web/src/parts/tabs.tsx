import type { ReactNode } from 'react';
import './tabs.css';

interface TabsProps<Id extends string> {
  /** What the choice is of, for screen readers: "Which reviews are shown". */
  readonly label: string;
  readonly tabs: readonly { readonly id: Id; readonly title: ReactNode }[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
}

/** Buttons above a list, one of which is pressed: which part of it is shown. */
export function Tabs<Id extends string>({ label, tabs, value, onChange }: TabsProps<Id>) {
  return (
    <fieldset className="tabs no-print">
      <legend className="sr">{label}</legend>
      {tabs.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          className="tab"
          aria-pressed={id === value}
          onClick={() => onChange(id)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}
