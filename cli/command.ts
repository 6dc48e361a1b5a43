import { type ParseArgsConfig, parseArgs } from 'node:util';
import { cut } from '../domain/text/text.ts';

/** One option of a command; `value` is what its help calls the value, absent for a switch. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** A command as its help shows it. */
export interface CommandFacts<O extends Options = Options> {
  /** "audit export" */
  readonly name: string;
  readonly summary: string;
  /** What follows the name: one line for each form. */
  readonly usage: readonly string[];
  /** What stands without a name: [name, help]. */
  readonly operands?: readonly (readonly [string, string])[];
  readonly options: O;
  /** More than the summary says. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  /** Exit codes other than 0, 1 and 2. */
  readonly exits?: readonly (readonly [number, string])[];
  /** How a wrong call ends: 2, unless scripts know the command by another code. */
  readonly usageExit?: number;
}

/** A command that can be run. */
export interface Command extends CommandFacts {
  /**
   * Resolves with the exit code; undefined where the process goes on, as that of a server does.
   * @throws UsageError
   */
  readonly run: (args: readonly string[]) => Promise<number | undefined>;
}

/** The command was called in a way that it does not have; `message` is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The option that the command does not have, where that is what is wrong. */
  readonly unknownOption: string | undefined;

  constructor(message: string, unknownOption?: string) {
    super(message);
    this.unknownOption = unknownOption;
  }
}

type Values<O extends Options> = {
  readonly [N in keyof O]: O[N]['type'] extends 'boolean'
    ? boolean
    : O[N] extends { readonly default: string }
      ? string
      : string | undefined;
};

/** What a command was called with. */
export interface Given<O extends Options> {
  readonly values: Values<O>;
  readonly operands: readonly string[];
  /** The arguments as they were typed. */
  readonly args: readonly string[];
}

/** A command of its facts and of what runs it, which loads its modules only then. */
export function defineCommand<const O extends Options>(
  facts: CommandFacts<O>,
  run: (given: Given<O>) => Promise<number | undefined>,
): Command {
  return { ...facts, run: async (args) => run(readArguments(facts, args)) };
}

/**
 * Reads the arguments as the command declares them.
 * @throws UsageError naming the argument.
 */
export function readArguments<O extends Options>(
  { options, operands = [] }: CommandFacts<O>,
  args: readonly string[],
): Given<O> {
  const declared: ParseArgsConfig['options'] = {};
  for (const [name, { type, default: value }] of Object.entries(options))
    declared[name] = {
      type,
      ...(type === 'boolean' ? { default: false } : value === undefined ? {} : { default: value }),
    };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: operands.length > 0,
      options: declared,
    });
    const extra = positionals[operands.length];
    if (extra !== undefined) throw new Error(`Unexpected argument '${cut(extra)}'`);
    return { values: values as Values<O>, operands: positionals, args };
  } catch (error) {
    throw wrongCall(error as Error);
  }
}

/** Node.js explains over several sentences how a value that begins with a dash is given. */
function wrongCall({ message }: Error): UsageError {
  const [line = ''] = message.split('\n');
  const unknown = /^Unknown option '(-[^']*)'/.exec(line);
  if (unknown) return new UsageError(unknown[0], unknown[1]);
  return new UsageError(line.replace(/\. This command does not take positional arguments$/, ''));
}

/** The lines that begin with "usage:". */
export function usageOf({ name, usage }: CommandFacts): string {
  return usage
    .map((form, i) => `${i === 0 ? 'usage:' : '      '} scoreline ${`${name} ${form}`.trimEnd()}`)
    .join('\n');
}

/** What `scoreline COMMAND --help` prints. */
export function helpOf(command: CommandFacts): string {
  const { summary, operands = [], options, notes = [], examples, exits = [], usageExit = 2 } = command;
  const arguments_ = [
    ...operands,
    ...Object.entries(options).map(([name, { value, help, default: preset }]) => [
      `--${name}${value === undefined ? '' : ` ${value}`}`,
      preset === undefined ? help : `${help} (default: ${preset})`,
    ]),
    ['--help', 'show this'],
  ] as const;
  const codes = [
    [0, 'done'],
    [1, 'failed'],
    ...(usageExit === 2 ? [[2, 'wrong call'] as const] : []),
    ...exits,
  ] as const;
  return [
    summary,
    '',
    usageOf(command),
    '',
    ...inColumns(arguments_),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    examples.length > 1 ? 'examples:' : 'example:',
    ...examples.map((example) => `  ${example}`),
    '',
    `exit codes: ${codes.map(([code, says]) => `${code} ${says}`).join(', ')}`,
  ].join('\n');
}

/** Two columns, indented. */
export function inColumns(
  rows: readonly (readonly [string, string] | readonly (string | undefined)[])[],
): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
}
