import { useState } from 'react';
import { useSession } from '../lib/session.ts';
import { forgetTyped, type TypedField, typedBy } from '../lib/typed.ts';
import { Button } from '../parts/button.tsx';

/** Gives back what was typed when the session before this one ended. */
export function TypedNote() {
  const session = useSession();
  const [fields, setFields] = useState<readonly TypedField[]>(() =>
    session.is === 'in' ? typedBy(session.session.caller) : [],
  );
  if (fields.length === 0) return null;
  return (
    <section className="panel typed-note stack no-print" aria-labelledby="typed-note">
      <h2 id="typed-note">What you had typed</h2>
      <p className="muted small">
        Your session ended before it was sent. Copy what you still need; it is kept until you remove it or
        close this tab.
      </p>
      <dl>
        {fields.map(({ label, text }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list does not change
          <div key={i}>
            <dt className="muted small">{label}</dt>
            <dd dir="auto">{text}</dd>
          </div>
        ))}
      </dl>
      <div>
        <Button
          onPress={() => {
            forgetTyped();
            setFields([]);
          }}
        >
          Remove it
        </Button>
      </div>
    </section>
  );
}
