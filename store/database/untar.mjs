import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

const BLOCK = 512;
const [NAME_AT, NAME_LENGTH, SIZE_AT, SIZE_LENGTH, TYPE_AT, PREFIX_AT, PREFIX_LENGTH] = [
  0, 100, 124, 12, 156, 345, 155,
];
const DIRECTORY = '5';
const FILES = new Set(['0', '\0']);

const textAt = (block, at, length) => block.toString('utf8', at, at + length).replace(/\0.*$/s, '');

/**
 * Writes the files and folders of a tar archive (ustar) into a folder that does not exist yet, the owner's alone.
 * @throws Error where the archive is cut off, or has an entry that is neither a file nor a folder or that leads outside.
 */
export function untar(archive, folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const name = [textAt(header, PREFIX_AT, PREFIX_LENGTH), textAt(header, NAME_AT, NAME_LENGTH)].join('/');
    // Two blocks of zeros end it.
    if (name === '/') return;
    const size = Number.parseInt(textAt(header, SIZE_AT, SIZE_LENGTH), 8) || 0;
    const [begin, type] = [at + BLOCK, String.fromCharCode(header[TYPE_AT])];
    const path = join(folder, normalize(name));
    if (!path.startsWith(`${folder}${sep}`) || begin + size > archive.length)
      throw new Error('the template of the embedded database is damaged: npm ci makes it again');
    if (type === DIRECTORY) mkdirSync(path, { recursive: true, mode: 0o700 });
    else if (FILES.has(type)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, archive.subarray(begin, begin + size), { mode: 0o600 });
    } else throw new Error(`the template of the embedded database has an entry of type "${type}"`);
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
}
