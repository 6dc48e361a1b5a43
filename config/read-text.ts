import { open } from 'node:fs/promises';

/**
 * The text of a file in UTF-8, without its byte order mark.
 * @throws Error where it is longer, or in another encoding
 */
export async function readText(file: string, mostBytes: number): Promise<string> {
  const opened = await open(file);
  try {
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read)
      ({ bytesRead: read } = await opened.read(bytes, length, bytes.length - length));
    if (length > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? new Error('it is not UTF-8; save it as UTF-8')
      : error;
  } finally {
    await opened.close();
  }
}
