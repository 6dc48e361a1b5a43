import { openEncoder } from '../encoder.ts';
import { readFeedback, TRANSFERRED } from '../training/feedback.ts';

/* Prints what one thread of an encoder costs: milliseconds for a text, memory of the process. Run by languages.ts, in a process of its own. */
const [source = ''] = process.argv.slice(2);
const PER_LANGUAGE = 5;

const texts = TRANSFERRED.flatMap((language) => readFeedback('test', language).slice(-PER_LANGUAGE));
const encoder = await openEncoder(source, '');
for (const { text } of texts) await encoder.encode(text);
const times: number[] = [];
for (const { text } of texts) {
  const began = performance.now();
  await encoder.encode(text);
  times.push(performance.now() - began);
}
const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
process.stdout.write(JSON.stringify({ median, mib: process.memoryUsage.rss() / 2 ** 20 }));
