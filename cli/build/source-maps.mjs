import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/*
 * Stack traces of the build name the lines of the sources. Node.js's own --enable-source-maps maps every stack that is looked
 * at, and libraries look at the stack of each error that a request causes: that would cost a caller's mistake milliseconds
 * of the event loop. This maps the text of a stack where it is shown: in the log and on the terminal.
 */

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((c, i) => [c, i]),
);

/** Where the program finds `sourcesOf`: it is built apart from this file. */
export const MAPPER = Symbol.for('scoreline.stack-of-sources');
/** "file:line:column" at the end of a frame. */
const PLACE = /(?:file:\/\/)?(\/[^ ():]{1,1000}|[A-Za-z]:[^ ():]{1,1000}):(\d{1,9}):(\d{1,9})(?=\)?$)/gm;

/** Lets the program name the lines of the sources in stacks of files beside `main`. */
export function register(main) {
  globalThis[MAPPER] = stackMapper(dirname(main));
}

/** Maps the places in the text of a stack that are in `folder`; others stay. Each place is looked up once. */
export function stackMapper(folder) {
  const maps = new Map();
  const found = new Map();
  const mapOf = (file) => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };
  return (stack) =>
    stack.replace(PLACE, (place, file, line, column) => {
      if (dirname(file) !== folder) return place;
      if (!found.has(place)) found.set(place, mapOf(file)?.(line - 1, column - 1) ?? place);
      return found.get(place);
    });
}

/** Finds "file:line:column" of a place in the built file; both count from 0. Undefined where there is no map. */
export function readMap(file) {
  let map;
  try {
    map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  } catch {
    return undefined;
  }
  const { lines, states } = indexOf(map.mappings);
  return (line, column) => {
    const begin = lines[line];
    if (begin === undefined) return undefined;
    const state = [0, ...states.slice(line * 3, line * 3 + 3)];
    let found;
    eachSegment(map.mappings, begin, state, (isMapped) => {
      if (state[0] > column) return false;
      found = isMapped ? [state[1], state[2], state[3]] : undefined;
      return true;
    });
    const source = found && map.sources[found[0]];
    if (typeof source !== 'string') return undefined;
    return `${resolve(join(dirname(file), source))}:${found[1] + 1}:${found[2] + 1}`;
  };
}

/** Where each line begins in the mappings, and the source, line and column that its segments count on from. */
function indexOf(mappings) {
  const lines = [];
  const states = [];
  const state = [0, 0, 0, 0];
  for (let at = 0; at <= mappings.length; at += 1) {
    lines.push(at);
    states.push(state[1], state[2], state[3]);
    state[0] = 0;
    at = eachSegment(mappings, at, state, () => true);
  }
  return { lines, states: Int32Array.from(states) };
}

/** Decodes the segments of one line into `state` (built column, source, line, column) until `then` is false; where it ended. */
function eachSegment(mappings, begin, state, then) {
  let at = begin;
  while (at < mappings.length && mappings[at] !== ';') {
    let field = 0;
    for (; at < mappings.length && mappings[at] !== ',' && mappings[at] !== ';'; field += 1) {
      let [value, shift] = [0, 0];
      for (let digit = 32; digit & 32; shift += 5, at += 1) {
        digit = DIGITS.get(mappings[at]);
        value += (digit & 31) << shift;
      }
      if (field < 4) state[field] += value & 1 ? -(value >> 1) : value >> 1;
    }
    if (!then(field >= 4)) return at;
    if (mappings[at] === ',') at += 1;
  }
  return at;
}
