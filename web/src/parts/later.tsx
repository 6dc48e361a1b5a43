import { Component, type ComponentType, lazy, type ReactNode, useState } from 'react';
import './later.css';
import { Failed } from './states.tsx';

/** A part of the program did not arrive: the server was away, or has another version by now. */
class NotLoadedError extends Error {}

interface Options {
  /** In a corner of the page: for what opens over it, or has little room of its own. */
  readonly isInCorner?: boolean;
}

/**
 * A component whose program is loaded when it is first shown, inside of a Suspense. React keeps a failed load for as long as the page is
 * open, and unmounts everything that no boundary stands around: here it is said in the place of the component, and can be tried again.
 */
export function later<P extends object>(
  load: () => Promise<{ readonly default: ComponentType<P> }>,
  { isInCorner = false }: Options = {},
): ComponentType<P> {
  let hasFailed = false;
  const attempt = async () => {
    try {
      await loadStylesAgain();
      return await load();
    } catch (error) {
      hasFailed = true;
      throw new NotLoadedError('not loaded', { cause: error });
    }
  };
  let Part = lazy(attempt);
  const again = () => {
    if (!hasFailed) return;
    hasFailed = false;
    Part = lazy(attempt);
  };
  return function Later(props: P) {
    const [tries, setTries] = useState(0);
    const retry = () => {
      again();
      setTries(tries + 1);
    };
    return (
      <Guard key={tries} isInCorner={isInCorner} onRetry={retry}>
        <Part {...props} />
      </Guard>
    );
  };
}

const failedStyles = new Set<HTMLLinkElement>();

/** Notes from now on which style sheets of the page are not loaded. */
export function watchStyles(): void {
  document.addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') failedStyles.add(target);
    },
    true,
  );
}

/** A style sheet that failed is not asked for again with the part that needs it. @throws when one fails again */
async function loadStylesAgain(): Promise<void> {
  const links = [...failedStyles];
  failedStyles.clear();
  await Promise.all(
    links.map((link) => {
      const next = link.cloneNode() as HTMLLinkElement;
      const loaded = new Promise((resolve, reject) => {
        next.addEventListener('load', resolve);
        next.addEventListener('error', reject);
      });
      link.replaceWith(next);
      return loaded;
    }),
  );
}

interface GuardProps {
  readonly children: ReactNode;
  readonly isInCorner: boolean;
  readonly onRetry: () => void;
}

/** Shows that its part was not loaded. Other errors are those of the boundary around it. */
class Guard extends Component<GuardProps, { readonly error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (!(error instanceof NotLoadedError)) throw error;
    return (
      <div className={this.props.isInCorner ? 'later-corner panel' : ''}>
        <Failed
          title="This part of the page could not be loaded"
          error="The server does not answer, or was updated after this page was opened. If trying again does not help, load the page again in the browser."
          onRetry={this.props.onRetry}
        />
      </div>
    );
  }
}
