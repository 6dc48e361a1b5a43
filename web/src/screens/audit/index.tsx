import { useState } from 'react';
import { useLocation } from 'wouter';
import { useHref, useParam } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import './audit.css';
import '../../parts/filter-row.css';
import { Chain } from './chain.tsx';
import { Entries } from './entries.tsx';
import { ACTION_OPTIONS, actionWords } from './words.ts';

/** Who read or changed what, newest first, and whether the log is what was written. */
export default function Audit() {
  const [actor, setActor] = useParam('who');
  const [action, setAction] = useParam('action');
  const [from, setFrom] = useParam('from');
  const [to, setTo] = useParam('to');
  const [, navigate] = useLocation();
  const href = useHref();
  const [who, setWho] = useState(actor ?? '');
  const bounds = { from: dayStart(from), to: dayStart(to, 1) };
  const options =
    action && !ACTION_OPTIONS.some(({ id }) => id === action)
      ? [...ACTION_OPTIONS, { id: action, label: actionWords(action) }]
      : ACTION_OPTIONS;
  const isNarrowed = [actor, action, from, to].some((one) => one !== null);
  return (
    <div className="audit stack">
      <Chain />
      <Panel
        title="Audit log"
        testId="audit-log"
        actions={
          <a className="button button-plain" href={exportHref(bounds)} download="audit.ndjson">
            Export
          </a>
        }
      >
        <search className="filter-row no-print" aria-label="Filter the log">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setActor(who.trim() || null);
            }}
          >
            <Field
              label="Who"
              placeholder="Name, or ApiKey:…"
              value={who}
              onChange={setWho}
              onBlur={() => (who.trim() || null) !== actor && setActor(who.trim() || null)}
              data-search=""
            />
          </form>
          <Field label="From (UTC)" type="date" value={from ?? ''} onChange={(day) => setFrom(day || null)} />
          <Field label="To (UTC)" type="date" value={to ?? ''} onChange={(day) => setTo(day || null)} />
          <Picker
            label="Action"
            mode="multiple"
            options={options}
            value={action ? [action] : []}
            none="Anything"
            onChange={(chosen) => setAction(chosen.find((one) => one !== action) ?? null)}
          />
          {isNarrowed ? (
            <Button
              look="quiet"
              onPress={() => {
                setWho('');
                navigate(href('/audit'));
              }}
            >
              Clear
            </Button>
          ) : null}
        </search>
        <Entries
          key={JSON.stringify([actor, action, bounds])}
          filter={{ actor, action, ...bounds }}
          isNarrowed={isNarrowed}
        />
      </Panel>
    </div>
  );
}

/** The start of a day of UTC, and of the day after it. */
function dayStart(day: string | null, plus = 0): string | null {
  const time = day ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time + plus * 86_400_000).toISOString();
}

function exportHref(bounds: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(bounds).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const text = new URLSearchParams(given as [string, string][]).toString();
  return text ? `/audit/export?${text}` : '/audit/export';
}
