/* list – what makes the list of cases one's own tool: saved views, the keyboard all the
 * way, several dispatched together, each with its own answer, and paper. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, holds, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

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

test('filters are saved under a name, opened on another device, and removed', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?soon=1&page=2');
    await page.getByRole('button', { name: '保存的视图' }).click();
    await page.getByText('还没有。').waitFor();
    await page.locator('input[name=view]').fill('我的临期');
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.locator('.menu a', { hasText: '我的临期' }).waitFor();
    await noViolations(page, 'saved views');
    await shot(page, 'views');
  });
  await with_person({ lang: 'en', size: 'phone' }, async (page) => {
    await signIn(page, 'dispatch', '/console/cases');
    await page.getByRole('button', { name: 'Saved views' }).click();
    await page.locator('.menu a', { hasText: '我的临期' }).waitFor();
    await noSideways(page, 'saved views on a phone');
    await shot(page, 'views.phone.en');
    await page.locator('.menu a', { hasText: '我的临期' }).click();
    await page.waitForURL((url) => url.searchParams.get('soon') === '1' && !url.searchParams.has('page'));
    await page.getByRole('button', { name: 'Saved views' }).click();
    await page.getByRole('button', { name: 'Remove “我的临期”' }).click();
    await page.getByText('None yet.').waitFor();
  });
});

test('several are dispatched together by keys; each says what became of it', async () => {
  const cookie = {};
  let keys = 0;
  const call = async (method, path, body) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', 'Client-Key': `list-${process.pid}-${++keys}-${Date.now()}`, Cookie: cookie.now ?? '' },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${text}`);
    cookie.now = (answer.headers.get('set-cookie') ?? cookie.now ?? '').split(';')[0];
    return JSON.parse(text);
  };
  await call('POST', '/api/1/session', { login: 'dispatch', password: PASSWORD });
  const condition = (await call('GET', '/api/1/conditions?limit=500')).items.find((c) => c.category === '206').id;
  const ids = [];
  for (const text of ['第一件，可派', '第二件，可派', '第三件，没有受理']) {
    const { code } = await call('POST', '/api/1/cases', { text, lon: 121.4790619, lat: 31.229047 });
    const c = await call('GET', `/api/1/codes/${code}`);
    ids.push(c.id);
    if (ids.length === 3) continue;
    const accepted = await call('POST', `/api/1/cases/${c.id}/steps`, { act: 'accept', revision: c.revision });
    await call('POST', `/api/1/cases/${c.id}/steps`, { act: 'file', condition, revision: accepted.revision });
  }
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.locator('[data-row]').first().waitFor();
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('j');
      await page.keyboard.press('x');
    }
    await page.locator('.batch', { hasText: '已选 3 件' }).waitFor();
    await noViolations(page, 'three selected');
    await page.getByRole('button', { name: '按职责派遣' }).click();
    await page.getByText('派出 2 件，没派 1 件').waitFor();
    await until(() => page.locator('.batch li[data-done=true]').count(), 2);
    await page.locator('.batch li[data-done=false]', { hasText: '现在不是派遣这一步。' }).waitFor();
    await shot(page, 'batch');
    const states = await Promise.all(ids.map(async (id) => (await call('GET', `/api/1/cases/${id}`)).state));
    assert.deepEqual(states, ['dispatched', 'dispatched', 'reported']);
  });
});

test('list, case and figures on paper: what is pressed is not printed', async () => {
  for (const [address, kept, gone] of [
    ['/console/cases', '.list .ls', '.rail'],
    ['/console/figures', 'h1', '.rail'],
  ])
    await with_person({}, async (page) => {
      await signIn(page, 'dispatch', address);
      await page.getByRole('button', { name: '打印' }).waitFor();
      if (kept === '.list .ls') await page.locator('[data-row]').first().waitFor();
      await page.emulateMedia({ media: 'print' });
      await holds(() => page.locator(kept).first().isVisible(), kept);
      await until(() => page.locator(gone).isVisible(), false);
      await until(() => page.getByRole('button', { name: '打印' }).isVisible(), false);
      await shot(page, `print${address.replaceAll('/', '.')}`, true);
    });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases');
    await page.locator('[data-row] a').first().click();
    await page.locator('.case h2.title').waitFor();
    await page.locator('.chn li').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    await holds(() => page.locator('.case h2.title').isVisible(), 'the case');
    await until(() => page.locator('.list').isVisible(), false);
    await until(() => page.locator('.steps').first().isVisible(), false);
    await shot(page, 'print.case', true);
  });
});
