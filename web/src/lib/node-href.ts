import { useCallback } from 'react';
import { useScreenHref } from './open-screens.ts';

const PAGES: Readonly<Record<string, string>> = {
  Alert: '/alerts',
  Case: '/cases',
  Decision: '/agents/decisions',
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** "Response" of "Response:…". */
export const kindOfId = (id: string): string => id.slice(0, Math.max(0, id.indexOf(':')));
/** What follows the kind. */
export const keyOfId = (id: string): string => id.slice(id.indexOf(':') + 1);

/** The path of the page of an alert, case or decision of an agent; null for every other id. */
export function pageOfId(id: string): string | null {
  const page = PAGES[kindOfId(id)];
  return page && UUID.test(keyOfId(id)) ? `${page}/${keyOfId(id)}` : null;
}

/** The link to the page of what an id names; everything without a page has its lineage. Null: the viewer may not see it. */
export function useNodeHref(): (id: string) => string | null {
  const href = useScreenHref();
  return useCallback(
    (id) => {
      const page = pageOfId(id);
      if (page) return href(page);
      if (kindOfId(id) === 'Response') return href('/responses', {}, { response: id });
      return href(`/lineage/${encodeURIComponent(id)}`);
    },
    [href],
  );
}
