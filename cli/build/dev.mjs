import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './build.mjs';
import { buildWeb, isWebCurrent } from './web.mjs';

/*
 * npm run dev: the server from its sources, restarted with each change, and the pages, built again with each change: reload
 * the browser to see it.
 */

const say = (text) => process.stderr.write(`scoreline: ${text}\n`);
let building = Promise.resolve();
let waiting;

function rebuild() {
  building = building.then(async () => {
    if (isWebCurrent()) return;
    const began = Date.now();
    try {
      await buildWeb();
      say(`built the pages in ${((Date.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
      say(`the pages cannot be built: ${error.message}`);
    }
  });
}

rebuild();
await building;
watch(join(ROOT, 'web'), { recursive: true }, () => {
  clearTimeout(waiting);
  waiting = setTimeout(rebuild, 100);
});
const server = spawn('tsx', ['watch', '--clear-screen=false', 'main.ts'], { cwd: ROOT, stdio: 'inherit' });
server.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
