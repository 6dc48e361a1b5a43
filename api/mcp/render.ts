import type { ExecutionResult, GraphQLError } from 'graphql';
import type { ApiContext } from '../context.ts';
import type { Tool } from './tool.ts';

/** A tool's answer in the protocol's form. */
export interface ToolAnswer {
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

const text = (said: string) => ({ type: 'text' as const, text: said });
const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`;

/** An answer with errors: their texts are those of GraphQL. */
export function errorAnswer(
  errors: readonly Pick<GraphQLError, 'message' | 'path' | 'extensions'>[],
): ToolAnswer {
  const said = errors.map(({ message, path, extensions }) => ({
    message,
    ...(path ? { path } : {}),
    extensions: { code: extensions['code'] },
  }));
  return {
    content: [text(said.map(({ message }) => message).join('\n'))],
    structuredContent: { errors: said },
    isError: true,
  };
}

/**
 * The answer of a document: a line about it, and the JSON that `structuredContent` has too, for clients that read text only. The line
 * has numbers and words of ours alone: what people wrote, and names that come with the data, are in fields only.
 */
export function answerOf(
  { entry }: Tool,
  result: ExecutionResult,
  variables: Readonly<Record<string, unknown>>,
  context: ApiContext,
): ToolAnswer {
  const structuredContent = plain({ data: result.data ?? {}, extensions: result.extensions ?? {} });
  const root: unknown = Object.values(result.data ?? {})[0];
  const notes = [about(root, variables), ...notesOf(context, root)];
  return {
    content: [text(`${entry.title}: ${notes.join('; ')}.`), text(JSON.stringify(structuredContent))],
    structuredContent,
  };
}

/** The rows of a root field: a list, or the items of a page; null: it is one object. */
export function rowsOf(root: unknown): readonly unknown[] | null {
  if (Array.isArray(root)) return root;
  const { edges, nodes } = (root ?? {}) as { edges?: unknown; nodes?: unknown };
  const list = nodes ?? edges;
  return Array.isArray(list) ? list : null;
}

function about(root: unknown, { first }: Readonly<Record<string, unknown>>): string {
  const rows = rowsOf(root);
  if (!rows) return root === null || root === undefined ? 'nothing' : 'one answer';
  const { pageInfo } = root as { pageInfo?: { hasNextPage: boolean } };
  if (pageInfo?.hasNextPage)
    return `${counted(rows.length, 'row')}, and more: pass pageInfo.endCursor as after`;
  if (!pageInfo && rows.length > 0 && rows.length === first)
    return `the first ${counted(rows.length, 'row')}; there may be more`;
  return counted(rows.length, 'row');
}

/** What the answer's extensions say, in words. */
function notesOf({ masked, unknown, emptyWindows }: ApiContext, root: unknown): string[] {
  const suppressed = (rowsOf(root) ?? [root]).filter(
    (row) => (row as { suppressed?: unknown } | null)?.suppressed === true,
  ).length;
  const [empty] = emptyWindows;
  const reasons = [...new Set(masked.map(({ reason }) => reason))].sort();
  return [
    ...(suppressed > 0
      ? [`${counted(suppressed, 'row')} suppressed, because this key may not see so few responses`]
      : []),
    ...(empty ? [`a window without responses; the newest response is of ${empty.newest}`] : []),
    ...(unknown.length > 0
      ? [`${counted(unknown.length, 'value')} of the segment unknown (extensions.unknownSegmentValues)`]
      : []),
    ...(masked.length > 0 ? [`${counted(masked.length, 'value')} withheld (${reasons.join(', ')})`] : []),
  ];
}

/** Moments as texts: clients get JSON. */
const plain = (value: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
