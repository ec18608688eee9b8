/* support – what every end-to-end test stands on: the real program on a demo city of
 * its own, Debian's chromium, axe, and pictures under ci-out/shots.
 *
 * JW_URL names a running server (a demo of its own: tests write to it); otherwise
 * the binary of JW_BINARY, build/jingwei by default, is started on a free port and
 * ended with the tests. Nothing else is started, and nothing outside is asked.
 *
 * No test sleeps: it waits for what it wants to see, WAIT_MS at most, which is far
 * more than a busy machine with the sanitizers on needs. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '..', '..');
const require = createRequire(join(source, 'web', 'package.json'));
const { chromium } = require('playwright-core');
const axe_source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const PASSWORD = 'jingwei-demo';
const shots = join(source, 'ci-out', 'shots');
mkdirSync(shots, { recursive: true });
const WAIT_MS = 30_000;

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
 * What else a test wants of `serve`, it adds to `more`. */
export async function startServer({ store = 'sqlite', more = [] } = {}) {
  if (process.env.JW_URL) return { url: process.env.JW_URL, stop: async () => undefined };
  const binary = process.env.JW_BINARY ?? join(source, 'build', 'jingwei');
  const data = mkdtempSync(join(tmpdir(), 'jingwei-e2e-'));
  const where = ['--data', join(data, 'city'), ...(store === 'postgres' ? ['--store', newDatabase()] : [])];
  if (store === 'postgres') execFileSync(binary, ['migrate', ...where]);
  const told = execFileSync(binary, ['demo', ...where], { encoding: 'utf8' });
  assert.match(told, new RegExp(PASSWORD), 'demo prints the password of its accounts');
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

/* No WebGL: the map must do without. The background flags keep it off the network. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.JW_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-3d-apis',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 1024, height: 768 }, desk: { width: 1440, height: 900 } };
const LOCALES = { zh: 'zh-CN', en: 'en-GB' };

/* A person at a device. Everything that the page says in the console as an error, and
 * every answer from another host, is kept and must be empty at the end: close(). */
export async function person(browser, url, { size = 'desk', lang = 'zh', dark = false, more = {} } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[size],
    locale: LOCALES[lang],
    timezoneId: 'Asia/Shanghai',
    colorScheme: dark ? 'dark' : 'light',
    hasTouch: size === 'phone',
    ...more,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const complaints = [];
  const asked = []; // what it asked the server, as "GET /api/1/cases"; a test may empty it
  const waiting = new Set(); // what it has no answer to yet
  page.on('console', (m) => {
    // Answers of 4xx are part of the tests; Chromium reports each as an error.
    if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) complaints.push(m.text());
  });
  page.on('pageerror', (e) => complaints.push(String(e)));
  page.on('request', (r) => {
    if (!r.url().startsWith(url) && !/^(data|blob):/.test(r.url())) complaints.push(`asked ${r.url()}`);
    const { pathname } = new URL(r.url());
    if (pathname.startsWith('/api/')) asked.push(`${r.method()} ${pathname}`);
    waiting.add(r);
  });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => waiting.delete(r));
  return {
    page,
    context,
    asked,
    waiting,
    async close() {
      await context.close();
      assert.deepEqual(complaints, [], 'the page complains of nothing and asks nobody else');
    },
  };
}

export async function signIn(page, login, address = '/console/') {
  await page.goto(address);
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('form button[type=submit]').click();
  await page.locator('.flush').waitFor();
}

/* WCAG 2.2 A and AA, and axe's best practices: no violation on what is in view. */
export async function noViolations(page, what) {
  await page.evaluate(axe_source);
  const found = await page.evaluate(async () => {
    const r = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return r.violations.map((v) => `${v.id}: ${v.help} – ${v.nodes.map((n) => n.html).slice(0, 3).join(' | ')}`);
  });
  assert.deepEqual(found, [], `axe on ${what}`);
}

/* Nothing is wider than the window. */
export async function noSideways(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${what} scrolls sideways by ${wide} px`);
}

export async function shot(page, name, full = false) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: full });
}
