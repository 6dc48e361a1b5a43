import { parseKafkaCluster } from '../../domain/kafka/kafka-target.ts';
import { openProducer, type StringProducer } from '../../store/kafka/kafka-clients.ts';
import type { RunningServer } from '../fixtures/server.ts';
import type { Plan, SentAnswer, SentMerge, Step } from './plan.ts';
import type { World } from './world.ts';

/** What the sender knows: what it was answered success for. */
export interface Receipts {
  /** The newest revision of each answer. */
  readonly answers: ReadonlyMap<string, SentAnswer>;
  /** `from` to `into`. */
  readonly merges: ReadonlyMap<string, string>;
  /** Answers that no sender should get. */
  readonly unexpected: readonly string[];
}

/** Where a sender sends: the processes that take requests, and the topic if there is one. */
export type Doors = Pick<World, 'workers'> | Pick<World, 'workers' | 'kafka' | 'topic'>;

export interface Sender {
  /** The share of the steps that are done. */
  progress(): number;
  readonly done: Promise<Receipts>;
}

/** At once: orders change between the doors, the senders and the workers. */
const SENDERS = 4;
const AGAIN_AFTER_MS = 100;
/** Answered by a rejection because a newer revision is stored: nothing is missing. */
const OLDER = 'STALE';

/**
 * Sends all steps; whatever is not answered with success is sent again, to another worker.
 * @param pauseAt what a sender waits for between two steps, by the share of the steps that are done
 */
export function send(doors: Doors, plan: Plan, pauseAt: (progress: number) => Promise<unknown>): Sender {
  const answers = new Map<string, SentAnswer>();
  const merges = new Map<string, string>();
  const unexpected: string[] = [];
  const topic = 'topic' in doors ? openTopic(doors) : null;
  let next = 0;
  let finished = 0;
  const acknowledge = (answer: SentAnswer) => {
    const known = answers.get(answer.externalId);
    if (!known || known.revision < answer.revision) answers.set(answer.externalId, answer);
  };
  const take = (items: readonly SentAnswer[], rejected: ReadonlyMap<number, string>) => {
    for (const [index, answer] of items.entries()) {
      const code = rejected.get(index);
      const isInvalid = plan.invalid.has(answer.externalId);
      if (isInvalid && code === undefined) unexpected.push(`${answer.externalId} was accepted`);
      else if (!isInvalid && code !== undefined && code !== OLDER)
        unexpected.push(`${answer.externalId} was rejected: ${code}`);
      else if (!isInvalid) acknowledge(answer);
    }
  };
  const sendStep = async (step: Step) => {
    if ('merges' in step) {
      await post(doors, '/ingest/identities', step.merges, unexpected);
      for (const { from, into } of step.merges) merges.set(from, into);
    } else if (step.door === 'http') {
      take(step.answers, await post(doors, '/ingest/responses', step.answers, unexpected));
    } else {
      if (!topic) throw new Error('the plan has a step for a topic, and there is none');
      await topic.write(step.answers);
      for (const answer of step.answers) if (!plan.invalid.has(answer.externalId)) acknowledge(answer);
    }
  };
  const sender = async () => {
    for (let step = plan.steps[next++]; step; step = plan.steps[next++]) {
      await sendStep(step);
      finished++;
      await pauseAt(finished / plan.steps.length);
    }
  };
  const done = Promise.all(Array.from({ length: SENDERS }, sender)).then(async () => {
    await topic?.close();
    return { answers, merges, unexpected };
  });
  return { progress: () => finished / plan.steps.length, done };
}

export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Sends until it is answered with success or a rejection. @returns codes of rejected items by index */
export async function post(
  { workers }: Pick<World, 'workers'>,
  path: string,
  items: readonly (SentAnswer | SentMerge)[],
  unexpected: string[],
): Promise<Map<number, string>> {
  for (let attempt = Math.floor(items.length / 2); ; attempt++) {
    const worker = workers[attempt % workers.length] as RunningServer;
    const answer = await worker
      .post(path, items)
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      // The process is gone, or went before it answered.
      .catch(() => null);
    if (answer?.status === 202 || answer?.status === 422) {
      const { rejected } = JSON.parse(answer.text) as { rejected: { index: number; code: string }[] };
      return new Map(rejected.map(({ index, code }) => [index, code]));
    }
    if (answer && answer.status !== 503 && answer.status !== 429)
      unexpected.push(`${path} was answered ${answer.status} ${answer.text}`);
    await pause(AGAIN_AFTER_MS);
  }
}

/** Writes to the topic until the broker has confirmed it; after an error some messages may be there twice. */
function openTopic({ kafka, topic }: Pick<World, 'kafka' | 'topic'>) {
  const open = () => openProducer(parseKafkaCluster(`kafka://${kafka.broker}`));
  let producer: Promise<StringProducer> | undefined;
  const close = async (used: Promise<StringProducer> | undefined) => {
    if (producer === used) producer = undefined;
    try {
      await (await used)?.close(true);
    } catch {
      // It is not used again.
    }
  };
  const write = async (answers: readonly SentAnswer[]) => {
    const messages = answers.map((one) => ({ topic, key: one.respondent, value: JSON.stringify(one) }));
    for (;;) {
      producer ??= open();
      const used = producer;
      try {
        await (await used).send({ messages });
        return;
      } catch {
        await close(used);
        await pause(AGAIN_AFTER_MS);
      }
    }
  };
  // One after the other: the client gives sends at the same time one sequence number, and all but one are dropped.
  let last: Promise<void> = Promise.resolve();
  return {
    write: (answers: readonly SentAnswer[]) => {
      last = last.then(() => write(answers));
      return last;
    },
    close: () => close(producer),
  };
}
