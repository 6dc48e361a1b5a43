import { Link } from 'wouter';
import { graphql } from '../gql/gql.ts';
import type { AccountsOfQuery } from '../gql/graphql.ts';
import { useRead } from '../lib/api.ts';
import { formatMoment } from '../lib/format.ts';
import { useNodeHref } from '../lib/node-href.ts';
import { useViewer } from '../lib/viewer.tsx';
import { Panel } from './panel.tsx';
import { Failed, Skeleton } from './states.tsx';

const ACCOUNTS_OF = graphql(`
  query AccountsOf($about: [ID!]!) {
    accountsOf(about: $about) {
      about account owner cause since decidedAt reasons probability
      facts { detractor promoter scoresFall namesCancellation usageFell usageGrew pays }
      moneyAtStake { amount currency }
      alert { id } case { id title } decision { id }
    }
  }
`);
/** A request names at most so many. */
const MOST = 500;

export type NamedAccount = AccountsOfQuery['accountsOf'][number];

const FACTS: readonly [name: keyof NonNullable<NamedAccount['facts']>, words: string][] = [
  ['detractor', 'Last answer a detractor’s'],
  ['promoter', 'Last answer a promoter’s'],
  ['scoresFall', 'Scores fall'],
  ['namesCancellation', 'Names cancellation'],
  ['usageFell', 'Usage fell by half'],
  ['usageGrew', 'Usage grows'],
  ['pays', 'Pays'],
];

/** The accounts that alerts and cases are about, by their ids; empty for viewers who may not see them. */
export function useAccountsOf(ids: readonly string[]) {
  const { can } = useViewer();
  const about = ids.slice(0, MOST);
  const read = useRead(ACCOUNTS_OF, { about }, { pause: about.length === 0 || !can('readRespondent') });
  return { ...read, accounts: new Map((read.data?.accountsOf ?? []).map((one) => [one.about, one])) };
}

const money = (amount: number, currency: string) =>
  new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(amount);

/** The account that an alert or case is about, for viewers who may see its respondents. */
export function AccountPanel({ about }: { readonly about: string }) {
  const { can } = useViewer();
  const { accounts, error, isLoading, refresh } = useAccountsOf([about]);
  if (!can('readRespondent')) return null;
  const account = accounts.get(about);
  if (!account && !error && !isLoading) return null;
  return (
    <Panel title="The account" testId="account">
      {error ? (
        <Failed title="The account could not be read" error={error} onRetry={refresh} />
      ) : account ? (
        <Facts account={account} />
      ) : (
        <Skeleton lines={4} />
      )}
    </Panel>
  );
}

function Facts({ account }: { readonly account: NamedAccount }) {
  const href = useNodeHref();
  const { owner, reasons, probability, facts, moneyAtStake, since, decidedAt } = account;
  const ids = [account.alert?.id, account.case?.id, account.decision?.id].flatMap((id) => id ?? []);
  return (
    <>
      <p>
        <code>{account.account ?? 'not known any more'}</code>
      </p>
      <dl className="small">
        <Fact name="Owner in the CRM">{owner ?? 'not known'}</Fact>
        <Fact name="Why">
          {reasons.length > 0 ? reasons.join('; ') : 'none of the reasons holds any more'}
        </Fact>
        {since ? <Fact name="Since">{formatMoment(since)}</Fact> : null}
        <Fact name="Looked at">{formatMoment(decidedAt)}</Fact>
        {typeof probability === 'number' ? (
          <Fact name="Chance that it cancels within 90 days">{`${Math.round(probability * 100)} %`}</Fact>
        ) : null}
        <Fact name="Paid in the last year">
          {moneyAtStake.length > 0
            ? moneyAtStake.map(({ amount, currency }) => money(amount, currency)).join(', ')
            : 'nothing'}
        </Fact>
        {facts
          ? FACTS.map(([name, words]) => (
              <Fact key={name} name={words}>
                {facts[name] ? 'yes' : 'no'}
              </Fact>
            ))
          : null}
      </dl>
      <p className="row small no-print">
        {ids.map((id) => {
          const link = href(id);
          return link ? (
            <Link key={id} href={link}>
              {id.split(':')[0]}
            </Link>
          ) : null;
        })}
      </p>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: string }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}
