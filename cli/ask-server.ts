import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { cut } from '../domain/text/text.ts';

/** A running server, and the key that a command has there. */
export interface AskedServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** A training, or new keys for many persons, takes many minutes, in which nothing is sent: what stands between must not forget it. */
const KEPT_ALIVE_MS = 30_000;

/**
 * The data that a running server answers to an operation, however long it works on it: `fetch` gives up after five minutes.
 * @throws Error with what the server says is wrong, or with why this is no answer of one
 */
export async function askServer<Data>(
  { url, key }: AskedServer,
  query: string,
  variables: object = {},
): Promise<Data> {
  if (!/^https?:/i.test(url) || !URL.canParse(url))
    throw new Error(`${cut(url)} is not the address of a server, such as http://127.0.0.1:4000`);
  const { status, location, body } = await post(url, key, JSON.stringify({ query, variables })).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(`the server at ${url} does not answer: ${error.code ?? error.message}`);
    },
  );
  const answer = answerIn<Data>(body);
  if (answer?.data && !answer.errors) return answer.data;
  if (answer?.errors) throw new Error(answer.errors.map(({ message }) => message).join('\n'));
  const leads = location === undefined ? '' : `, and leads to ${cut(location)}`;
  throw new Error(
    `${url} answered ${status}${leads}: that is not a server of Scoreline; is the address right?`,
  );
}

async function post(url: string, key: string, body: string) {
  const request = /^https:/i.test(url) ? overHttps : overHttp;
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(`${url}/graphql`, { method: 'POST', headers, agent: false }, resolve);
    sent.on('error', reject);
    sent.setSocketKeepAlive(true, KEPT_ALIVE_MS);
    sent.end(body);
  });
  return { status: answer.statusCode ?? 0, location: answer.headers.location, body: await text(answer) };
}

/** Undefined of what is no answer of GraphQL, such as the page of a proxy. */
function answerIn<Data>(body: string): Answer<Data> | undefined {
  try {
    const answer = JSON.parse(body) as Answer<Data> | null;
    return typeof answer === 'object' && answer !== null && ('data' in answer || Array.isArray(answer.errors))
      ? answer
      : undefined;
  } catch {
    return undefined;
  }
}
