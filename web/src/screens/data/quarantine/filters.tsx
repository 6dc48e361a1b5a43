import { useState } from 'react';
import type { QuarantineFilter, QuarantineReason, QuarantineStatus } from '../../../gql/graphql.ts';
import { useParam } from '../../../lib/url-state.ts';
import { Choice } from '../../../parts/choice.tsx';
import { Field } from '../../../parts/field.tsx';
import { Picker } from '../../../parts/picker.tsx';
import { REASON_WORDS } from './words.ts';

const REASONS = Object.keys(REASON_WORDS) as QuarantineReason[];

/** What is shown: what waits, or what became of the rest. */
const STATUSES = {
  waiting: ['WAITING', 'FETCHING'],
  settled: ['REPLAYED', 'DISCARDED', 'EXPIRED'],
} as const satisfies Readonly<Record<string, readonly QuarantineStatus[]>>;
type Shown = keyof typeof STATUSES;

/** What of the quarantine is looked at; the address contains it. */
export interface Narrowed {
  readonly shown: Shown;
  /** Without the statuses: replaying and discarding concern what waits. */
  readonly filter: QuarantineFilter;
  readonly statuses: readonly QuarantineStatus[];
  /** Something that waits is left out. */
  readonly isNarrowed: boolean;
}

/** The filters of the address. */
export function useNarrowed(): Narrowed {
  const [reasons] = useParam('reason');
  const [field] = useParam('field');
  const [from] = useParam('from');
  const [to] = useParam('to');
  const [status] = useParam('status');
  const shown: Shown = status === 'settled' ? 'settled' : 'waiting';
  const chosen = REASONS.filter((one) => reasons?.split(',').includes(one.toLowerCase()));
  const filter: QuarantineFilter = {
    ...(chosen.length > 0 ? { reasons: chosen } : {}),
    ...(field ? { fields: [field] } : {}),
    ...bounds(from, to),
  };
  return { shown, filter, statuses: STATUSES[shown], isNarrowed: Object.keys(filter).length > 0 };
}

/** The days as moments of UTC, the last one included. */
function bounds(from: string | null, to: string | null): Pick<QuarantineFilter, 'from' | 'to'> {
  const moment = (day: string | null, plus: number) => {
    const time = day ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
    return Number.isNaN(time) ? null : new Date(time + plus).toISOString();
  };
  const [start, end] = [moment(from, 0), moment(to, 86_400_000)];
  return { ...(start ? { from: start } : {}), ...(end ? { to: end } : {}) };
}

interface FiltersProps {
  readonly connections: readonly {
    readonly id: string;
    readonly name: string;
    readonly waiting: number;
  }[];
  readonly connection: string;
  readonly onConnection: (id: string) => void;
}

/** Chooses the connection, and what of its quarantine is shown. */
export function Filters({ connections, connection, onConnection }: FiltersProps) {
  const [reasons, setReasons] = useParam('reason');
  const [field, setField] = useParam('field');
  const [from, setFrom] = useParam('from');
  const [to, setTo] = useParam('to');
  const [status, setStatus] = useParam('status');
  const [written, setWritten] = useState(field ?? '');
  const search = () => {
    const wanted = written.trim() || null;
    if (wanted !== field) setField(wanted);
  };
  return (
    <search className="filter-row no-print" aria-label="Filter the quarantine">
      <Choice label="Connection" value={connection} onChange={onConnection}>
        {connections.map(({ id, name, waiting }) => (
          <option key={id} value={id}>
            {waiting > 0 ? `${name} (${waiting})` : name}
          </option>
        ))}
      </Choice>
      <Choice
        label="Show"
        value={status === 'settled' ? 'settled' : 'waiting'}
        onChange={(next) => setStatus(next === 'settled' ? next : null)}
      >
        <option value="waiting">What waits</option>
        <option value="settled">What became of the rest</option>
      </Choice>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <Field
          label="Wrong field"
          placeholder="such as score"
          value={written}
          onChange={setWritten}
          onBlur={search}
          maxLength={60}
          spellCheck="false"
          autoComplete="off"
        />
      </form>
      <Field label="From (UTC)" type="date" value={from ?? ''} onChange={(day) => setFrom(day || null)} />
      <Field label="To (UTC)" type="date" value={to ?? ''} onChange={(day) => setTo(day || null)} />
      <Picker
        label="Reason"
        mode="multiple"
        none="Any"
        options={REASONS.map((one) => ({ id: one.toLowerCase(), label: REASON_WORDS[one] }))}
        value={reasons ? reasons.split(',') : []}
        onChange={(chosen) => setReasons(chosen.length > 0 ? chosen.join(',') : null)}
      />
    </search>
  );
}
