import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger, Separator } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { formatMoment } from '../lib/format.ts';
import { signOut } from '../lib/session.ts';
import { useViewer } from '../lib/viewer.tsx';
import { Icon } from '../parts/icon.tsx';
import { AVATAR, initials } from './avatar.tsx';
import { setTheme, type Theme, useTheme } from './theme.ts';

interface UserMenuProps {
  readonly onHelp: () => void;
  /** It was pressed before it was loaded. */
  readonly isOpenAtFirst: boolean;
  /** The button that it takes the place of had the focus. */
  readonly hasFocusAtFirst: boolean;
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'Colours of the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

/** Who is signed in, the colours, the list of shortcuts, and signing out. Loaded after the first screen. */
export default function UserMenu({ onHelp, isOpenAtFirst, hasFocusAtFirst }: UserMenuProps) {
  const { viewer } = useViewer();
  const theme = useTheme();
  const act = (key: string) => {
    if (key === 'help') onHelp();
    else if (key === 'sign-out') void signOut();
    else if (key === 'sign-out-everywhere') void signOut({ everywhere: true });
    else if (key === 'console') window.open('/console', '_blank', 'noreferrer');
    else setTheme(key as Theme);
  };
  return (
    <MenuTrigger defaultOpen={isOpenAtFirst}>
      <Button {...AVATAR} aria-label={`Menu of ${viewer.name}`} autoFocus={hasFocusAtFirst}>
        {initials(viewer.name)}
      </Button>
      <Popover className="user-menu" placement="bottom end">
        <div className="user-who">
          <strong>{viewer.name}</strong>
          <div className="muted">
            {viewer.role}
            {viewer.expiresAt ? ` · until ${formatMoment(viewer.expiresAt)}` : ''}
          </div>
        </div>
        <Menu aria-label="Your menu" onAction={(key) => act(String(key))}>
          {THEMES.map(([id, label]) => (
            <MenuItem key={id} id={id} textValue={label}>
              {label}
              {id === theme ? <Icon name="check" /> : null}
            </MenuItem>
          ))}
          <Separator />
          <MenuItem id="help" textValue="Keyboard shortcuts">
            Keyboard shortcuts <kbd>?</kbd>
          </MenuItem>
          <MenuItem id="console">GraphQL console</MenuItem>
          <Separator />
          <MenuItem id="sign-out">Sign out</MenuItem>
          <MenuItem id="sign-out-everywhere">Sign out everywhere</MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
