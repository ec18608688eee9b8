/* settings – what the city chose, in the console of the system administrator: value, usual
 * value, last change; a refusal beside its field; nobody else has the room. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SIZES, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

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

const row = (page, name) => page.locator(`[data-setting=${name}]`);

test('a setting is changed, a wrong value refused beside its field, the usual one brought back', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'system', '/console/settings');
    await until(() => row(page, 'soon_minutes').locator('.value').textContent(), '120');
    await shows(row(page, 'soon_minutes').locator('.facts'), /默认/);
    await row(page, 'soon_minutes').locator('.edit').click();
    await page.waitForURL(/edit=soon_minutes/);
    await page.locator('input[name=value]').fill('2h');
    await page.keyboard.press('Enter');
    await row(page, 'soon_minutes').locator('.err', { hasText: '请写 1 到 100000 的整数（分钟）。' }).waitFor();
    await until(() => page.evaluate(() => document.activeElement.getAttribute('aria-invalid')), 'true');
    await noViolations(page, 'a refused setting');
    await page.locator('input[name=value]').fill('45');
    await page.keyboard.press('Enter');
    await page.getByText('“临期提前量（分钟）”已改。').waitFor();
    await until(() => row(page, 'soon_minutes').locator('.value').textContent(), '45');
    await shows(row(page, 'soon_minutes').locator('.facts'), /默认：120.*最近变更 今天 \d\d:\d\d，系统员/);
    assert.equal((await (await fetch(`${server.url}/api/1/city`)).json()).soon_minutes, 45);
    await row(page, 'soon_minutes').locator('.edit').click();
    await page.getByRole('button', { name: '恢复默认' }).click();
    await row(page, 'soon_minutes').locator('.tag', { hasText: '默认' }).waitFor();
    assert.equal((await (await fetch(`${server.url}/api/1/city`)).json()).soon_minutes, 120);
  });
});

test('several lines, Escape, and what the program writes', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'system', '/console/settings?edit=danger_calls');
    await page.locator('textarea[name=value]').waitFor();
    await page.locator('textarea[name=value]').fill('call me');
    await page.getByRole('button', { name: '保存' }).click();
    await row(page, 'danger_calls').locator('.err').waitFor();
    await page.locator('textarea[name=value]').press('Escape');
    await page.locator('textarea[name=value]').waitFor({ state: 'detached' });
    await shows(row(page, 'danger_calls').locator('.value'), /110 警察 Police/);
    await until(() => row(page, 'zone').locator('a').count(), 0);
    await row(page, 'zone').getByText('由程序写入', { exact: true }).waitFor();
  });
});

test('nobody else has the room', async () => {
  for (const login of ['security', 'audit', 'dispatch'])
    await with_person({}, async (page) => {
      await signIn(page, login, '/console/settings', '.con .emp');
      await until(() => page.locator('.settings').count(), 0);
      await until(() => page.locator('.rail a[href="/console/settings"]').count(), 0);
    });
});

test('what cannot be read says so', async () => {
  await with_person({}, async (page) => {
    await page.route(/\/api\/1\/settings$/, (route) => route.abort());
    await signIn(page, 'system', '/console/settings', '.settings [role=alert]');
    await page.unroute(/\/api\/1\/settings$/);
    await page.getByRole('button', { name: '再试一次' }).click();
    await row(page, 'zone').waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`settings, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        await signIn(page, 'system', '/console/settings');
        await row(page, 'zone').waitFor();
        await noViolations(page, `settings, ${size}`);
        await noSideways(page, `settings, ${size}`);
        await shot(page, `settings-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
