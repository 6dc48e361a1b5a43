import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { Slice } from '../../../../domain/text/slices.ts';
import { UnreadableFileError } from '../read-row.ts';

/** What is done with the parts of an XML text. Names are without their prefixes. */
export interface XmlReader {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
}

/** Between two tags: a longer text, comment or attribute is not of a workbook. */
const MOST_BETWEEN_TAGS = 4 * 1024 * 1024;
/** Elements within one another: the parser keeps each until it ends. */
const DEEPEST = 100;
const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * Reads XML in slices of time; after each piece the caller may take what was found. A document type is refused, so that
 * no entity can be declared.
 * @throws UnreadableFileError
 */
export async function* readXml(bytes: AsyncIterable<Buffer>, reader: XmlReader): AsyncGenerator<undefined> {
  const parser = new SaxesParser({ position: false });
  let [since, depth] = [0, 0];
  let problem: string | null = null;
  parser.on('error', ({ message }) => {
    problem ??= message.replace(/^[^:]*:\d+:\d+: /, '');
  });
  parser.on('doctype', () => {
    problem ??= 'it has a document type';
  });
  parser.on('opentag', ({ name, attributes }) => {
    since = 0;
    if (++depth > DEEPEST) problem ??= `it has more than ${DEEPEST} elements within one another`;
    // Without `xmlns` attributes are texts.
    reader.open(local(name), attributes as Readonly<Record<string, string>>);
  });
  parser.on('closetag', ({ name }) => {
    since = 0;
    depth -= 1;
    reader.close?.(local(name));
  });
  if (reader.text) {
    parser.on('text', reader.text);
    parser.on('cdata', reader.text);
  }
  const decoder = new StringDecoder('utf8');
  const slice = new Slice();
  const check = () => {
    if (problem !== null)
      throw new UnreadableFileError(
        `the workbook is damaged: its XML cannot be read (${problem.slice(0, 100)}); open it in a spreadsheet and save it again`,
      );
  };
  for await (const chunk of bytes) {
    since += chunk.length;
    parser.write(decoder.write(chunk));
    check();
    if (since > MOST_BETWEEN_TAGS)
      throw new UnreadableFileError('the workbook holds a text that is too long for a cell');
    yield undefined;
    if (slice.isOver()) await slice.next();
  }
  parser.write(decoder.end()).close();
  check();
  yield undefined;
}

/** Reads it whole. */
export async function readWholeXml(bytes: AsyncIterable<Buffer>, reader: XmlReader): Promise<void> {
  for await (const _ of readXml(bytes, reader));
}
