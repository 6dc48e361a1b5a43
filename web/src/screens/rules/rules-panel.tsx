import { useState } from 'react';
import type { RulesListQuery } from '../../gql/graphql.ts';
import { type Read, useSend } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { useKeys } from '../../lib/use-keys.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { ListRow, RowList } from '../../parts/row-list.tsx';
import { Empty, Failed, Partial, Skeleton } from '../../parts/states.tsx';
import { SAVE } from './documents.ts';
import { type Rule, sentenceOf, testOf } from './words.ts';

interface RulesPanelProps {
  readonly read: Read<RulesListQuery>;
  readonly onNew: () => void;
  readonly onEdit: (name: string) => void;
}

/** The rules that hold now, and what can be done with each. */
export function RulesPanel({ read, onNew, onEdit }: RulesPanelProps) {
  const { data, error, isLoading, refresh } = read;
  useKeys((key) => {
    if (key !== 'n') return false;
    onNew();
    return true;
  }, true);
  return (
    <div className="rules">
      <header>
        <h1>Rules</h1>
        <p className="muted small">
          Which changes of a score raise an alert, and how often a rule may be wrong. A rule is tested against
          the past before it is switched on.
        </p>
      </header>
      <Panel
        title="Rules in force"
        testId="rules"
        actions={
          <Button look="primary" icon="plus" onPress={onNew}>
            New rule (n)
          </Button>
        }
      >
        {error ? <Failed title="The rules could not be read" error={error} onRetry={refresh} /> : null}
        {isLoading ? <Skeleton lines={6} /> : null}
        {data?.rules.length === 0 ? (
          <Empty title="There is no rule yet">Without a rule no score is watched.</Empty>
        ) : null}
        <RowList>
          {data?.rules.map((rule) => (
            <Row key={rule.name} rule={rule} onEdit={() => onEdit(rule.name)} onChanged={refresh} />
          ))}
        </RowList>
      </Panel>
    </div>
  );
}

interface RowProps {
  readonly rule: Rule;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

function Row({ rule, onEdit, onChanged }: RowProps) {
  const { dimensions } = useViewer();
  const send = useSend();
  const [isAsked, setAsked] = useState(false);
  const { name, version, enabled, problem } = rule;
  return (
    <ListRow label={name}>
      <div className="stack">
        <p className="row">
          <strong dir="auto">{name}</strong>
          <Switch isOn={enabled} />
        </p>
        <p dir="auto">{sentenceOf(rule.rule, dimensions)}</p>
        {problem ? <Partial>It watches nothing, because it cannot be read: {problem}</Partial> : null}
        <p className="small">{testOf(rule) ?? (version === 0 ? '' : 'It was not tested.')}</p>
        <Author rule={rule} />
      </div>
      <div className="row rules-actions">
        <Button onPress={onEdit} label={`Test and change ${name}`}>
          Test and change
        </Button>
        {enabled ? (
          <Button look="danger" onPress={() => setAsked(true)} label={`Switch ${name} off`}>
            Switch off
          </Button>
        ) : null}
      </div>
      <ReasonDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={`Switch ${name} off?`}
        action="Switch off"
        isDanger
        onConfirm={async (reason) => {
          const { error } = await send(SAVE, { name, rule: rule.rule, enabled: false, reason });
          if (error === undefined) onChanged();
          return error ?? null;
        }}
      >
        It raises no more alerts, and those that it raised are resolved. Its versions stay.
      </ReasonDialog>
    </ListRow>
  );
}

/** On or off, by shape and words. */
export function Switch({ isOn }: { readonly isOn: boolean }) {
  return (
    <span className={`rules-switch small ${isOn ? 'rules-on' : 'rules-off'}`}>
      {isOn ? 'Switched on' : 'Switched off'}
    </span>
  );
}

/** Which version it is, who made it, when and why. */
export function Author({ rule: { version, createdBy, createdAt, reason } }: { readonly rule: Rule }) {
  if (version === 0) return <p className="muted small">It ships with Scoreline.</p>;
  return (
    <p className="muted small">
      Version {version} by <span dir="auto">{createdBy}</span>
      {createdAt ? `, ${formatMoment(createdAt)}` : ''}: <span dir="auto">{reason}</span>
    </p>
  );
}
