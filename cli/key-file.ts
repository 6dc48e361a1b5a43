import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** The one key of a file, or of standard input for "-": other than an argument, it is in no list of processes. */
export async function keyIn(file: string): Promise<string> {
  const key = (file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')).trim();
  if (key === '' || /\s/.test(key)) throw new Error(`--key-file: ${file} does not hold one key`);
  return key;
}
