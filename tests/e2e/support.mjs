/* support – what every end-to-end test stands on: Debian's chromium before the real
 * program (server.mjs), axe, and pictures under ci-out/shots. Nothing outside is asked.
 *
 * No test sleeps: it waits for what it wants to see, WAIT_MS at most, which is far
 * more than a busy machine with the sanitizers on needs. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { PASSWORD } from './server.mjs';

export { PASSWORD, noStore, startServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '..', '..');
const require = createRequire(join(source, 'web', 'package.json'));
const { chromium } = require('playwright-core');
const axe_source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const shots = join(source, 'ci-out', 'shots');
mkdirSync(shots, { recursive: true });
const WAIT_MS = 30_000;

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

export async function signIn(page, login, address = '/console/cases', then = '.con .ph') {
  await page.goto(address);
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('form button[type=submit]').click();
  await page.locator(then).waitFor();
}

/* Waits until what is asked is what is wanted: pages draw a moment after a key or an
 * answer, and a busy machine makes the moment long. */
export async function until(ask, wanted, what) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const is = await ask();
    if (isDeepStrictEqual(is, wanted)) return;
    if (Date.now() > end) assert.deepEqual(is, wanted, what);
    await new Promise((go_on) => setTimeout(go_on, 50));
  }
}

/* Waits until the text of `where` is like `wanted`. */
export async function shows(where, wanted) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const is = await where.textContent();
    if (wanted.test(is)) return;
    if (Date.now() > end) assert.match(is, wanted);
    await new Promise((go_on) => setTimeout(go_on, 50));
  }
}

/* Waits until `ask` answers with what is true. */
export const holds = (ask, what) => until(async () => Boolean(await ask()), true, what);

/* WCAG 2.2 A and AA, and axe's best practices: no violation on what is in view, once it
 * is drawn. */
export async function noViolations(page, what) {
  await page.evaluate(axe_source);
  const found = () =>
    page.evaluate(async () => {
      const r = await window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      });
      return r.violations.map((v) => `${v.id}: ${v.help} – ${v.nodes.map((n) => n.html).slice(0, 3).join(' | ')}`);
    });
  await until(found, [], `axe on ${what}`);
}

/* Nothing is wider than the window, once it is drawn. */
export async function noSideways(page, what) {
  const wider = () => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
  await until(wider, 0, `${what} scrolls sideways`);
}

export async function shot(page, name, full = false) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: full });
}
