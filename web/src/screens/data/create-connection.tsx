import { type FormEvent, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useSend } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Field } from '../../parts/field.tsx';
import {
  CONNECTORS,
  type ConnectionDraft,
  connectorOf,
  draftFor,
  inputOf,
  type Place,
} from './connectors.ts';
import { CREATE_CONNECTION } from './documents.ts';

/** A connection whose secret is shown once. */
export interface MadeSecret {
  readonly id: string;
  readonly connector: string;
  readonly secret: string;
  readonly name: string;
  readonly path: string;
  /** The connection is new: nothing has arrived yet. */
  readonly isNew?: true;
}

/** Makes a connection, and hands on its secret. */
export function CreateConnection({ onCreated }: { readonly onCreated: (made: MadeSecret) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon="plus" onPress={() => setOpen(true)}>
        Add a connection
      </Button>
      <ModalOverlay className="overlay overlay-center" isOpen={isOpen} onOpenChange={setOpen}>
        <Modal className="box">
          <Dialog className="box-dialog">
            <ConnectionForm
              onClose={() => setOpen(false)}
              onCreated={(made) => {
                setOpen(false);
                onCreated(made);
              }}
            />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function ConnectionForm({
  onClose,
  onCreated,
}: {
  readonly onClose: () => void;
  readonly onCreated: (made: MadeSecret) => void;
}) {
  const [draft, setDraft] = useState(() => draftFor('canonical'));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = useSend();
  const change = (part: Partial<ConnectionDraft>) => setDraft({ ...draft, ...part });
  const { connector, name } = draft;
  const { place, isOwn, fetches } = connectorOf(connector) ?? {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = inputOf(draft);
    if ('problem' in given) return setProblem(given.problem);
    setBusy(true);
    const { data, error } = await send(CREATE_CONNECTION, { input: given.input });
    setBusy(false);
    if (error !== undefined) return setProblem(error);
    const { connection, secret } = data.createConnection;
    onCreated({ ...connection, connector, secret, isNew: true });
  };
  return (
    <form className="box-dialog" onSubmit={(event) => void submit(event)}>
      <Heading slot="title" level={2}>
        Add a connection
      </Heading>
      <Field
        label="Name"
        value={name}
        onChange={(given) => change({ name: given })}
        maxLength={200}
        autoComplete="off"
      />
      <Choice label="Tool" value={connector} onChange={(next) => setDraft(draftFor(next, name))}>
        {CONNECTORS.map((one) => (
          <option key={one.name} value={one.name}>
            {one.words}
          </option>
        ))}
      </Choice>
      {place ? <PlaceFields place={place} draft={draft} onChange={change} /> : null}
      <Field
        label={place?.mapIn ? 'Map of the files' : 'Mapping'}
        hint={mappingHint(place)}
        lines={6}
        value={draft.mapping}
        onChange={(mapping) => change({ mapping })}
        spellCheck="false"
      />
      {isOwn || place ? null : (
        <Field
          label="Secret of the tool"
          hint="If the tool has made one. Otherwise one is made here and shown once."
          type="password"
          autoComplete="off"
          value={draft.secret}
          onChange={(secret) => change({ secret })}
        />
      )}
      {fetches ? <VendorAccess example={fetches} draft={draft} onChange={change} /> : null}
      {problem ? (
        <p className="failure" role="alert">
          {problem}
        </p>
      ) : null}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={isBusy}>
          Add the connection
        </Button>
        <Button look="quiet" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function mappingHint(place: Place | undefined): string {
  if (!place)
    return 'JSON: which field of a delivery is what. Leave it empty to choose from what arrives first.';
  return place.mapIn
    ? 'JSON: which column is what. The import wizard saves one for a file: Save the map.'
    : 'JSON: source and survey of messages that name none.';
}

interface PartProps {
  readonly draft: ConnectionDraft;
  readonly onChange: (part: Partial<ConnectionDraft>) => void;
}

/** Where the server finds the files or messages. */
function PlaceFields({ place: { fields, access }, draft, onChange }: PartProps & { readonly place: Place }) {
  return (
    <>
      {fields.map(({ name, label, hint, isOptional }) => (
        <Field
          key={name}
          label={isOptional ? `${label} (optional)` : label}
          hint={hint}
          autoComplete="off"
          spellCheck="false"
          value={draft.fields[name] ?? ''}
          onChange={(text) => onChange({ fields: { ...draft.fields, [name]: text } })}
        />
      ))}
      {access ? (
        <Field
          {...access}
          type="password"
          autoComplete="off"
          value={draft.secret}
          onChange={(secret) => onChange({ secret })}
        />
      ) : null}
    </>
  );
}

/** How a tool is asked for what it only announces. */
function VendorAccess({ example, draft, onChange }: PartProps & { readonly example: string }) {
  return (
    <>
      <Field
        label="Key of the tool"
        hint="The tool announces what it has; it is fetched with this key, which is not shown again."
        type="password"
        autoComplete="off"
        value={draft.key}
        onChange={(key) => onChange({ key })}
      />
      <Field
        label="Host of the tool"
        hint={`Where it is asked, such as ${example}.`}
        autoComplete="off"
        value={draft.host}
        onChange={(host) => onChange({ host })}
      />
    </>
  );
}
