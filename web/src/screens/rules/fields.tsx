import { useViewer } from '../../lib/viewer.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Field } from '../../parts/field.tsx';
import { Narrowing } from '../../parts/narrowing.tsx';
import type { Draft } from './draft.ts';
import { DIRECTION_WORDS, KIND_WORDS, WATCHES_WORDS } from './words.ts';

interface FieldsProps {
  readonly draft: Draft;
  /** By the name of the field. */
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (draft: Draft) => void;
}

/** What a rule consists of. */
export function RuleFields({ draft, problems, onChange }: FieldsProps) {
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  return (
    <>
      <Choice label="Fires when" value={draft.kind} onChange={(kind) => change({ kind })}>
        {optionsOf(KIND_WORDS)}
      </Choice>
      <Choice label="Watches" value={draft.watches} onChange={(watches) => change({ watches })}>
        {optionsOf(WATCHES_WORDS)}
      </Choice>
      {draft.watches === 'one' ? (
        <fieldset aria-describedby={problems['segment'] ? 'rule-segment-problem' : undefined}>
          <legend>Segment</legend>
          <div className="row">
            <Narrowing segment={draft.segment} onChange={(segment) => change({ segment })} />
          </div>
          {problems['segment'] ? (
            <p className="field-problem small" id="rule-segment-problem" role="alert">
              {problems['segment']}
            </p>
          ) : null}
        </fieldset>
      ) : null}
      {draft.kind === 'change' ? (
        <Choice label="Direction" value={draft.direction} onChange={(direction) => change({ direction })}>
          {optionsOf(DIRECTION_WORDS)}
        </Choice>
      ) : null}
      {draft.kind === 'threshold' ? (
        <ThresholdFields draft={draft} problems={problems} change={change} />
      ) : (
        <ChartFields draft={draft} problems={problems} change={change} />
      )}
    </>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly problems: Readonly<Record<string, string>>;
  readonly change: (part: Partial<Draft>) => void;
}

/** Of rules with a stated rate of false alarms. */
function ChartFields({ draft, problems, change }: PartProps) {
  const { dimensions } = useViewer();
  const mixes = Object.fromEntries([
    ...dimensions.map(({ field, label }) => [field, label]),
    ['', 'None: the mix counts'],
  ]) as Readonly<Record<string, string>>;
  return (
    <>
      {draft.kind === 'change' ? (
        <Field
          label="Shifts"
          hint="Points of the score that it is tuned to. Smaller ones take longer to find."
          value={draft.shifts}
          onChange={(shifts) => change({ shifts })}
          problem={problems['shifts'] ?? null}
        />
      ) : (
        <Field
          label="Shift"
          hint="Percentage points that the share of detractors grows by."
          inputMode="decimal"
          value={draft.shift}
          onChange={(shift) => change({ shift })}
          problem={problems['shift'] ?? null}
        />
      )}
      <Field
        label="False alarms a year"
        hint="How often it may be wrong where nothing changes. 0.2 is once in five years."
        inputMode="decimal"
        value={draft.falseAlarmsPerYear}
        onChange={(falseAlarmsPerYear) => change({ falseAlarmsPerYear })}
        problem={problems['falseAlarmsPerYear'] ?? null}
      />
      <Choice label="Mix that is taken as given" value={draft.mix} onChange={(mix) => change({ mix })}>
        {optionsOf(mixes)}
      </Choice>
    </>
  );
}

const SIDES = { below: 'Below', above: 'Above' } as const;

function ThresholdFields({ draft, problems, change }: PartProps) {
  return (
    <>
      <Choice label="Side" value={draft.side} onChange={(side) => change({ side })}>
        {optionsOf(SIDES)}
      </Choice>
      <Field
        label="Score"
        inputMode="text"
        value={draft.bound}
        onChange={(bound) => change({ bound })}
        problem={problems['bound'] ?? null}
      />
      <Field
        label="Days"
        hint="The score of so many last days is looked at."
        inputMode="numeric"
        value={draft.windowDays}
        onChange={(windowDays) => change({ windowDays })}
        problem={problems['windowDays'] ?? null}
      />
      <Field
        label="Confidence"
        hint="The whole interval must be beyond the score."
        inputMode="decimal"
        value={draft.confidence}
        onChange={(confidence) => change({ confidence })}
        problem={problems['confidence'] ?? null}
      />
    </>
  );
}

/** The options of a choice. */
const optionsOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([one, text]) => (
    <option key={one} value={one}>
      {text}
    </option>
  ));
