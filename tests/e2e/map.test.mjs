/* map – the city on a map: what is in view beside it as a list, what is chosen right,
 * the look in the address and kept; by keyboard, without WebGL, and when tiles fail. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer } from './support.mjs';

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
      assert.ok((await inked(page)) > 10_000, 'areas and cases are drawn, without WebGL');
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
