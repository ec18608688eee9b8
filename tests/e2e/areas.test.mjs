/* areas – the names of areas in a city with more of them than the console reads ahead: each
 * that is shown is asked for, once. The server answers here as it would there: the first
 * page of the tree holds none of those that the lists show. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { caller } from './calls.mjs';
import { noViolations, person, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const isFirstPage = (url) => url.pathname === '/api/1/areas' && url.searchParams.get('limit') === '500' && !url.searchParams.get('parent');

async function largeCity(work, lang) {
  const p = await person(browser, server.url, { lang });
  await p.page.route(isFirstPage, async (route) => {
    const all = await (await route.fetch()).json();
    await route.fulfill({ json: { ...all, items: all.items.slice(0, 2) } });
  });
  await work(p.page, p);
  await p.close();
}

test('each area that a list shows is named, and asked for once', async () => {
  const by = await caller(server.url, 'dispatch');
  const cases = (await by.get('/api/1/cases?open=true&limit=50')).items;
  const ids = [...new Set(cases.map((c) => c.area).filter(Boolean))];
  const names = new Map(await Promise.all(ids.map(async (id) => [id, (await by.get(`/api/1/areas/${id}`)).name])));
  assert.ok(ids.length > 2, 'the list shows several areas');
  await largeCity(async (page, p) => {
    // A case whose reporter wrote no place is told by its grid.
    await page.route((url) => url.pathname === '/api/1/cases', async (route) => {
      const all = await (await route.fetch()).json();
      await route.fulfill({ json: { ...all, items: all.items.map(({ spot: _spot, ...c }) => c) } });
    });
    await signIn(page, 'dispatch', '/console/cases');
    const unnamed = async () => {
      const rows = await page.locator('[data-row]').allTextContents();
      return cases.filter((c, i) => c.area && !rows[i]?.includes(names.get(c.area))).map((c) => names.get(c.area));
    };
    await until(unnamed, []);
    await until(() => p.waiting.size, 0);
    const asked = p.asked.filter((a) => /areas.\d+$/.test(a));
    assert.ok(asked.length > 2, 'they were asked for');
    assert.equal(asked.length, new Set(asked).size, 'each once');
    for (const a of asked) assert.ok(names.has(a.replace(/.*\//, '')), 'and none that is not shown');
    await noViolations(page, 'the list of a large city');

    // A filter by an area says which, and so does the desk.
    await page.goto(`/console/cases?within=${ids[0]}`);
    await page.locator('.within', { hasText: names.get(ids[0]) }).waitFor();
    await page.goto('/console/desk');
    const [first] = (await by.get('/api/1/cases?todo=true&open=true&by_due=true&limit=50')).items.filter((c) => c.area);
    const { name } = await by.get(`/api/1/areas/${first.area}`);
    await page.locator('.todo', { hasText: name }).waitFor();
  });
});

test('an area that cannot be read leaves the list whole', async () => {
  await largeCity(async (page) => {
    await page.route(/areas\/\d+$/, (route) => route.abort());
    await signIn(page, 'dispatch', '/console/cases');
    await page.locator('[data-row]').first().waitFor();
    await noViolations(page, 'a list without names');
    await until(async () => (await page.locator('[data-row]').count()) > 10, true);
  }, 'en');
});
