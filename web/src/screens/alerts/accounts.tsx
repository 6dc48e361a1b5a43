import { Link } from 'wouter';
import type { AccountCause } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { pageOfId } from '../../lib/node-href.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { AccountPanel } from '../../parts/account-panel.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import type { FullAlert } from './alert.tsx';
import { ACCOUNTS } from './documents.ts';

const SHOWN = 20;

/** Of an alert of the account watch: its account, and the others that were found with it. */
export function Accounts({ alert }: { readonly alert: FullAlert }) {
  const { can } = useViewer();
  const href = useHref();
  const isOfAccounts = alert.rule.startsWith('accounts@');
  const cause: AccountCause =
    (alert.facts as { cause?: string } | null)?.cause === 'potential' ? 'POTENTIAL' : 'RISK';
  const { data, error, isLoading, refresh } = useRead(
    ACCOUNTS,
    { cause, first: SHOWN },
    { pause: !isOfAccounts || !can('readRespondent') },
  );
  if (!isOfAccounts || !can('readRespondent')) return null;
  return (
    <>
      <AccountPanel about={alert.id} />
      <Panel
        title={cause === 'RISK' ? 'All accounts at risk' : 'All accounts with potential'}
        testId="accounts-at-risk"
      >
        {error ? (
          <Failed title="The accounts could not be read" error={error} onRetry={refresh} />
        ) : isLoading ? (
          <Skeleton lines={5} />
        ) : (
          <ul className="small">
            {(data?.accountsAtRisk.edges ?? []).map(({ node }) => {
              const page = node.alert && node.alert.id !== alert.id ? pageOfId(node.alert.id) : null;
              const name = node.account ?? 'not known any more';
              return (
                <li key={node.decision?.id ?? name}>
                  {page ? <Link href={href(page)}>{name}</Link> : name}: {node.reasons.join('; ')}
                  {node.owner ? <span className="muted"> ({node.owner})</span> : null}
                </li>
              );
            })}
          </ul>
        )}
        {data?.accountsAtRisk.pageInfo.hasNextPage ? (
          <p className="muted small">The newest {SHOWN} are shown; accountsAtRisk has all.</p>
        ) : null}
      </Panel>
    </>
  );
}
