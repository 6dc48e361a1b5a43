import { useCallback, useEffect, useRef, useState } from 'react';
import { viewerZone } from '../../../lib/format.ts';
import type { DryRun, Understood, Upload, UploadClient } from '../upload-client.ts';
import { draftOf, type MapDraft, mapOf } from './map-draft.ts';

/** Where the wizard is. */
export type Step = 'columns' | 'check' | 'import';

/** Does the work, and keeps whether it is under way and why it failed. */
function useAttempt() {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  }, []);
  return { isBusy, problem, attempt };
}

/** The state of the wizard of one file, and what moves it on. */
export function useWizard(client: UploadClient, id: string) {
  const { isBusy, problem, attempt } = useAttempt();
  const [upload, setUpload] = useState<Upload | null>(null);
  const [understood, setUnderstood] = useState<Understood | null>(null);
  const [draft, setDraft] = useState<MapDraft | null>(null);
  const [run, setRun] = useState<{ readonly map: string; readonly result: DryRun } | null>(null);
  const [step, setStep] = useState<Step>('columns');
  const heading = useRef<HTMLHeadingElement>(null);
  const running = useRef<AbortController | null>(null);

  const understand = useCallback(
    (chosen?: string) =>
      attempt(async () => {
        // After a reload: the columns of the sheet that the kept choices are about.
        const kept = chosen === undefined ? storedDraft(id) : null;
        const sheet = chosen ?? kept?.form['sheet'];
        const found = await client.understand(id, { zone: viewerZone(), sheet });
        setUnderstood(found);
        setDraft(kept ?? draftOf(found));
        setRun(null);
      }),
    [attempt, client, id],
  );

  useEffect(() => {
    let isHere = true;
    void attempt(async () => {
      const found = await client.get(id);
      if (!isHere) return;
      setUpload(found);
      if (found.import) setStep('import');
      if (found.import?.state === 'done' || !found.isKept) return;
      if (found.received < found.bytes)
        throw new Error('The file has not arrived whole. Choose it again, and the rest of it is sent.');
      await understand();
    });
    return () => {
      isHere = false;
      running.current?.abort();
    };
  }, [attempt, client, id, understand]);

  useEffect(() => {
    if (draft) sessionStorage.setItem(draftKey(id), JSON.stringify(draft));
  }, [draft, id]);

  const goTo = (next: Step) => {
    setStep(next);
    requestAnimationFrame(() => heading.current?.focus());
  };
  const check = () =>
    attempt(async () => {
      if (!draft) return;
      goTo('check');
      const map = mapOf(draft);
      if (run?.map === JSON.stringify(map)) return;
      setRun(null);
      running.current = new AbortController();
      setRun({ map: JSON.stringify(map), result: await client.dryRun(id, map, running.current.signal) });
    });
  const begin = () =>
    attempt(async () => {
      if (!draft) return;
      setUpload(await client.start(id, mapOf(draft)));
      goTo('import');
    });
  return {
    upload,
    understood,
    draft,
    setDraft,
    run,
    step,
    goTo,
    isBusy,
    problem,
    heading,
    understand,
    check,
    begin,
  };
}

const draftKey = (id: string): string => `scoreline.import.${id}`;

function storedDraft(id: string): MapDraft | null {
  try {
    return JSON.parse(sessionStorage.getItem(draftKey(id)) ?? 'null') as MapDraft | null;
  } catch {
    return null;
  }
}
