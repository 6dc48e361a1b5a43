import { GraphQLError } from 'graphql';
import type { ToolProvider } from './protocol.ts';
import { errorAnswer, type ToolAnswer } from './render.ts';
import type { ListedTool } from './tool.ts';

/** A running server, and how it is asked. */
export interface RemoteServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
  /** Kept in the audit log of the server. */
  readonly purpose: string | undefined;
}

/** The version in which this module asks: any server answers it without a session. */
const ASKED_IN = '2025-11-25';
/** Of JSON-RPC: the tool does not exist for this key. */
const INVALID_PARAMS = -32_602;

interface Reply {
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly code?: string };
  };
  /** As other paths of the server refuse. */
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** The tools of a running server, through its /mcp. */
export function remoteTools(server: RemoteServer): ToolProvider {
  return {
    list: async () => {
      const { result, error } = await ask(server, 'tools/list', {});
      if (error) throw new Error(error.message);
      return (result as { tools: ListedTool[] }).tools;
    },
    call: async (name, given) => {
      const { result, error } = await ask(server, 'tools/call', { name, arguments: given });
      if (!error) return result as ToolAnswer;
      if (error.code === INVALID_PARAMS) return null;
      return errorAnswer([new GraphQLError(error.message, { extensions: { code: error.data?.code } })]);
    },
  };
}

async function ask(
  { url, key, purpose }: RemoteServer,
  method: string,
  params: object,
): Promise<Pick<Reply, 'result' | 'error'>> {
  const failed = (message: string, code = 'UNAVAILABLE') => ({ error: { code: 0, message, data: { code } } });
  let response: Response;
  try {
    response = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': ASKED_IN,
        ...(purpose === undefined ? {} : { 'x-scoreline-purpose': purpose }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return failed(`no server answers at ${url}${code === undefined ? '' : ` (${code})`}`);
  }
  const reply = (await response.json().catch(() => ({}))) as Reply;
  if (reply.error || reply.result !== undefined) return reply;
  const [refused] = reply.errors ?? [];
  return failed(
    refused?.message ?? `the server answered ${response.status} without a message of the protocol`,
    refused?.extensions?.code,
  );
}
