import { useRead } from '../../lib/api.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { PERMISSIONS } from './documents.ts';
import { type ApiKey, groupWords, narrowingOf } from './words.ts';

interface SeesProps {
  /** The id of a key, or "role:NAME"; null: closed. */
  readonly of: string | null;
  readonly keys: readonly ApiKey[] | undefined;
  readonly onClose: () => void;
}

/** What a key or a role sees: each field group, with its segments. */
export function Sees({ of, keys, onClose }: SeesProps) {
  const { dimensions } = useViewer();
  const key = keys?.find(({ id }) => id === of);
  const role = of?.startsWith('role:') ? of.slice('role:'.length) : key?.role;
  const labelOf = (field: string) => dimensions.find((one) => one.field === field)?.label ?? field;
  const limits = narrowingOf(key?.attributes, labelOf);
  return (
    <Drawer
      title={key ? `What “${key.name}” sees` : `What ${role ?? 'it'} sees`}
      isOpen={of !== null}
      onClose={onClose}
      testId="sees"
    >
      {key ? (
        <p className="muted">
          Role {key.role}
          {limits.length > 0 ? `, narrowed to ${limits.join('; ')}` : ', not narrowed'}
          {key.sources ? `. It sends answers in for ${key.sources.join(', ')} only` : ''}
          {key.readOnly ? '. It may not change anything' : ''}.
        </p>
      ) : null}
      {role ? (
        <Permissions role={role} attributes={key?.attributes ?? null} />
      ) : keys ? (
        <p>There is no such key.</p>
      ) : (
        <Skeleton lines={8} />
      )}
    </Drawer>
  );
}

/** The permissions of a role with these attributes, by the policies in force. */
export function Permissions({ role, attributes }: { readonly role: string; readonly attributes: unknown }) {
  const { data, error, isLoading, isStale, refresh } = useRead(PERMISSIONS, { role, attributes });
  if (error) return <Failed title="The permissions could not be read" error={error} onRetry={refresh} />;
  if (isLoading || !data) return <Skeleton lines={8} />;
  return (
    <ul className="access-sees" aria-busy={isStale}>
      {data.permissions.map(({ group, reach, segments, more }) => (
        <li key={group} className={`access-${reach.toLowerCase()}`}>
          <Icon name={reach === 'NONE' ? 'close' : reach === 'ALL' ? 'check' : 'filter'} />
          <div>
            <div>{groupWords(group)}</div>
            <div className="muted small">
              {reach === 'ALL' ? 'Everything' : reach === 'NONE' ? 'Nothing' : null}
              {reach === 'SOME'
                ? segments.map((text) => (
                    <div key={text} dir="auto">
                      {text === 'nothing' ? 'Nothing of the current data' : text}
                    </div>
                  ))
                : null}
              {more > 0 ? <div>and {more} more combinations</div> : null}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
