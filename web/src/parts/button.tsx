import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import './button.css';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className' | 'style'> {
  readonly children?: ReactNode;
  /** primary: the one thing to do here; danger: what cannot be undone; quiet: among others. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  /** The name where only the icon is shown. */
  readonly label?: string;
}

/** A button. Say what it does with a verb: "Import 1,198 answers". */
export function Button({ children, look = 'plain', icon, label, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      className={`button button-${look} ${children ? '' : 'button-icon'}`}
      {...(label ? { 'aria-label': label } : {})}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </AriaButton>
  );
}
