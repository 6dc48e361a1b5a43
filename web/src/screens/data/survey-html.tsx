import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from '../../parts/button.tsx';
import { Copied } from './copied.tsx';
import type { MadeSecret } from './create-connection.tsx';

interface Shown {
  readonly made: MadeSecret;
  readonly onClose: () => void;
}

const SCORES = Array.from({ length: 11 }, (_, score) => score);
/** The mail of a survey: `{{survey_link}}` is the column of the file that the command writes. */
const MAIL = [
  '<p>How likely are you to recommend us? (0 = not at all, 10 = extremely)</p>',
  `<p>${SCORES.map((score) => `<a href="{{survey_link}}?score=${score}">${score}</a>`).join(' ')}</p>`,
].join('\n');

/** How links of a survey by mail are made, and the HTML of the mail. */
export function MailLinks({ made, onClose }: Shown) {
  return (
    <Instructions title={`Send ${made.name} by mail`} onClose={onClose}>
      <p className="muted">
        Make a link for each person of a file. The links stay private: each is one answer.
      </p>
      <Copied
        what="the command"
        text={`scoreline survey links --connection ${made.id} --from people.csv --to links.csv`}
      />
      <p className="muted">
        Import the file that it writes into your mail tool, and put this into the mail. Opening a link stores
        nothing; the page that it opens asks to confirm.
      </p>
      <Copied what="the HTML" text={MAIL} />
    </Instructions>
  );
}

/** The tag of a survey on web pages, with its publishable key. */
export function WebSurvey({ made, onClose }: Shown) {
  const tag = `<script src="${location.origin}/survey.js" data-key="${made.secret}" async></script>`;
  return (
    <Instructions title={`Put ${made.name} on your pages`} onClose={onClose}>
      <p className="muted">
        Put this before the end of the body. The key may only submit answers to this connection, from pages of
        the origins in its mapping; it is shown only once, and stands in your pages from then on.
      </p>
      <Copied what="the HTML" text={tag} />
    </Instructions>
  );
}

function Instructions({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <ModalOverlay className="overlay overlay-center" isOpen onOpenChange={(isOpen) => isOpen || onClose()}>
      <Modal className="box">
        <Dialog className="box-dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          <div className="row">
            <Button look="primary" onPress={onClose}>
              Done
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A text to copy, with the button that does. */
