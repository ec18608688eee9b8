/* category – the report page says which categories the words are most like and because of
 * which words; a tap chooses one, and nothing is chosen by itself. Who files a case finds
 * them first. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { holds, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

const ask = async (text) =>
  (await (await fetch(`${server.url}/api/1/report/category`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1' }, body: JSON.stringify({ text }) })).json()).items;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  await holds(async () => (await ask('路口的井盖缺失')).length, 'the server has learnt');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [lang, next, size] of [['zh', '下一步', 'phone'], ['en', 'Next', 'desk']])
  test(`what the words are like is offered, in ${lang}`, async () => {
    const p = await person(browser, server.url, { lang, size });
    const { page } = p;
    await page.goto('/');
    await page.locator('input[name=spot]').fill('松苑路口');
    await page.getByRole('button', { name: next }).click();
    const hint = page.locator('[data-test=category-hint]');
    await page.locator('textarea[name=text]').fill('路口的井盖缺失');
    await hint.locator('button').first().waitFor();
    await until(() => page.locator('select[name=category]').inputValue(), '', 'nothing is chosen by itself');
    await hint.getByText('井盖').waitFor();
    await noViolations(page, 'categories proposed');
    await noSideways(page, 'categories proposed');
    await shot(page, `category-${lang}`, true);
    const [best] = await ask('路口的井盖缺失');
    assert.equal(best.category, '206');
    await hint.locator('button').first().click();
    await until(() => page.locator('select[name=category]').inputValue(), '206');
    await until(() => hint.locator('button').first().getAttribute('aria-pressed'), 'true');
    await page.locator('textarea[name=text]').fill('。');
    await hint.waitFor({ state: 'detached' });
    await until(() => page.locator('select[name=category]').inputValue(), '206', 'what was chosen stays');
    await p.close();
  });

test('who files a case finds them first, and why', async () => {
  const answer = await fetch(`${server.url}/api/1/cases`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1' }, body: JSON.stringify({ text: '门口井盖缺失一块', lon: 121.4790619, lat: 31.229047 }) });
  const { code } = await answer.json();
  const p = await person(browser, server.url);
  const { page } = p;
  await signIn(page, 'dispatch', '/console/cases?state=all');
  await page.getByRole('searchbox').fill(code);
  await page.locator('[data-row] a').click();
  await page.locator('[data-act=accept]').click();
  await page.locator('[data-act=file]').click();
  await page.getByText(/像是：.*因为写了“.*井盖.*”/).waitFor();
  await holds(async () => (await page.locator('select[name=condition] optgroup').first().getAttribute('label')).startsWith('206 '), 'it stands first');
  await until(() => page.locator('select[name=condition]').inputValue(), '', 'nothing is chosen by itself');
  await noViolations(page, 'filing with a proposal');
  await shot(page, 'category-file');
  await p.close();
});
