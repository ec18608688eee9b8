/* server – the real program on a demo city of its own, for tests that speak to it from
 * outside. JW_URL names a running one (a demo of its own: tests write to it); otherwise
 * the binary of JW_BINARY, build/jingwei by default, is started on a free port and
 * ended with the tests. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const PASSWORD = 'jingwei-demo';

/* Why there is no server on this store here; false where there is one. */
export function noStore(store) {
  return store === 'postgres' && !process.env.JW_TEST_POSTGRES && 'there is no PostgreSQL here';
}

/* A new database beside the one that JW_TEST_POSTGRES names. */
function newDatabase() {
  const name = `e2e_${process.pid}_${Date.now()}`;
  execFileSync('psql', ['-qX', process.env.JW_TEST_POSTGRES, '-c', `CREATE DATABASE ${name} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`]);
  return process.env.JW_TEST_POSTGRES.replace(/[^/]*$/, name);
}

/* { url, stop() }; stop() asserts that it ended well, with no word of a sanitizer.
 * What else a test wants of `serve`, it adds to `more`; without `small` it is the whole
 * demo city. `prepare` may run commands of the program on it before it serves. */
export async function startServer({ store = 'sqlite', more = [], small = true, prepare } = {}) {
  if (process.env.JW_URL) return { url: process.env.JW_URL, stop: async () => undefined };
  const binary = process.env.JW_BINARY ?? join(source, 'build', 'jingwei');
  const data = mkdtempSync(join(tmpdir(), 'jingwei-e2e-'));
  const where = ['--data', join(data, 'city'), ...(store === 'postgres' ? ['--store', newDatabase()] : [])];
  if (store === 'postgres') execFileSync(binary, ['migrate', ...where]);
  const told = execFileSync(binary, ['demo', ...(small ? ['--small'] : []), ...where], { encoding: 'utf8' });
  assert.match(told, new RegExp(PASSWORD), 'demo prints the password of its accounts');
  await prepare?.((...args) => execFileSync(binary, [...args, ...where], { encoding: 'utf8' }), data);
  const child = spawn(binary, ['serve', ...where, '--listen', '127.0.0.1:0', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  process.once('exit', () => child.kill('SIGKILL')); // whatever happens to the tests
  let log = '';
  child.stderr.on('data', (part) => (log += part));
  const url = await new Promise((found, lost) => {
    let out = '';
    child.stdout.on('data', (part) => {
      out += part;
      const m = /listening on (http:\/\/\S+)/.exec(out);
      if (m) found(m[1]);
    });
    ended.then(() => lost(new Error(`the server ended before it listened:\n${log}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const status = await ended;
      rmSync(data, { recursive: true, force: true });
      assert.equal(status, 0, `the server did not end well:\n${log}`);
    },
  };
}
