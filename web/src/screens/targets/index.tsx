import { useState } from 'react';
import { useRead } from '../../lib/api.ts';
import { useParam } from '../../lib/url-state.ts';
import { CreateTarget } from './create-target.tsx';
import { Deliveries } from './deliveries.tsx';
import { TARGETS } from './documents.ts';
import { OnCall } from './on-call.tsx';
import { Targets as TargetsPanel } from './targets-panel.tsx';
import './targets.css';

/** Systems that alerts, cases and proposals are sent to, who of them is on call, and what was sent. */
export default function Targets() {
  const read = useRead(TARGETS, {});
  const [isMaking, setMaking] = useState(false);
  const [shown, show] = useParam('target');
  return (
    <div className="targets">
      <TargetsPanel read={read} onCreate={() => setMaking(true)} onDeliveries={show} />
      <OnCall />
      <Deliveries targets={read.data?.targets} target={shown} onTarget={show} />
      <CreateTarget isOpen={isMaking} onClose={() => setMaking(false)} onCreated={read.refresh} />
    </div>
  );
}
