import { type ReactNode, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import { later } from '../parts/later.tsx';
import { type Screen, screenAt } from '../screens.ts';
import { Avatar } from './avatar.tsx';
import { FilterRow } from './filter-row.tsx';
import { useKeyboard } from './keyboard.ts';
import { LiveStatusNote } from './live-status-note.tsx';
import { BottomBar, Navigation } from './navigation.tsx';
import { TypedNote } from './typed-note.tsx';
import './frame.css';

const KeyboardHelp = later(() => import('./keyboard-help.tsx'), { isInCorner: true });

interface FrameProps {
  /** The screens that the viewer may see. */
  readonly screens: readonly Screen[];
  readonly children: ReactNode;
}

/** What stands around every screen: navigation, filters, live status, the viewer's menu. */
export function Frame({ screens, children }: FrameProps) {
  const [path] = useLocation();
  const [isHelpOpen, setHelpOpen] = useState(false);
  useKeyboard(screens, () => setHelpOpen(true));
  const shown = screenAt(screens, path);
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="frame-head no-print">
        <Navigation screens={screens} />
        <LiveStatusNote />
        <Avatar onHelp={() => setHelpOpen(true)} />
      </header>
      {shown && shown.filters !== 'none' ? <FilterRow /> : null}
      <main id="main" className="frame-main" tabIndex={-1}>
        <TypedNote />
        <h1 className="sr">{shown?.title ?? 'Scoreline'}</h1>
        {children}
      </main>
      <BottomBar screens={screens} />
      {isHelpOpen ? (
        <Suspense>
          <KeyboardHelp screens={screens} onClose={() => setHelpOpen(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}
