import { useRead } from '../../lib/api.ts';
import { useParam } from '../../lib/url-state.ts';
import { Skeleton } from '../../parts/states.tsx';
import { RULES } from './documents.ts';
import { Editor } from './editor.tsx';
import { RulesPanel } from './rules-panel.tsx';
import './rules.css';

/** The rules of the score monitor at /rules, one of them with its versions at ?rule=NAME, a new one at ?new=yes. */
export default function Rules() {
  const read = useRead(RULES, {});
  const [name, setName] = useParam('rule');
  const [isNew, setNew] = useParam('new');
  if (name === null && isNew === null)
    return <RulesPanel read={read} onNew={() => setNew('yes')} onEdit={setName} />;
  if (read.isLoading) return <Skeleton height={420} />;
  const rule = read.data?.rules.find((one) => one.name === name) ?? null;
  return (
    <Editor
      key={rule ? `${rule.name} ${rule.version}` : 'new'}
      rule={rule}
      name={name}
      onDone={() => {
        read.refresh();
        if (name === null) setNew(null);
        else setName(null);
      }}
    />
  );
}
