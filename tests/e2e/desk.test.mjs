/* desk – the desk and the figures: every number opens exactly its list, at three widths,
 * in both languages, dark; what a post may not open is not in its menu. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SIZES, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

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

test('the desk opens first, and each counter opens as many cases as it says', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/');
    await page.locator('.cnt > a').first().waitFor();
    await until(() => page.title().then((t) => t.startsWith('工作台')), true);
    const counters = page.locator('.cnt > a');
    await until(() => counters.count(), 10);
    // A case may fall due between the desk and the list: then both are looked at again.
    for (let i = 0; i < 10; i++)
      await until(async () => {
        await page.goto('/console/');
        const n = await counters.nth(i).locator('.v').textContent();
        await page.goto(await counters.nth(i).getAttribute('href'));
        const told = page.locator('.tb [role=status]', { hasText: /^共 \d+ 件$/ });
        return (await told.textContent()) === `共 ${n} 件`;
      }, true, `counter ${i} opens as many cases as it says`);
  });
});

test('what waits for me opens from the desk, and Back comes back', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/');
    const first = page.locator('.todo tbody tr').first();
    const title = (await first.locator('.what').textContent()).trim();
    await first.locator('.what').click();
    await page.locator('.work h2, .work h1', { hasText: title.replace('有危险', '').trim() }).first().waitFor();
    await page.goBack();
    await page.locator('.todo tbody tr').first().waitFor();
    await page.keyboard.press('j');
    await page.locator('.todo tr[aria-selected=true]').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\/cases\?todo=1&case=\d+/);
  });
});

test('each half of a figure opens its cases', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/figures?from=2020-01-01&to=2020-12-31');
    await page.locator('.six article h2').first().waitFor();
    await until(() => page.locator('.six article').count(), 6);
    await page.goto('/console/figures');
    const half = page.locator('.frac a').first();
    const n = Number((await half.locator('b').textContent()).replace(/,/g, ''));
    await half.click();
    await page.locator('.behind').waitFor();
    await page.locator('.figs[aria-busy=false]').waitFor();
    await until(() => page.locator('.behind .ls > li').count(), Math.min(n, 100));
    await noViolations(page, 'the cases of a figure');
    await shot(page, 'figures-open');
  });
});

test('a period that ends before it begins is said', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/figures?from=2026-02-01&to=2026-01-01');
    await page.getByText('止日早于起日。').waitFor();
  });
});

test('an administrator has no desk', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'audit', '/console/desk', '.con .emp');
    await page.getByText('没有这一页').waitFor();
    await until(() => page.locator('.rail a[href="/console/desk"]').count(), 0);
    await noViolations(page, 'a page that is not for this post');
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`desk and figures, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        await signIn(page, 'dispatch', '/console/');
        await page.locator('.todo tbody tr').first().waitFor();
        await noViolations(page, `the desk, ${size}`);
        await noSideways(page, `the desk, ${size}`);
        await shot(page, `desk-${size}-${lang}${dark ? '-dark' : ''}`);
        await page.goto('/console/figures');
        await page.locator('.six article h2').first().waitFor();
        await noViolations(page, `the figures, ${size}`);
        await noSideways(page, `the figures, ${size}`);
        await shot(page, `figures-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
