import { type FormEvent, useRef, useState } from 'react';
import { useSend } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { SUBJECT } from './documents.ts';
import { Erased, type Erasure } from './erased.tsx';
import { Erasures } from './erasures.tsx';
import type { Found, Held } from './held.ts';
import { Holds } from './holds.tsx';
import { Merges } from './merges.tsx';
import './people.css';
import { Person } from './person.tsx';

/**
 * The rights of a person: what is held, correction, restriction, erasure, and the proof of it. The address does not
 * contain the identifier: an identifier is personal data, and addresses are kept by browsers and proxies.
 */
export default function People() {
  const send = useSend();
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [erased, setErased] = useState<{ readonly respondent: string; readonly erasure: Erasure } | null>(
    null,
  );
  const [problem, setProblem] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [changes, setChanges] = useState(0);
  const reads = useRef(0);
  const read = async (respondent: string) => {
    reads.current += 1;
    const mine = reads.current;
    setBusy(true);
    const { data, error } = await send(SUBJECT, { respondent });
    // The answer to an earlier question may arrive after that to a later one.
    if (mine !== reads.current) return;
    setBusy(false);
    setWrong(error ?? null);
    if (data) setFound({ respondent, held: data.subject as Held | null });
  };
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return setProblem('Write an identifier.');
    setProblem(null);
    setErased(null);
    // A person who is not the one that is looked for is not offered to be erased.
    if (text.trim() !== found?.respondent) setFound(null);
    void read(text.trim());
  };
  const changed = () => {
    setChanges((count) => count + 1);
    if (found) void read(found.respondent);
  };
  return (
    <div className="people stack">
      <Panel title="Find a person" testId="find-person">
        <form className="people-find" onSubmit={find}>
          <Field
            label="Identifier"
            hint="As it was sent in (such as the e-mail address or customer number), the pseudonym, or the id of an answer. The search is kept in the audit log without the identifier."
            autoComplete="off"
            value={text}
            onChange={setText}
            problem={problem}
            data-search=""
          />
          <Button type="submit" look="primary" icon="search" isDisabled={isBusy}>
            Find
          </Button>
        </form>
        {wrong ? <Failed title="The person could not be looked up" error={wrong} /> : null}
        {isBusy && !found && !erased ? <Skeleton lines={2} /> : null}
        {found && !found.held && !erased ? (
          <Empty title="Nothing is held of this person">
            Check the spelling: the identifier must be written exactly as it was sent in. If it is right, you
            can answer the person that nothing is held of them.
          </Empty>
        ) : null}
      </Panel>
      {erased ? (
        <Erased
          respondent={erased.respondent}
          erasure={erased.erasure}
          onChange={(erasure) => {
            setErased({ respondent: erased.respondent, erasure });
            setChanges((count) => count + 1);
          }}
        />
      ) : null}
      {found?.held ? (
        <Person
          respondent={found.respondent}
          held={found.held}
          isStale={isBusy}
          onChange={changed}
          onErased={(erasure) => {
            setErased({ respondent: found.respondent, erasure });
            changed();
          }}
        />
      ) : null}
      <Merges changes={changes} onChange={changed} />
      <Erasures changes={changes} />
      <Holds changes={changes} onChange={changed} />
    </div>
  );
}
