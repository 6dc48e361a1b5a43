import { useState } from 'react';
import type { DataRetentionRulesQuery, Dimension } from '../../../gql/graphql.ts';
import { useRead, useSend } from '../../../lib/api.ts';
import { formatMoment, windowLength } from '../../../lib/format.ts';
import { type DimensionInfo, useViewer } from '../../../lib/viewer.tsx';
import { Button } from '../../../parts/button.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { ReasonDialog } from '../../../parts/reason-dialog.tsx';
import { Empty, Failed, Skeleton } from '../../../parts/states.tsx';
import { RULES, SET } from './documents.ts';
import { type About, dueWords, whatWords } from './draft.ts';
import { type Counted, RuleForm } from './rule-form.tsx';

type Rule = DataRetentionRulesQuery['retentionRules'][number];

/** How long what is kept: the rules of the configuration, and those that administrators set and withdraw here. */
export function Retention() {
  const { dimensions } = useViewer();
  const { data, error, isLoading, isStale, refresh } = useRead(RULES, {}, { policy: 'network-only' });
  const [isAsking, setAsking] = useState(false);
  const [counted, setCounted] = useState<Counted | null>(null);
  const [withdrawing, setWithdrawing] = useState<Rule | null>(null);
  const ask = (answer: Counted) => {
    setAsking(false);
    setCounted(answer);
  };
  return (
    <Panel
      title="How long data is kept"
      isStale={isStale}
      testId="retention"
      actions={<Button onPress={() => setAsking(true)}>Set a period</Button>}
    >
      {isLoading ? <Skeleton lines={3} /> : null}
      {error ? <Failed title="The periods could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <>
          <p className="muted small">
            Every rule applies, so of two about the same the shorter one decides. What a legal hold covers
            stays.
          </p>
          <DataTable
            isStacked
            caption="How long data is kept"
            rows={data.retentionRules}
            rowKey={({ field, dimension, source, configured }) =>
              JSON.stringify([field, dimension, source, configured])
            }
            empty={<Empty title="No rule says so">Everything is kept until someone deletes it.</Empty>}
            columns={columnsOf(dimensions, setWithdrawing)}
          />
        </>
      ) : null}
      <RuleForm isOpen={isAsking} onClose={() => setAsking(false)} onCounted={ask} />
      <SetDialog counted={counted} onClose={() => setCounted(null)} onDone={refresh} />
      <WithdrawDialog rule={withdrawing} onClose={() => setWithdrawing(null)} onDone={refresh} />
    </Panel>
  );
}

interface DialogProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Sends a change of a rule. @returns what went wrong, in words */
function useChange(onDone: () => void) {
  const send = useSend();
  return async (about: About, keep: string | null, reason: string): Promise<string | null> => {
    const { error } = await send(SET, { ...about, keep, reason });
    if (error === undefined) onDone();
    return error ?? null;
  };
}

function SetDialog({ counted, onClose, onDone }: DialogProps & { readonly counted: Counted | null }) {
  const change = useChange(onDone);
  if (counted === null) return null;
  const { due, keep, ...about } = counted;
  return (
    <ReasonDialog
      isOpen
      onClose={onClose}
      isDanger={due !== null && due > 0}
      title={`Keep for ${windowLength(keep)}?`}
      action="Set the period"
      onConfirm={(reason) => change(about, keep, reason)}
    >
      {dueWords(about, due)}
    </ReasonDialog>
  );
}

function WithdrawDialog({ rule, onClose, onDone }: DialogProps & { readonly rule: Rule | null }) {
  const { dimensions } = useViewer();
  const change = useChange(onDone);
  const value = dimensions.find(({ field }) => field === rule?.dimension)?.enumValue ?? null;
  return (
    <ReasonDialog
      isOpen={rule !== null}
      onClose={onClose}
      title="Withdraw the rule?"
      action="Withdraw the rule"
      onConfirm={async (reason) =>
        rule
          ? change(
              { field: rule.field, source: rule.source ?? null, dimension: value as Dimension | null },
              null,
              reason,
            )
          : null
      }
    >
      What is not deleted yet is then kept as long as the other rules say. What is deleted stays deleted.
    </ReasonDialog>
  );
}

const columnsOf = (
  dimensions: readonly DimensionInfo[],
  withdraw: (rule: Rule) => void,
): readonly Column<Rule>[] => [
  { key: 'what', title: 'What', value: (rule) => whatWords(rule, dimensions) },
  {
    key: 'source',
    title: 'Source',
    value: ({ source }) => source ?? '',
    render: ({ source }) => (source ? <span dir="auto">{source}</span> : 'Every source'),
  },
  { key: 'keep', title: 'Kept for', value: ({ keep }) => windowLength(keep) },
  {
    key: 'set',
    title: 'Set by',
    value: ({ setAt }) => setAt ?? '',
    render: ({ configured, setBy, setAt, reason }) =>
      configured ? (
        'The configuration'
      ) : (
        <>
          <span dir="auto">{setBy}</span>
          {setAt ? `, ${formatMoment(setAt)}` : ''}
          <div className="muted" dir="auto">
            {reason}
          </div>
        </>
      ),
  },
  {
    key: 'act',
    title: '',
    render: (rule) =>
      rule.configured ? null : (
        <Button
          look="quiet"
          label={`Withdraw: ${whatWords(rule, dimensions)}, ${rule.source ?? 'every source'}`}
          onPress={() => withdraw(rule)}
        >
          Withdraw
        </Button>
      ),
  },
];
