/* duties – the responsibility list for everybody: searched in both languages, filters in the
 * address, linked from the report, whole on paper. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SIZES, holds, noSideways, noViolations, person, shot, startBrowser, startServer, until } from './support.mjs';

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

const lines = (page) => page.locator('.duties .ls > li');

test('each condition with its unit, limits and closing criterion; searched in either language', async () => {
  const { items } = await (await fetch(`${server.url}/api/1/responsibilities`)).json();
  await with_person({ size: 'phone' }, async (page, p) => {
    await page.goto('/duties');
    await lines(page).first().waitFor();
    await until(() => lines(page).count(), items.length);
    assert.deepEqual([...new Set(p.asked)].sort(), ['GET /api/1/city', 'GET /api/1/responsibilities']);
    const one = items.find((d) => d.owner && d.closing && d.arrive_limit) ?? items.find((d) => d.owner);
    await page.locator('input[name=words]').fill(one.code);
    await page.waitForURL(new RegExp(`words=${one.code}`));
    for (const part of [one.zh, one.owner, String(one.finish_limit), ...(one.closing ? [one.closing] : [])])
      await holds(async () => (await lines(page).first().textContent()).includes(part), part);
    await page.locator('input[name=words]').fill(one.en.toUpperCase());
    await until(() => lines(page).first().locator('h3').textContent().then((t) => t.startsWith(one.zh)), true);
    await page.locator('input[name=words]').fill('没有这种事');
    await page.getByText('没有找到').waitFor();
    await noViolations(page, 'nothing found');
  });
});

test('an address opens one class', async () => {
  await with_person({}, async (page) => {
    await page.goto('/duties?category=206');
    await lines(page).first().waitFor();
    await until(() => page.locator('.duties section').count(), 1);
    await holds(async () => /^责任清单/.test(await page.title()), 'the title');
  });
});

test('the report asks who is responsible, and keeps what was written', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/');
    await page.locator('input[name=spot]').fill('松苑路 8 弄');
    await page.locator('.fact').waitFor();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.locator('textarea[name=text]').fill('路灯不亮');
    await page.locator('select[name=category]').selectOption('206');
    await page.locator('.whose').click();
    await page.waitForURL(/\/duties\?category=206/);
    await lines(page).first().waitFor();
    await page.goBack();
    await page.locator('input[name=spot], textarea[name=text]').first().waitFor();
    if (!(await page.locator('textarea[name=text]').count())) await page.getByRole('button', { name: '下一步' }).click();
    await until(() => page.locator('textarea[name=text]').inputValue(), '路灯不亮');
  });
});

test('on paper: the list, no menu, nothing cut off', async () => {
  await with_person({}, async (page) => {
    await page.goto('/duties');
    await lines(page).first().waitFor();
    await page.emulateMedia({ media: 'print' });
    for (const gone of ['.hd', '.tabbar', '.ask']) await until(() => page.locator(gone).isVisible(), false, gone);
    const whole = await page.evaluate(() => document.documentElement.scrollHeight >= document.querySelector('.duties').scrollHeight);
    assert.ok(whole);
  });
});

test('what cannot be read says so', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await page.route(/responsibilities/, (route) => route.abort());
    await page.goto('/duties');
    await page.getByText('责任清单读不出来').waitFor();
    await page.unroute(/responsibilities/);
    await page.getByRole('button', { name: '再试一次' }).click();
    await lines(page).first().waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`responsibility list, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        await page.goto('/duties');
        await lines(page).first().waitFor();
        await noViolations(page, `duties, ${size}`);
        await noSideways(page, `duties, ${size}`);
        await shot(page, `duties-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
