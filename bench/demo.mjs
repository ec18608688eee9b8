/* demo – how long the demo city takes to make, how much memory at its peak, and how much
 * disk a case comes to.
 *   node bench/demo.mjs BINARY DATA [CASES [HOUSEHOLDS]]
 * DATA is an empty directory; the city stays in DATA/city, for bench/pages.mjs. A million
 * of each without numbers: 1.6 GB of disk. The last line is JSON, as tools/bench.sh wants
 * it. The processor's time is printed beside the clock's: it does not depend on who else
 * had the cores. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MINUTES = 3;
const MEMORY_MB = 1024;
const CASE_KB = 2.5;
const LOOK_MS = 50;
const TICKS = 100; // of the processor's time in /proc, a second; Linux has had no other since 2.6

const [binary, data, cases = '1000000', households = cases] = process.argv.slice(2);
if (!data) {
  console.error('usage: node bench/demo.mjs BINARY DATA [CASES [HOUSEHOLDS]]');
  process.exit(2);
}

/* The high-water mark of its memory, and the processor's time so far, as last seen. */
function look(pid, seen) {
  try {
    seen.mb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
    const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    seen.cpu_s = (Number(after[11]) + Number(after[12])) / TICKS;
  } catch {
    /* it has ended: what was seen last stands */
  }
}

const bytes = (dir) => readdirSync(dir, { withFileTypes: true }).reduce((n, e) => n + (e.isDirectory() ? bytes(join(dir, e.name)) : statSync(join(dir, e.name)).size), 0);

mkdirSync(data, { recursive: true });
const city = join(data, 'city');
const from = performance.now();
const child = spawn(binary, ['demo', '--data', city, '--cases', cases, '--households', households], { stdio: ['ignore', 'ignore', 'inherit'] });
const seen = { mb: 0, cpu_s: 0 };
const looking = setInterval(() => look(child.pid, seen), LOOK_MS);
const status = await new Promise((done) => child.once('exit', done));
clearInterval(looking);
if (status !== 0) process.exit(1);

const s = (performance.now() - from) / 1000;
const kb = bytes(city) / 1024 / Number(cases);
const n = (x) => Number(x).toLocaleString('en');
console.log(`demo city of ${n(households)} households and ${n(cases)} cases`);
console.log(`  time, s            ${s.toFixed(1)}  (${seen.cpu_s.toFixed(1)} of the processor)`);
console.log(`  memory, MB         ${seen.mb.toFixed(0)} at its peak`);
console.log(`  disk, KB a case    ${kb.toFixed(2)}`);
// The promises are of a million; of a smaller city each case bears more of the ground.
const promises = Number(cases) < 1e6 ? [] : [
  { what: 'demo, a million cases: minutes', measured: Number((s / 60).toFixed(2)), most: MINUTES },
  { what: 'demo, a million cases: memory in MB', measured: Math.round(seen.mb), most: MEMORY_MB },
  { what: 'demo, a million cases: disk in KB a case', measured: Number(kb.toFixed(2)), most: CASE_KB },
];
console.log(JSON.stringify({ bench: 'demo', cases: Number(cases), households: Number(households), seconds: s, cpu_s: seen.cpu_s, memory_mb: seen.mb, kb_a_case: kb, promises }));
