import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Stack traces of the build name the lines of the sources. Node.js's own --enable-source-maps reads every map at the start
 * (0.1 s and 30 MB here); this reads one when the first stack is looked at, and keeps only where its lines begin.
 */

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((c, i) => [c, i]),
);

/** Maps frames of files in the folder of `main`. Other frames stay as they are. */
export function register(main) {
  const folder = dirname(main);
  const maps = new Map();
  const mapOf = (file) => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };
  const frameText = (frame) => {
    const text = String(frame);
    const name = frame.getFileName();
    if (!name) return text;
    const file = name.startsWith('file:') ? fileURLToPath(name) : name;
    if (dirname(file) !== folder) return text;
    const place = mapOf(file)?.(frame.getLineNumber() - 1, frame.getColumnNumber() - 1);
    return place ? text.replace(/[^ (]*:\d+:\d+(?=\)?$)/, place) : text;
  };
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => {
      try {
        return `\n    at ${frameText(frame)}`;
      } catch {
        return `\n    at ${frame}`;
      }
    });
    return `${headOf(error)}${lines.join('')}`;
  };
}

function headOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
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
