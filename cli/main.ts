import { readFileSync } from 'node:fs';
import { terminalMessage } from '../domain/errors/error-facts.ts';
import { suggesting } from '../domain/text/did-you-mean.ts';
import { cut } from '../domain/text/text.ts';
import { type Command, helpOf, inColumns, UsageError, usageOf } from './command.ts';
import { COMMANDS } from './commands.ts';

/** Runs `scoreline COMMAND ...`: finds the command, shows help, and turns what goes wrong into an exit code. */

const FAILED = 1;
const WRONG_CALL = 2;
/** As a shell reports a program that SIGPIPE ended. */
const BROKEN_PIPE = 141;

const say = (text: string) => process.stdout.write(`${text}\n`);

function overview(): string {
  return [
    'Scoreline: NPS over GraphQL, with the lineage of every score.',
    '',
    'usage: scoreline COMMAND [ARGUMENTS]',
    '',
    ...inColumns(COMMANDS.map(({ name, summary }) => [name, summary] as const)),
    '',
    '  scoreline COMMAND --help   shows the arguments of a command and an example',
    '  scoreline --version        shows the version',
    '',
    'example:',
    '  scoreline start',
  ].join('\n');
}

/** The command that the arguments begin with, and the arguments that are left; "audit:export" is "audit export" too. */
function find(
  args: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  const words = (args[0] ?? '').split(':').concat(args.slice(1));
  for (const command of COMMANDS) {
    const { length } = command.name.split(' ');
    if (words.slice(0, length).join(' ') === command.name) return { command, rest: words.slice(length) };
  }
  return undefined;
}

/** The commands of a group such as "audit". */
const groupOf = (word: string) => COMMANDS.filter(({ name }) => name.startsWith(`${word} `));

async function unknownCommand(args: readonly string[]): Promise<number> {
  const [first = '', second = ''] = args;
  const group = groupOf(first);
  const asked = second === '--help' || second === '-h';
  if (group.length > 0 && (second === '' || second.startsWith('-'))) {
    const lines = [
      'usage: scoreline COMMAND',
      '',
      ...inColumns(group.map(({ name, summary }) => [name, summary] as const)),
    ];
    (asked ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
    return asked ? 0 : WRONG_CALL;
  }
  const given = (group.length > 0 ? `${first} ${second}` : first).trim();
  const suggest = await suggesting(COMMANDS.map(({ name }) => name));
  const [meant] = suggest(given);
  const advice = meant === undefined ? '' : `; did you mean "${meant}"?`;
  process.stderr.write(`scoreline: there is no command "${cut(given)}"${advice}\n`);
  process.stderr.write('scoreline --help lists the commands\n');
  return WRONG_CALL;
}

async function wrongCall(command: Command, { message, unknownOption }: UsageError): Promise<number> {
  const names = Object.keys(command.options).map((name) => `--${name}`);
  const [meant] = unknownOption === undefined ? [] : (await suggesting(names))(unknownOption);
  const advice = meant === undefined ? '' : `; did you mean ${meant}?`;
  process.stderr.write(`${command.name}: ${message}${advice}\n${usageOf(command)}\n`);
  process.stderr.write(`scoreline ${command.name} --help shows more\n`);
  return command.usageExit ?? WRONG_CALL;
}

/** Whether help is asked for; what stands after "--" is the command's own. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  return own.includes('--help') || own.includes('-h');
}

/** Ends quietly where standard output is closed, as "| head" does. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    throw error;
  });
}

/** The exit code; undefined where the process goes on, as that of a server does. */
async function main(args: readonly string[]): Promise<number | undefined> {
  const [first] = args;
  if (first === '--version' || first === '-V' || first === 'version') {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    say(version);
    return 0;
  }
  if (first === undefined) {
    process.stderr.write(`${overview()}\n`);
    return WRONG_CALL;
  }
  if (first === '--help' || first === '-h') {
    say(overview());
    return 0;
  }
  // "scoreline help import" is what others offer.
  const named = first === 'help' ? [...args.slice(1), '--help'] : args;
  if (first === 'help' && args.length === 1) return main(['--help']);
  const found = find(named);
  if (!found) return unknownCommand(named);
  const { command, rest } = found;
  if (asksForHelp(rest)) {
    say(helpOf(command));
    return 0;
  }
  if (command.name !== 'start') endWithReader();
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) return wrongCall(command, error);
    process.stderr.write(`${command.name}: ${terminalMessage(error as Error)}\n`);
    return FAILED;
  }
}

const code = await main(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
