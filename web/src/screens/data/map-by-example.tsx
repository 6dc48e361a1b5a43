import { type FormEvent, useState } from 'react';
import { errorText, useRead, useSend } from '../../lib/api.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Field } from '../../parts/field.tsx';
import { Skeleton } from '../../parts/states.tsx';
import { MAP_CONNECTION, SAMPLE } from './connect-documents.ts';
import type { MadeSecret } from './create-connection.tsx';
import { guessed, mappingOf, type SampleValue, SCALE_NAMES } from './sample-mapping.ts';

interface Shown {
  readonly made: MadeSecret;
  /** The item that waits. */
  readonly item: string;
  readonly onStored: (count: number) => void;
}

/** Shows what has arrived, value by value, and asks which is what. */
export function MapByExample({ made, item, onStored }: Shown) {
  const { data, error } = useRead(SAMPLE, { item });
  if (error)
    return (
      <p className="failure" role="alert">
        A delivery has arrived and waits for its mapping, which your key may not see by example:{' '}
        {errorText(error)}
      </p>
    );
  if (!data) return <Skeleton />;
  return <MappingForm made={made} values={data.quarantinedFields ?? []} onStored={onStored} />;
}

function MappingForm({
  made,
  values,
  onStored,
}: Pick<Shown, 'made' | 'onStored'> & { readonly values: readonly SampleValue[] }) {
  const { dimensions } = useViewer();
  const [draft, setDraft] = useState(() => guessed(values, made.name));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = useSend();
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (draft.score === '' && draft.comment === '')
      return setProblem('Choose the score, the comment or both.');
    setBusy(true);
    const { data, error } = await send(MAP_CONNECTION, { id: made.id, mapping: mappingOf(draft, values) });
    setBusy(false);
    if (error !== undefined) return setProblem(error);
    const { replayed, failed } = data.replayQuarantined;
    if (failed > 0) return setProblem(`${failed} could not be stored: is it the right value and scale?`);
    onStored(replayed);
  };
  return (
    <form className="box-dialog" onSubmit={(event) => void submit(event)} data-testid="map-by-example">
      <p role="status">A delivery has arrived. Which of its values is what?</p>
      <Choice label="Score" value={draft.score} onChange={(score) => change({ score })}>
        <Options values={values} />
      </Choice>
      <Choice label="Scale" value={draft.scale} onChange={(scale) => change({ scale })}>
        {SCALE_NAMES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Choice>
      <Choice label="Comment" value={draft.comment} onChange={(comment) => change({ comment })}>
        <Options values={values} />
      </Choice>
      {dimensions.map(({ field, label }) => (
        <Choice
          key={field}
          label={label}
          value={draft.dimensions[field] ?? ''}
          onChange={(path) => change({ dimensions: { ...draft.dimensions, [field]: path } })}
        >
          <Options values={values} />
        </Choice>
      ))}
      <Field label="Survey" value={draft.survey} onChange={(survey) => change({ survey })} maxLength={200} />
      {problem ? (
        <p className="failure" role="alert">
          {problem}
        </p>
      ) : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Use this mapping
        </Button>
      </div>
    </form>
  );
}

function Options({ values }: { readonly values: readonly SampleValue[] }) {
  return (
    <>
      <option value="">none</option>
      {values.map(({ path, value }) => (
        <option key={path} value={path}>
          {path}: {value.length > 60 ? `${value.slice(0, 60)}…` : value}
        </option>
      ))}
    </>
  );
}
