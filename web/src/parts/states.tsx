import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { errorText } from '../lib/api.ts';
import { formatCount, formatDay } from '../lib/format.ts';
import { useViewer } from '../lib/viewer.tsx';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import './states.css';

/*
 * The four states of a panel that has no whole answer to show. Each says what it means for the reader and what they can do.
 */

interface StateProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** What to do next: buttons or links. */
  readonly actions?: ReactNode;
}

function State({
  icon,
  kind,
  title,
  children,
  actions,
}: StateProps & { readonly icon: IconName; readonly kind: string }) {
  return (
    <div className={`state state-${kind}`} role={kind === 'failed' ? 'alert' : undefined}>
      <Icon name={icon} size={20} />
      <p className="state-title">{title}</p>
      {children ? <div className="muted small">{children}</div> : null}
      {actions ? <div className="row">{actions}</div> : null}
    </div>
  );
}

/** There is nothing yet: says what to do next. */
export const Empty = (props: StateProps) => <State icon="info" kind="empty" {...props} />;

/** Too few people answered for this viewer: neither zero nor an error. */
export function Hidden() {
  const { smallestCount } = useViewer().viewer;
  return (
    <HiddenState title="Too few answers to show">
      A score of fewer than {formatCount(smallestCount)} answers, alone or by its difference from another one,
      would show what each of them said, so it is not shown to your role.
    </HiddenState>
  );
}

/** As `Hidden`, of something else than answers: says what, and why. */
export const HiddenState = (props: StateProps) => <State icon="people" kind="hidden" {...props} />;

/** Part of the answer is missing: says what, and since when. It stands above what there is. */
export function Partial({
  children,
  since,
}: {
  readonly children: ReactNode;
  readonly since?: string | null;
}) {
  return (
    <p className="state-partial small">
      <Icon name="warning" />
      <span>
        {children}
        {since ? ` Since ${formatDay(since)}.` : ''}
      </span>
    </p>
  );
}

interface FailedProps {
  readonly error: CombinedError | string | undefined;
  /** What could not be done: "The score could not be read." */
  readonly title?: string;
  readonly onRetry?: () => void;
}

/** Names the cause and offers to try again. */
export function Failed({ error, title = 'This could not be read', onRetry }: FailedProps) {
  const why = typeof error === 'string' ? error : errorText(error);
  return (
    <State
      icon="warning"
      kind="failed"
      title={title}
      actions={
        onRetry ? (
          <Button icon="refresh" onPress={onRetry}>
            Try again
          </Button>
        ) : null
      }
    >
      {why}
    </State>
  );
}

/** Stands in the place of what is being read, in its size. */
export function Skeleton({ lines = 3, height }: { readonly lines?: number; readonly height?: number }) {
  return (
    <div className="skeleton" aria-hidden="true">
      {height ? (
        <span className="skeleton-block" style={{ blockSize: height }} />
      ) : (
        Array.from({ length: lines }, (_, i) => `line ${i}`).map((key) => (
          <span key={key} className="skeleton-line" />
        ))
      )}
    </div>
  );
}
