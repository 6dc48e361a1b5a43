import { once } from 'node:events';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { type ToolProvider, toolServer } from './protocol.ts';

/** Serves tools over standard input and output until the client closes the input. */
export async function serveOverStdio(provider: ToolProvider, version: string): Promise<void> {
  const ended = once(process.stdin, 'end');
  const handle = serveStdio(() => toolServer(provider, version));
  await ended;
  await handle.close();
}
