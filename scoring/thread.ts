import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { keepQuiet, QUIET } from '../store/database/quiet-thread.ts';

/** Starts a thread that runs the module: the built one as it is, TypeScript with the loader, which threads do not inherit. */
export function startThread(module: URL, workerData: unknown): Worker {
  const isBuilt = module.pathname.endsWith('.js');
  const loader = `import('tsx/esm/api').then(({ register }) => {
    register();
    return import(${JSON.stringify(module.href)});
  });`;
  const thread = isBuilt
    ? new Worker(module, { workerData, execArgv: [], ...QUIET })
    : new Worker(loader, { eval: true, workerData, ...QUIET });
  keepQuiet(thread, basename(module.pathname));
  return thread;
}

/** Runs the module in a thread of its own and returns the one message that it posts. */
export function runInThread<Result>(module: URL, workerData: unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    const thread = startThread(module, workerData);
    thread.once('message', (result: Result) => {
      resolve(result);
      void thread.terminate();
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error(`${module.pathname} ended without an answer`)));
  });
}
