import { useState } from 'react';
import { Button } from '../../parts/button.tsx';

/** A text to be given to another program, with a button that copies it. */
export function Copied({ what, text }: { readonly what: string; readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <div className="stack">
      <code className="secret">{text}</code>
      <div className="row">
        <Button icon={isCopied ? 'check' : 'link'} onPress={() => void copy()}>
          {isCopied ? 'Copied' : `Copy ${what}`}
        </Button>
      </div>
    </div>
  );
}
