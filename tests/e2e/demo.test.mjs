/* demo – a stranger before a demonstration finds whom to be: the first page says that it
 * is one, the sign-in pages list the accounts with a first task each, and a click signs
 * in and opens the page where that task is done. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, noSideways, noViolations, person, shot, startBrowser, startServer, until } from './support.mjs';

let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* Where the first task of each account is done. */
const ENTRIES = {
  dispatch: '/console/desk', road: '/console/desk', office: '/console/desk', order: '/console/desk', estate: '/console/desk', check: '/console/desk', call: '/console/desk',
  grid: '/phone/', head: '/console/figures', lead: '/console/roster', system: '/console/settings', security: '/console/', audit: '/console/',
};

test('the sign-in page lists every account, and each of them can be tried', async () => {
  const { page, context, close } = await person(browser, server.url, { lang: 'en' });
  await page.goto('/console/');
  await page.locator('[data-test=demo]').waitFor();
  const offered = await page.locator('[data-login]').evaluateAll((all) => all.map((b) => b.dataset.login));
  assert.deepEqual([...offered].sort(), Object.keys(ENTRIES).sort());
  assert.match(await page.locator('[data-test=demo]').textContent(), new RegExp(PASSWORD));
  assert.match(await page.locator('[data-login=dispatch]').textContent(), /Dispatcher\s*dispatch\s*accept, file, dispatch/);
  for (const login of offered) {
    await page.goto('/console/codes'); // wherever the one before was
    await page.locator(`[data-login=${login}]`).click();
    await page.waitForURL((at) => at.pathname === ENTRIES[login]);
    await page.locator('[data-test=demo]').waitFor({ state: 'detached' });
    const me = await (await context.request.get('/api/1/me')).json();
    assert.equal(me.login, login);
    await context.clearCookies();
  }
  await close();
});

for (const size of ['desk', 'phone'])
  for (const lang of ['zh', 'en'])
    test(`what a stranger sees first, ${size}, ${lang}`, async () => {
      const { page, close } = await person(browser, server.url, { size, lang });
      await page.goto('/');
      const note = page.locator('[data-test=demo]');
      await note.waitFor();
      await noViolations(page, 'the first page of a demonstration');
      await noSideways(page, 'the first page of a demonstration');
      await shot(page, `demo-first-${size}.${lang}`);
      for (const entry of ['/console/', '/phone/']) {
        await page.goto('/');
        await note.locator(`a[href="${entry}"]`).click();
        await page.locator('[data-login=dispatch]').waitFor();
        await noViolations(page, `sign-in at ${entry}`);
        await noSideways(page, `sign-in at ${entry}`);
        await shot(page, `demo-${entry.slice(1, -1)}-${size}.${lang}`, true);
      }
      await close();
    });

test('from the phone page a desk is opened where it is', async () => {
  const { page, close } = await person(browser, server.url, { size: 'phone', lang: 'zh' });
  await page.goto('/phone/');
  await page.locator('[data-login=dispatch]').click();
  await page.waitForURL((at) => at.pathname === '/console/desk');
  await until(() => page.locator('h1').first().textContent(), '工作台');
  await close();
});
