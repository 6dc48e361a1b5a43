import { useState } from 'react';
import { Link } from 'wouter';
import { useSend } from '../../lib/api.ts';
import { useHref, useParam } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Pair } from './documents.ts';
import { languageWords } from './figures.ts';
import type { ModelVersion } from './index.tsx';
import { besideOf } from './stage.tsx';

/** Which other version reads beside this one, or which one it reads beside. */
export function PairNote({ version }: { readonly version: ModelVersion }) {
  const href = useHref();
  const link = (to: number) => <Link href={href('/models', {}, { version: String(to) })}>Version {to}</Link>;
  const { companion } = version;
  if (companion)
    return (
      <p className="small">
        {link(companion.version)} reads {languageWords(companion.languages)} beside it.
      </p>
    );
  const champion = besideOf(version);
  if (champion === null) return null;
  return (
    <p className="small">
      It is in use: it reads {languageWords(version.languages)} beside the champion, {link(champion)}.
    </p>
  );
}

/** Lets the version read the languages that the champion does not, beside it. Nothing where there are none, or it does so already. */
export function PairButton({
  version,
  champion,
  onDone,
}: {
  readonly version: ModelVersion;
  readonly champion: ModelVersion | null;
  readonly onDone: () => void;
}) {
  const send = useSend();
  const [isOpen, setOpen] = useState(false);
  const [, show] = useParam('version');
  if (!champion || version.companion || besideOf(version) !== null) return null;
  const added = version.languages.filter((language) => !champion.languages.includes(language));
  if (added.length === 0) return null;
  const action = `Pair with version ${champion.version}`;
  return (
    <>
      <Button onPress={() => setOpen(true)}>{action}</Button>
      <ReasonDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={`Let version ${version.version} read beside version ${champion.version}?`}
        action={action}
        onConfirm={async (reason) => {
          const { data, error } = await send(Pair, { id: champion.id, companion: version.id, reason });
          if (error !== undefined) return error;
          onDone();
          show(String(data.pairModels.version));
          return null;
        }}
      >
        A candidate of both is made: version {champion.version} goes on reading{' '}
        {languageWords(champion.languages)}, this one reads {languageWords(added)}. Nothing changes until you
        promote it.
      </ReasonDialog>
    </>
  );
}
