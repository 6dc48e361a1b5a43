import { useState } from 'react';
import { useRead } from '../../lib/api.ts';
import { useParam } from '../../lib/url-state.ts';
import './access.css';
import { CreateKey } from './create-key.tsx';
import { KEYS } from './documents.ts';
import { Keys } from './keys.tsx';
import { Roles } from './roles.tsx';
import { Sees } from './sees.tsx';
import { Sessions } from './sessions.tsx';

/** Rights of callers: keys, the browsers that are signed in, and the roles of the policies. */
export default function Access() {
  const keys = useRead(KEYS, {});
  const [open, setOpen] = useParam('sees');
  const [isMaking, setMaking] = useState(false);
  const [reading, setReading] = useState(0);
  const again = () => {
    keys.refresh();
    setReading((count) => count + 1);
  };
  return (
    <div className="access stack">
      <Keys read={keys} onSees={setOpen} onCreate={() => setMaking(true)} onChange={again} />
      <Sessions reading={reading} />
      <Roles onSees={(role) => setOpen(`role:${role}`)} />
      <CreateKey isOpen={isMaking} onClose={() => setMaking(false)} onCreated={again} />
      <Sees of={open} keys={keys.data?.apiKeys} onClose={() => setOpen(null)} />
    </div>
  );
}
