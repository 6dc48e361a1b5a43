import { useCallback, useState } from 'react';
import { useParam } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Connections } from './connections.tsx';
import { DropFile } from './drop.tsx';
import { FirstVisit } from './first-visit.tsx';
import { Imports } from './imports.tsx';
import { Retention } from './retention/retention.tsx';
import { Sources } from './sources.tsx';
import { Unfinished } from './unfinished.tsx';
import { useUndo, useUploads } from './use-data.ts';
import { Wizard } from './wizard/wizard.tsx';
import './data.css';

/** Where data comes from: files, sources, connections, how long it is kept, and the wizard of an import. */
export default function Data() {
  const [id, open] = useParam('import');
  const { can } = useViewer();
  const [version, setVersion] = useState(0);
  const client = useUploads();
  const takeBack = useUndo();
  const undo = can('administer') ? takeBack : null;
  const changed = useCallback(() => setVersion((before) => before + 1), []);
  if (id !== null)
    return (
      <Wizard key={id} client={client} id={id} undo={undo} onChanged={changed} onLeave={() => open(null)} />
    );
  return (
    <div className="data-screen">
      <h1>Data</h1>
      {can('submitResponse') ? (
        <>
          <DropFile client={client} onArrived={open} />
          <Unfinished client={client} onOpen={open} />
        </>
      ) : null}
      {undo ? <FirstVisit onChanged={changed} /> : null}
      {can('readResponse') ? <Sources key={`sources ${version}`} /> : null}
      {undo ? <Imports key={version} undo={undo} onChanged={changed} /> : null}
      {undo ? <Connections /> : null}
      {undo && can('readAudit') ? <Retention /> : null}
    </div>
  );
}
