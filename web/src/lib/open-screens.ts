import { createContext, useCallback, useContext } from 'react';
import { useHref, type View } from './url-state.ts';

/** The paths of the screens that the viewer may see. */
export const OpenScreens = createContext<readonly string[]>([]);

/**
 * Links into other screens that keep the view; null where the viewer may not see that screen: show plain text then.
 * `useScreenHref()('/responses', { segment: ... })`
 */
export function useScreenHref(): (
  path: string,
  view?: Partial<View>,
  params?: Readonly<Record<string, string>>,
) => string | null {
  const open = useContext(OpenScreens);
  const href = useHref();
  return useCallback(
    (path, view, params) =>
      open.some((one) => path === one || path.startsWith(`${one}/`)) ? href(path, view, params) : null,
    [open, href],
  );
}
