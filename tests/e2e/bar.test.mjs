/* bar – the console's menu on a phone: four rooms and a sheet with the others, by finger,
 * keys and ear; nothing scrolls sideways, whatever the type. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

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

const inBar = (page) => page.locator('.rail li:visible').evaluateAll((all) => all.map((li) => li.querySelector('span').textContent));
const inSheet = (page) => page.locator('.sheet li').allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());
const overflow = (page) => page.evaluate(() => { const r = document.querySelector('.rail'); return [r.scrollWidth - r.clientWidth, r.scrollHeight - r.clientHeight]; });

test('a bar of four and a sheet with the rest, opened, walked and left by keys', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await signIn(page, 'dispatch', '/console/cases');
    await until(() => inBar(page), ['工作台', '地图', '案件', '通知', '更多']);
    await until(() => overflow(page), [0, 0]);
    const more = page.locator('.rail .more button');
    assert.equal(await more.getAttribute('aria-expanded'), 'false');
    await more.focus();
    await page.keyboard.press('Enter');
    await until(() => inSheet(page), ['值班', '交接班', '信访', '走访', '网格与组织', '楼栋码', '看板', '图层对照', '领域覆盖']);
    assert.equal(await more.getAttribute('aria-expanded'), 'true');
    await until(() => focused(page), '值班');
    await noViolations(page, 'the sheet');
    await page.keyboard.press('ArrowRight');
    await until(() => focused(page), '交接班');
    await page.keyboard.press('ArrowDown');
    await until(() => focused(page), '网格与组织');
    await page.keyboard.press('ArrowDown');
    await until(() => focused(page), '图层对照');
    await page.keyboard.press('ArrowRight');
    await until(() => focused(page), '领域覆盖');
    await page.keyboard.press('Tab'); // around, and never behind the sheet
    await until(() => page.evaluate(() => document.activeElement.getAttribute('aria-label')), '关闭');
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    await until(() => focused(page), '更多');
    await page.keyboard.press('Enter');
    await page.locator('.sheet').getByRole('link', { name: '看板' }).click();
    await page.waitForURL(/figures/);
    await page.locator('.sheet').waitFor({ state: 'detached' });
    // The bar says where one is, though the room is not in it.
    await until(() => more.textContent(), '更多，现在在 看板');
    await until(() => more.evaluate((b) => b.classList.contains('on')), true);
    await more.click();
    await until(() => focused(page), '看板');
    await page.mouse.click(100, 60); // beside it
    await page.locator('.sheet').waitFor({ state: 'detached' });
  });
});

test('who has five rooms or fewer needs no sheet, and a desk has a rail', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await signIn(page, 'system', '/console/settings');
    await until(async () => (await inBar(page)).length, 5);
    assert.equal(await page.locator('.rail .more').count(), 0);
  });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases');
    await until(async () => (await inBar(page)).length, 13);
    await until(() => page.locator('.rail .more').isVisible(), false);
  });
});

for (const [lang, dark, large] of [['zh', false, false], ['en', false, false], ['zh', true, false], ['en', false, true]])
  test(`the bar, ${lang}${dark ? ', dark' : ''}${large ? ', large' : ''}`, async () => {
    await with_person({ size: 'phone', lang, dark }, async (page) => {
      await signIn(page, 'dispatch', '/console/cases');
      if (large) await page.getByRole('button', { name: 'Large type' }).click();
      await until(() => overflow(page), [0, 0]);
      const name = `bar-${lang}${dark ? '-dark' : ''}${large ? '-large' : ''}`;
      await noSideways(page, name);
      await noViolations(page, name);
      await page.locator('.rail .more button').click();
      await page.locator('.sheet').waitFor();
      const low = await page.locator('.sheet a').evaluateAll((all) => all.filter((a) => a.getBoundingClientRect().height < 44).length);
      assert.equal(low, 0, 'targets of 44 pixels');
      await noViolations(page, `${name}, the sheet`);
      await shot(page, name);
    });
  });
