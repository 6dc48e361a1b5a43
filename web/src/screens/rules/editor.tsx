import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty } from '../../parts/states.tsx';
import { draftOf, newDraft, problemsOf } from './draft.ts';
import { RuleFields } from './fields.tsx';
import { PERIODS, PeriodPicker, ReplayPanel } from './replay-panel.tsx';
import { Author, Switch } from './rules-panel.tsx';
import { SaveDialog } from './save-dialog.tsx';
import { useReplay } from './use-replay.ts';
import { Versions } from './versions.tsx';
import type { Rule } from './words.ts';

interface EditorProps {
  /** Null: a new one, or there is none of that name. */
  readonly rule: Rule | null;
  readonly name: string | null;
  readonly onDone: () => void;
}

/** A rule: what it looks for, what it would have done, and its versions. */
export function Editor({ rule, name, onDone }: EditorProps) {
  const href = useHref();
  const title = rule?.name ?? 'New rule';
  const isMissing = rule === null && name !== null;
  return (
    <div className="rules">
      <header>
        <p className="small no-print">
          <Link href={href('/rules')}>All rules</Link>
        </p>
        <h1 dir="auto">{isMissing ? 'Rules' : title}</h1>
        {rule ? (
          <div className="row">
            <Switch isOn={rule.enabled} />
            <Author rule={rule} />
          </div>
        ) : null}
      </header>
      {isMissing ? (
        <Empty title="This rule is not there">No rule has the name “{name}”.</Empty>
      ) : (
        <Parts rule={rule} onDone={onDone} />
      )}
      {rule ? <Versions name={rule.name} /> : null}
    </div>
  );
}

function Parts({ rule, onDone }: { readonly rule: Rule | null; readonly onDone: () => void }) {
  const { dimensions } = useViewer();
  const fields = dimensions.map(({ field }) => field);
  const [name, setName] = useState(rule?.name ?? '');
  const [draft, setDraft] = useState(() => (rule ? draftOf(rule.rule, fields) : newDraft(fields)));
  const [period, setPeriod] = useState<string>(PERIODS[2].id);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [saving, setSaving] = useState<'on' | 'off' | null>(null);
  const { tested, failure, isBusy, test } = useReplay();
  // What was tested is what is switched on.
  const isTested = tested !== null && tested.draft === draft;
  const isRight = (more: Readonly<Record<string, string>>) => {
    const found = { ...problemsOf(draft), ...more };
    setProblems(found);
    return Object.keys(found).length === 0;
  };
  const save = (how: 'on' | 'off') => {
    if (isRight(name.trim() === '' ? { name: 'Name the rule.' } : {})) setSaving(how);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRight({})) void test(draft, Number(period));
  };
  return (
    <div className="rules-parts">
      <Panel title="What it looks for" testId="rule-form">
        <form className="rules-form" onSubmit={submit}>
          {rule ? null : (
            <Field
              label="Name"
              hint="It stands on its alerts."
              value={name}
              onChange={setName}
              problem={problems['name'] ?? null}
              maxLength={100}
              autoComplete="off"
              autoFocus
            />
          )}
          <RuleFields draft={draft} problems={problems} onChange={setDraft} />
          <div className="row">
            <PeriodPicker period={period} onChange={setPeriod} />
            <Button type="submit" look={isTested ? 'plain' : 'primary'} isDisabled={isBusy}>
              {isBusy ? 'Testing…' : 'Test it against the past'}
            </Button>
          </div>
          <SaveButtons isTested={isTested} isBusy={isBusy} onSave={save} />
        </form>
      </Panel>
      <ReplayPanel
        tested={tested}
        isOfAnother={tested !== null && !isTested}
        isBusy={isBusy}
        failure={failure}
      />
      <SaveDialog
        name={name.trim()}
        draft={draft}
        saving={saving}
        onClose={() => setSaving(null)}
        onSaved={onDone}
      />
    </div>
  );
}

interface SaveButtonsProps {
  readonly isTested: boolean;
  readonly isBusy: boolean;
  readonly onSave: (how: 'on' | 'off') => void;
}

function SaveButtons({ isTested, isBusy, onSave }: SaveButtonsProps) {
  return (
    <>
      <div className="row">
        <Button
          look={isTested ? 'primary' : 'plain'}
          isDisabled={!isTested || isBusy}
          onPress={() => onSave('on')}
        >
          Save and switch on
        </Button>
        <Button isDisabled={isBusy} onPress={() => onSave('off')}>
          Save switched off
        </Button>
      </div>
      {isTested ? null : (
        <p className="muted small">
          Test it first: a rule can be switched on when you have seen what it would have done.
        </p>
      )}
    </>
  );
}
