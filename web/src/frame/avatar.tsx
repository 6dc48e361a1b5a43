import { Suspense, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useViewer } from '../lib/viewer.tsx';
import { later } from '../parts/later.tsx';

const UserMenu = later(() => import('./user-menu.tsx'), { isInCorner: true });

/** What the button is before its menu is loaded and after. */
export const AVATAR = { className: 'avatar', 'data-testid': 'user-menu' } as const;

/** The button of the viewer's menu; the menu itself is loaded when the browser is idle, or when it is pressed. */
export function Avatar({ onHelp }: { readonly onHelp: () => void }) {
  const { viewer } = useViewer();
  const [wanted, setWanted] = useState<'no' | 'loaded' | 'open'>('no');
  const [hasFocus, setFocus] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWanted((before) => (before === 'no' ? 'loaded' : before)), 1_000);
    return () => clearTimeout(timer);
  }, []);
  const button = (
    <Button
      {...AVATAR}
      aria-label={`Menu of ${viewer.name}`}
      aria-haspopup="true"
      onFocusChange={setFocus}
      // When the press begins: by its end another button may stand here.
      onPressStart={() => setWanted('open')}
    >
      {initials(viewer.name)}
    </Button>
  );
  if (wanted === 'no') return button;
  return (
    <Suspense fallback={button}>
      <UserMenu onHelp={onHelp} isOpenAtFirst={wanted === 'open'} hasFocusAtFirst={hasFocus} />
    </Suspense>
  );
}

/** "Ada Lovelace" as "AL". */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('');
}
