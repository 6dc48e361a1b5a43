import { useRead } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { JsonFacts } from '../../parts/json-facts.tsx';
import { RowList } from '../../parts/row-list.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { DRY_RUN } from './documents.ts';

interface DryRunProps {
  /** The agent; null: closed. */
  readonly name: string | null;
  readonly onClose: () => void;
}

/** What an agent would decide now. */
export function DryRun({ name, onClose }: DryRunProps) {
  return (
    <Drawer title={`Dry run of ${name ?? ''}`} isOpen={name !== null} onClose={onClose} testId="dry-run">
      {name === null ? null : <Decided name={name} />}
    </Drawer>
  );
}

function Decided({ name }: { readonly name: string }) {
  const { data, error, isLoading, isStale, refresh } = useRead(DRY_RUN, { name });
  if (error) return <Failed title="The dry run failed" error={error} onRetry={refresh} />;
  if (isLoading) return <Skeleton lines={8} />;
  const all = data?.agentDryRun ?? [];
  const acting = all.filter(({ action }) => action !== null);
  return (
    <>
      <p>
        {all.length === 0
          ? ''
          : `It looked at ${all.length} and would act on ${acting.length}. Nothing was written or done.`}
      </p>
      <div>
        <Button icon="refresh" onPress={refresh} isDisabled={isStale}>
          Run it again
        </Button>
      </div>
      {all.length === 0 ? (
        <Empty title="There is nothing to decide about">It would look at nothing now.</Empty>
      ) : (
        <RowList isOrdered>
          {all.map(({ key, action, nearMiss, reason }) => (
            <li key={key} className="stack agents-tried">
              <strong dir="auto">{key}</strong>
              <p dir="auto">{reason}</p>
              {action === null ? (
                <p className="muted small">
                  {nearMiss ? 'Nothing to do, but little was missing.' : 'Nothing to do.'}
                </p>
              ) : (
                <JsonFacts value={action} label={`Action on ${key}`} />
              )}
            </li>
          ))}
        </RowList>
      )}
    </>
  );
}
