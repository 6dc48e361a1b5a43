import { useLocation } from 'wouter';
import { useViewer } from '../../lib/viewer.tsx';
import { AgentsPanel } from './agents-panel.tsx';
import './agents.css';
import { Decision } from './decision.tsx';
import { DecisionsPanel, ProposalsPanel } from './decisions.tsx';

const DECISION_PREFIX = '/agents/decisions/';

/** What watches and acts at /agents, and one decision at /agents/decisions/ID. */
export default function Agents() {
  const [path] = useLocation();
  const { can } = useViewer();
  const key = path.startsWith(DECISION_PREFIX) ? path.slice(DECISION_PREFIX.length) : '';
  if (key !== '') return <Decision key={key} id={`Decision:${key}`} />;
  return (
    <div className="agents">
      <header>
        <h1>Agents</h1>
        <p className="muted small">
          What watches, decides and acts by itself. Each decision is stored with what it was made of, and can
          be computed again.
        </p>
      </header>
      <ProposalsPanel />
      {can('administer') ? <AgentsPanel /> : null}
      <DecisionsPanel />
    </div>
  );
}
