import { useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';

/** A new key, shown once: it is stored nowhere. */
export function NewKey({ secret, onDone }: { readonly secret: string; readonly onDone: () => void }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setSaid('Copied.');
    } catch {
      setSaid('The browser does not allow copying: select the key and copy it yourself.');
    }
  };
  return (
    <>
      <p className="state-partial">
        <Icon name="warning" />
        <span>
          Copy it now and keep it in a password manager. It is not stored and cannot be shown again.
        </span>
      </p>
      <div className="access-secret">
        <code data-testid="new-key">{secret}</code>
        <Button icon="link" onPress={() => void copy()} autoFocus>
          Copy the key
        </Button>
      </div>
      <p role="status" className="muted small">
        {said}
      </p>
      <p className="muted">
        A person signs in with it here. A program sends it as <code>Authorization: Bearer KEY</code>.
      </p>
      <div className="row">
        <Button look="primary" onPress={onDone}>
          I have kept it
        </Button>
      </div>
    </>
  );
}
