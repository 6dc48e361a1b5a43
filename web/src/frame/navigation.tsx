import { Suspense } from 'react';
import { Link, useLocation } from 'wouter';
import { useHref } from '../lib/url-state.ts';
import { Icon } from '../parts/icon.tsx';
import { later } from '../parts/later.tsx';
import { type Screen, screenAt } from '../screens.ts';

interface Screens {
  readonly screens: readonly Screen[];
}

/** The name of the product. */
export function Brand() {
  return (
    <>
      <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
        <rect width="16" height="16" rx="4" fill="var(--accent)" />
        <path
          d="M3 11l3.2-4 2.6 2.4L13 4.6"
          fill="none"
          stroke="var(--on-accent)"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      Scoreline
    </>
  );
}

/** The screens that the viewer may see; links keep the filters. */
export function Navigation({ screens }: Screens) {
  const [path] = useLocation();
  const href = useHref();
  return (
    <>
      <Link className="brand" href={href(screens[0]?.path ?? '/')}>
        <Brand />
      </Link>
      <nav className="nav" aria-label="Screens">
        {screens.map((screen) => (
          <Link
            key={screen.path}
            href={href(screen.path)}
            aria-current={screenAt([screen], path) ? 'page' : undefined}
          >
            {screen.title}
          </Link>
        ))}
      </nav>
    </>
  );
}

const MoreMenu = later(() => import('./more-menu.tsx'), { isInCorner: true });
const MOST_BELOW = 5;

/** The navigation of a phone: five entries, of which the last holds the rest. */
export function BottomBar({ screens }: Screens) {
  const [path] = useLocation();
  const href = useHref();
  const isMany = screens.length > MOST_BELOW;
  const below = screens.slice(0, isMany ? MOST_BELOW - 1 : MOST_BELOW);
  const rest = screens.slice(below.length);
  return (
    <nav className="bottom-bar no-print" aria-label="Screens, below">
      {below.map((screen) => (
        <Link
          key={screen.path}
          href={href(screen.path)}
          aria-current={screenAt([screen], path) ? 'page' : undefined}
        >
          <Icon name={screen.icon} size={20} />
          {screen.title}
        </Link>
      ))}
      {isMany ? (
        <Suspense fallback={<span />}>
          <MoreMenu screens={rest} />
        </Suspense>
      ) : null}
    </nav>
  );
}
