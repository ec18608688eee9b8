/* steady – pages of the console do not jump while they load: the sum of layout shifts, as
 * the browser counts them, stays within 0.02, also when answers come late. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { caller } from './calls.mjs';
import { person, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;
const MOST = 0.02;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function with_person(options, work) {
  const p = await person(browser, server.url, options);
  await work(p.page, p);
  await p.close();
}

/* What jumped, and by how much: the worst first. */
const watched = () => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const e of list.getEntries())
      window.shifts.push([e.value, ...e.sources.map((s) => `${s.node?.nodeName}.${s.node?.className ?? s.node?.parentElement?.className} ${s.previousRect.y}>${s.currentRect.y} ${s.previousRect.x}>${s.currentRect.x}`)]);
  }).observe({ type: 'layout-shift', buffered: true });
};

const pages = [
  ['the desk', async () => '/console/desk', '.todo tbody tr'],
  ['the list', async () => '/console/cases', '[data-row]'],
  ['a case', async () => `/console/cases?case=${(await (await caller(server.url, 'dispatch')).get('/api/1/cases?limit=1')).items[0].id}`, '.map[data-drawn]'],
  ['the map', async () => '/console/map', 'canvas'],
];

for (const size of ['desk', 'phone'])
  for (const [name, address, ready] of pages)
    test(`${name} does not jump, ${size}`, async () => {
      await with_person({ size }, async (page, p) => {
        await signIn(page, 'dispatch', '/console/desk');
        await page.locator('.cnt a').first().waitFor(); // a first visit does not know how many queues its role has
        await page.addInitScript(watched);
        // Every answer comes later than the page is drawn.
        await page.route('**/api/**', async (route) => {
          const answer = await route.fetch().catch(() => undefined);
          if (!answer) return;
          await page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))).catch(() => undefined);
          await route.fulfill({ response: answer }).catch(() => undefined); // the page may be gone by then
        });
        await page.goto(await address());
        await page.locator(ready).first().waitFor();
        await until(() => p.waiting.size, 0);
        await page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then))));
        const shifts = (await page.evaluate(() => window.shifts)).sort((a, b) => b[0] - a[0]);
        const sum = shifts.reduce((all, s) => all + s[0], 0);
        assert.ok(sum <= MOST, `${name} jumps by ${sum.toFixed(4)}: ${JSON.stringify(shifts.slice(0, 3), null, 1)}`);
      });
    });
