/* map – the city on a map: what is in view beside it as a list, what is chosen right,
 * the look in the address and kept; by keyboard, without WebGL, and when tiles fail. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { holds, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

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

const MAP = '/console/map';
const drawn = (page) => page.locator('.city[data-drawn]').waitFor();

/* How much of the map is not its ground: whether something is drawn at all. */
const inked = (page) =>
  page.evaluate(() => {
    let n = 0;
    for (const canvas of document.querySelectorAll('.city canvas')) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 3; i < data.length; i += 4) if (data[i]) n++;
    }
    return n;
  });

for (const [name, options] of Object.entries({ desk: {}, 'desk.en': { lang: 'en' }, 'desk.dark': { dark: true }, tablet: { size: 'tablet' }, phone: { size: 'phone' }, 'phone.en.dark': { size: 'phone', lang: 'en', dark: true } }))
  test(`the map of the city, ${name}`, async () => {
    await with_person(options, async (page) => {
      await signIn(page, 'dispatch', MAP);
      await drawn(page);
      await page.locator('[data-row]').first().waitFor();
      await holds(async () => (await inked(page)) > 10_000, 'areas and cases are drawn, without WebGL');
      await noViolations(page, `map, ${name}`);
      await noSideways(page, `map, ${name}`);
      await shot(page, `map.${name}`);
      await page.locator('[data-row] a').first().click();
      await page.locator('.panel h2.title').waitFor();
      await page.locator('.panel .chain li').first().waitFor();
      await drawn(page);
      await noViolations(page, `a case on the map, ${name}`);
      await noSideways(page, `a case on the map, ${name}`);
      await shot(page, `map.case.${name}`);
    });
  });

test('the tree of areas and its map show the same; areas are found by name and code', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/grids');
    await drawn(page);
    const find = page.getByRole('searchbox');
    await page.keyboard.press('/');
    await find.fill('松苑 01');
    const hit = page.locator('.hits a', { hasText: '松苑 01 微网格' });
    const scale = () => page.locator('.city .rule').textContent();
    const whole = await scale();
    await hit.click();
    await page.locator('.detail h2', { hasText: '松苑 01 微网格' }).waitFor();
    await until(async () => (await scale()) !== whole, true, 'the map has gone to it'); // drawn it was before, too
    const area = () => new URL(page.url()).searchParams.get('area');
    await holds(area, 'the area is in the address');
    const id = area();
    await drawn(page);
    await noViolations(page, 'areas found');
    await shot(page, 'grids.found');
    await find.press('Escape');
    await page.locator('.areas .line.on', { hasText: '松苑 01 微网格' }).waitFor(); // the tree is open as far as it
    const map = await page.locator('.city .room').boundingBox();
    await page.mouse.click(map.x + map.width * 0.86, map.y + map.height / 2);
    await page.waitForFunction((before) => new URL(location.href).searchParams.get('area') !== before, id);
    const title = page.locator('.detail h2').first();
    await holds(async () => !/^\s*(松苑 01 微网格)?\s*$/.test(await title.textContent()), 'another area is shown');
    const name = await title.textContent();
    await page.locator('.areas .line.on', { hasText: name.trim() }).waitFor();
    await shot(page, 'grids.map');
    await find.fill('没有这个');
    await page.getByText('没有这样的网格').waitFor();
  });
});

test('the look is in the address and kept; Back closes what was opened; keys go through what is in view', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', MAP);
    await drawn(page);
    await page.locator('[data-row]').first().waitFor();
    await page.waitForURL((url) => /^121\.\d{5},31\.\d{5},\d+\.\d\d$/.test(url.searchParams.get('at') ?? ''));
    const before = new URL(page.url()).searchParams.get('at');
    await page.keyboard.press('m');
    await page.keyboard.press('+');
    await page.waitForFunction((at) => new URL(location.href).searchParams.get('at') !== at, before);
    const kept = new URL(page.url()).searchParams.get('at');
    await page.goto(MAP);
    await page.waitForFunction((at) => new URL(location.href).searchParams.get('at') === at, kept);
    await page.locator('[data-row]').first().waitFor();

    await page.goto(`${MAP}?at=${before}`); // all of the city: no choice moves it
    await drawn(page);
    await page.locator('[data-row]').nth(1).waitFor();
    await page.keyboard.press('j');
    const panel = page.locator('.panel h2.title');
    await panel.waitFor();
    const chosen = () => new URL(page.url()).searchParams.get('case');
    await holds(chosen, 'the case is in the address');
    const first = chosen();
    await page.keyboard.press('j');
    await page.waitForFunction((id) => new URL(location.href).searchParams.get('case') !== id, first);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('.panel h2.title'));
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });

    await page.goto(`${MAP}?case=${first}`); // a link that somebody sent
    await panel.waitFor();
    await page.getByRole('link', { name: '整页打开' }).click();
    await page.locator('.case h2.title').waitFor();
    await until(async () => new URL(page.url()).searchParams.get('case'), first);
  });
});

test('map and list take the same filters; an area opens beside the map with what is open in it', async () => {
  await with_person({}, async (page, { asked }) => {
    await signIn(page, 'dispatch', '/console/cases?soon=1');
    // What has no point of its own is in the list alone; and what is due soon changes with the time.
    await until(async () => {
      const [answer] = await Promise.all([page.waitForResponse((r) => r.url().includes('/api/1/cases?')), page.goto('/console/cases?soon=1')]);
      const all = new URL(answer.url());
      all.searchParams.set('limit', '200');
      const items = await page.evaluate(async (url) => (await (await fetch(url)).json()).items, all.href);
      const mapped = items.filter((c) => c.lon !== undefined && c.placed !== 'placeholder').length;
      await page.goto(`${MAP}?soon=1`);
      await drawn(page);
      const shown = page.waitForFunction((n) => document.querySelector('[data-test=in-view]')?.textContent?.trim() === String(n), mapped, { timeout: 5000 });
      return shown.then(() => true, () => `${mapped} of the list are on the map`);
    }, true, 'the map shows what the list has');
    assert.ok(asked.some((a) => a.includes('/api/1/tiles/cases/')));
    await page.getByRole('button', { name: /^网格 \d/ }).click();
    await page.locator('[data-area] a', { hasText: '松苑居民区' }).click();
    await page.locator('.panel h2', { hasText: '松苑居民区' }).waitFor();
    const open = (await page.locator('[data-test=open]').textContent()).trim();
    assert.match(open, /^[1-9]\d*\+?$/);
    await noViolations(page, 'an area on the map');
    await shot(page, 'map.area');
    await page.getByRole('button', { name: '案件', exact: true }).click(); // the layer, off
    await until(async () => new URL(page.url()).searchParams.get('show')?.includes('cases'), false);
  });
});

test('tiles that do not come are told and asked for again', async () => {
  await with_person({ lang: 'en' }, async (page) => {
    await page.route('**/api/1/tiles/areas/**', (r) => r.abort());
    await signIn(page, 'dispatch', MAP);
    await page.getByText('Parts of the map could not be read.').waitFor();
    await noViolations(page, 'a map without tiles');
    await shot(page, 'map.failed.en');
    await page.unroute('**/api/1/tiles/areas/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Parts of the map could not be read.').waitFor({ state: 'detached' });
    await page.waitForFunction(() => {
      const canvas = document.querySelector('.city canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((n, v, i) => n + (i % 4 === 3 && v ? 1 : 0), 0) > 10_000;
    });
  });
});
