import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from '../parts/button.tsx';
import type { Screen } from '../screens.ts';

interface HelpProps {
  readonly screens: readonly Screen[];
  readonly onClose: () => void;
}

/** The list of shortcuts. */
export default function KeyboardHelp({ screens, onClose }: HelpProps) {
  const keys: readonly (readonly [readonly string[], string])[] = [
    ...screens.map(({ shortcut, title }) => [['g', shortcut], title] as const),
    [['/'], 'Search this screen'],
    [['j'], 'Next in a list'],
    [['k'], 'Previous in a list'],
    [['Enter'], 'Open'],
    [['Esc'], 'Close'],
    [['?'], 'This list'],
  ];
  return (
    <ModalOverlay
      className="overlay overlay-center"
      isOpen
      onOpenChange={(open) => !open && onClose()}
      isDismissable
    >
      <Modal className="box">
        <Dialog className="box-dialog">
          <div className="spread">
            <Heading slot="title" level={2}>
              Keyboard shortcuts
            </Heading>
            <Button look="quiet" icon="close" label="Close" onPress={onClose} />
          </div>
          <dl className="keys">
            {keys.map(([names, what]) => (
              <Shortcut key={names.join(' ')} names={names} what={what} />
            ))}
          </dl>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Shortcut({ names, what }: { readonly names: readonly string[]; readonly what: string }) {
  return (
    <>
      <dt>
        {names.map((name) => (
          <kbd key={name}>{name}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </>
  );
}
