import { useCallback, useMemo } from 'react';
import type { DataUndoImportMutation } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { formatAnswers, formatCount } from '../../lib/format.ts';
import { request } from '../../lib/session.ts';
import { UNDO_IMPORT } from './documents.ts';
import { UploadClient } from './upload-client.ts';

/** The door for files, under the viewer's session. */
export const useUploads = (): UploadClient => useMemo(() => new UploadClient(request), []);

/** Undoes an import, however many calls that takes; resolves with what was done, in words. */
export function useUndo(): (importId: string, reason: string) => Promise<string> {
  const send = useSend();
  return useCallback(
    async (id, reason) => {
      for (;;) {
        const { data, error } = await send(UNDO_IMPORT, { id, reason });
        if (error !== undefined) throw new Error(error);
        const { undo } = data.undoImport;
        if (undo?.complete) return undoneWords(undo);
      }
    },
    [send],
  );
}

function undoneWords(undo: NonNullable<DataUndoImportMutation['undoImport']['undo']>): string {
  const { removed, restored, stayed } = undo;
  const [held, restricted, facts] = [undo.held ?? 0, undo.restricted ?? 0, undo.facts ?? 0];
  const parts = [
    `${formatAnswers(removed)} removed`,
    ...(facts > 0 ? ['its outcomes and change events removed'] : []),
    ...(restored > 0 ? [`${formatCount(restored)} restored as before`] : []),
    ...(stayed > 0
      ? [`${formatCount(stayed)} stay, because something else replaced or corrected them since`]
      : []),
    ...(held > 0 ? [`${formatCount(held)} stay under a legal hold`] : []),
    ...(restricted > 0 ? [`${formatCount(restricted)} are restricted and stay as they are`] : []),
  ];
  return `The import was undone: ${parts.join(', ')}.`;
}
