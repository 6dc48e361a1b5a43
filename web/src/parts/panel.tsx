import { Component, type ReactNode, useId } from 'react';
import { Failed } from './states.tsx';
import './panel.css';

interface PanelProps {
  readonly title: ReactNode;
  /** At the end of the title's row. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Its content is of the choice before, while the next is read. */
  readonly isStale?: boolean;
  readonly testId?: string;
  readonly className?: string;
}

/** A part of a screen with a title of its own. What fails inside leaves the rest of the screen as it is. */
export function Panel({ title, actions, children, isStale = false, testId, className = '' }: PanelProps) {
  const id = useId();
  return (
    <section
      className={`panel ${className}`}
      aria-labelledby={id}
      aria-busy={isStale}
      {...(testId ? { 'data-testid': testId } : {})}
    >
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {actions ? <div className="panel-actions no-print">{actions}</div> : null}
      </header>
      <Boundary>{children}</Boundary>
    </section>
  );
}

/** Shows what broke inside of it in its place. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Failed
        title="This part of the page broke"
        error={this.state.error.message}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
