import { useRead } from '../../lib/api.ts';
import { formatClock, formatCount } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { CHAIN } from './documents.ts';

/** Whether each row of the log follows the one before, and what signed checkpoints cover. */
export function Chain() {
  const { data, error, isLoading, isStale, refresh } = useRead(CHAIN, {});
  const chain = data?.auditChain;
  return (
    <Panel
      title="Is it what was written?"
      isStale={isStale}
      testId="audit-chain"
      actions={
        <Button look="quiet" icon="refresh" onPress={refresh}>
          Check again
        </Button>
      }
    >
      {isLoading ? <Skeleton lines={2} /> : null}
      {error ? <Failed title="The log could not be checked" error={error} onRetry={refresh} /> : null}
      {chain ? (
        <div className={`audit-verdict ${chain.sound ? 'audit-sound' : 'audit-broken'}`} role="status">
          <Icon name={chain.sound ? 'check' : 'warning'} size={20} />
          <div>
            <p>
              <strong>{chain.sound ? 'Nothing was changed.' : 'The log was changed.'}</strong>{' '}
              {chain.sound
                ? `${formatCount(chain.rows)} rows follow each other.`
                : `${chain.problem}. Compare it with an export from before, and inform the person responsible for security.`}
            </p>
            <p className="muted small">
              Checked {formatClock(chain.checkedAt)}.{' '}
              {chain.signedRows > 0
                ? `Signed checkpoints cover the first ${formatCount(chain.signedRows)} rows.`
                : 'No signed checkpoint covers any row yet: the next seal of an hour does.'}{' '}
              {chain.hash ? (
                <>
                  Last hash <code title={chain.hash}>{chain.hash.slice(0, 12)}…</code>
                </>
              ) : null}
            </p>
          </div>
        </div>
      ) : null}
    </Panel>
  );
}
