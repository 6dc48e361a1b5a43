import { type ReactNode, useId } from 'react';
import './field.css';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  /** The options. */
  readonly children: ReactNode;
}

/** A list with its label, of which one is chosen. */
export function Choice<T extends string>({ label, value, onChange, children }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={({ target }) => onChange(target.value as T)}>
        {children}
      </select>
    </div>
  );
}
