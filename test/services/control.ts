import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/*
 * Tests run in worker processes, the servers are children of the test runner (and must stay so: a server started by a
 * worker would die with it). So a worker asks the runner, over a socket file whose path is in the handle.
 */

/** What can be asked of a running server; every answer carries the process id it has then, or null when stopped. */
export type Command =
  | { readonly do: 'pid' }
  | { readonly do: 'start' }
  | { readonly do: 'stop'; readonly mode?: string }
  | { readonly do: 'restart'; readonly mode?: string };

interface Answer {
  readonly pid: number | null;
  readonly error?: string;
}

// Not stream/consumers: those destroy a socket at the end of its reading half, before the answer is written.
async function readAll(socket: Socket): Promise<string> {
  let all = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    all += chunk;
  });
  await once(socket, 'end');
  return all;
}

/** Answers commands on a socket file, one at a time and in order, until this process ends or `close` is called. */
export async function serveControl(
  path: string,
  handle: (command: Command) => Promise<number | undefined>,
): Promise<{ close(): void }> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    last = Promise.all([readAll(socket), last])
      .then(async ([request]): Promise<Answer> => ({ pid: (await handle(JSON.parse(request))) ?? null }))
      .catch((error: unknown): Answer => ({ pid: null, error: String(error) }))
      .then((answer) => socket.end(JSON.stringify(answer)));
  });
  server.listen(path);
  await once(server, 'listening');
  server.unref();
  return { close: () => void server.close() };
}

/** Sends one command to the process that owns the server and waits until it is done. Returns the process id. */
export async function askControl(path: string, command: Command): Promise<number | undefined> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.end(JSON.stringify(command));
  const reply = await readAll(socket);
  if (reply === '') throw new Error(`${command.do} failed: the process that owns the server has gone`);
  const answer: Answer = JSON.parse(reply);
  if (answer.error !== undefined) throw new Error(`${command.do} failed: ${answer.error}`);
  return answer.pid ?? undefined;
}
