import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { useLocation } from 'wouter';
import { useHref } from '../lib/url-state.ts';
import { Icon } from '../parts/icon.tsx';
import { type Screen, screenAt } from '../screens.ts';

/** The screens that found no room in the bar of a phone. */
export default function MoreMenu({ screens }: { readonly screens: readonly Screen[] }) {
  const [path, navigate] = useLocation();
  const href = useHref();
  const isHere = screenAt(screens, path) !== undefined;
  return (
    <MenuTrigger>
      <Button className={isHere ? 'bottom-here' : ''}>
        <Icon name="more" size={20} />
        More
      </Button>
      <Popover className="user-menu" placement="top end">
        <Menu aria-label="More screens" onAction={(key) => navigate(href(String(key)))}>
          {screens.map(({ path: to, title }) => (
            <MenuItem key={to} id={to}>
              {title}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
