import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import type { NameRedaction, NameSpan } from '../../domain/privacy/names.ts';
import { FairQueue } from '../../domain/text/fair-queue.ts';
import { startThread } from '../thread.ts';
import { createMember, type Job } from '../thread-member.ts';
import { nameVersion } from './name-model.ts';
import type { NamesRequest } from './names-worker.ts';

/** The model in threads of its own, and what ends them. */
export interface OpenNameRedaction extends NameRedaction {
  /** Worker threads that are there. */
  threads(): number;
  close(): Promise<void>;
}

type Asked = Omit<NamesRequest, 'request'>;

/** What was found in equal texts: short lists by hash. */
const CACHED_TEXTS = 20_000;
/** Characters that a submitter's texts may have in one turn. */
const TURN = 2_000;
/** What a text costs beside its characters. */
const PER_TEXT = 20;

/**
 * Opens the model that ships; its threads start with the first text and end when they have nothing to do. Submitters take turns, so a
 * long import holds up no single answer. `kept`: names that stay, such as those of the deployment's own products.
 */
export function openNameRedaction({
  kept,
  restAfterMs,
}: {
  readonly kept: readonly string[];
  readonly restAfterMs?: number;
}): OpenNameRedaction {
  const queue = new FairQueue<Job<Asked>>(TURN, ({ asked }) => PER_TEXT + asked.text.length);
  const cache = new LRUCache<string, Promise<NameSpan[]>>({ max: CACHED_TEXTS });
  let closed = false;
  const workerData = { kept: kept.map((name) => name.toLowerCase()) };
  // Models that read stored answers have threads of their own.
  const workers = Math.max(1, Math.floor(availableParallelism() / 2));
  const members = Array.from({ length: workers }, () =>
    createMember<Asked>({
      start: () => startThread(new URL('./names-worker.ts', import.meta.url), workerData),
      called: 'the model of names',
      onFree: feed,
      restAfterMs,
    }),
  );

  function feed() {
    for (;;) {
      const [member] = members.filter((one) => one.free()).sort((a, b) => a.busy() - b.busy());
      const job = member && queue.take();
      if (!member || !job) return;
      member.run(job);
    }
  }
  const ask = (by: string, text: string) =>
    new Promise<NameSpan[]>((resolve, reject) => {
      if (closed) return reject(new Error('the model of names is closed'));
      queue.add(by, { asked: { text }, resolve: resolve as Job<Asked>['resolve'], reject });
      feed();
    });
  const findOne = (by: string, text: string) => {
    if (!/\p{L}/u.test(text)) return Promise.resolve([]);
    const key = createHash('sha256').update(text).digest('base64');
    const known = cache.get(key);
    if (known) return known;
    const asked = ask(by, text);
    cache.set(key, asked);
    asked.catch(() => cache.delete(key));
    return asked;
  };
  return {
    version: nameVersion(),
    find: (by, texts) => Promise.all(texts.map((text) => findOne(by, text))),
    threads: () => members.filter((member) => member.isThere()).length,
    async close() {
      closed = true;
      for (let job = queue.take(); job; job = queue.take())
        job.reject(new Error('the model of names is closed'));
      await Promise.all(members.map((member) => member.end()));
    },
  };
}
