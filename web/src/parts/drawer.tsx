import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './button.tsx';
import { Boundary } from './panel.tsx';
import './drawer.css';

interface DrawerProps {
  readonly title: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons that stay at the end while the content scrolls. */
  readonly actions?: ReactNode;
  readonly testId?: string;
  /** Something is written in it, or shown once: a press beside it does not close it. */
  readonly isForm?: boolean;
}

/** Opens over the end of the page; from below on a phone. It keeps the focus, closes with Escape, and gives the focus back. */
export function Drawer({ title, isOpen, onClose, children, actions, testId, isForm = false }: DrawerProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!isForm}
    >
      <Modal className="drawer">
        <Dialog className="drawer-dialog" {...(testId ? { 'data-testid': testId } : {})}>
          <header className="drawer-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button look="quiet" icon="close" label="Close" onPress={onClose} />
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is long is scrolled by keyboard */}
          <section className="drawer-body" tabIndex={0} aria-label="Content">
            <Boundary>{children}</Boundary>
          </section>
          {actions ? <footer className="drawer-foot">{actions}</footer> : null}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
