/* audit – the logs in the console of the auditor: sign-ins, accesses, changes of accounts
 * and settings, with their filters in the address, and whether the chains hold. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { caller } from './calls.mjs';
import { SIZES, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;
const SPOT = { longitude: 121.4790619, latitude: 31.229047 };

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

const ROOM = '/console/audit';
const search = (page) => new URL(page.url()).search;
const column = (page, n) => async () => [...new Set(await page.locator(`[data-log] td:nth-child(${n})`).allTextContents())];
const whole = (page) => page.locator('[data-test=chain][data-state=whole]').waitFor();
async function wrongPassword(login) {
  const answer = await fetch(`${server.url}/api/1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1' }, body: JSON.stringify({ login, password: 'quite wrong 123' }) });
  assert.equal(answer.status, 401);
}
/* A contact opened by the call-back agent; the code of its case. */
async function opened(reason) {
  const { code } = await (await caller(server.url)).post('/api/1/cases', { text: '路灯不亮', lon: SPOT.longitude, lat: SPOT.latitude, name: '张三', contact: '13800000000' });
  const agent = await caller(server.url, 'call');
  const { id } = await agent.get(`/api/1/codes/${code}`);
  await agent.post(`/api/1/cases/${id}/contact`, { reason });
  return code;
}

test('who signed in and who was refused, filtered by the address', async () => {
  await wrongPassword('dispatch');
  await wrongPassword('nobody-has-this');
  await with_person({}, async (page) => {
    await signIn(page, 'audit', ROOM);
    await whole(page);
    await page.locator('select[name=what]').selectOption('wrong');
    await until(column(page, 3), ['密码错误']);
    await until(async () => search(page), '?what=wrong');
    await page.locator('[data-log]', { hasText: '没有这个账号' }).waitFor();
    assert.equal(await page.getByText('nobody-has-this').count(), 0);
    await page.locator('input[name=login]').fill('dispatch');
    await page.locator('input[name=login]').press('Enter');
    await until(column(page, 2), ['李四 dispatch']);
    await page.locator('input[name=login]').fill('no-such-login');
    await page.locator('input[name=login]').press('Enter');
    await page.locator('.wrong', { hasText: '没有登录名为“no-such-login”的账号。' }).waitFor();
    await until(() => page.locator('input[name=login]').getAttribute('aria-invalid'), 'true');
    await noViolations(page, 'a login that nobody has');
    await page.goto(`${ROOM}?what=wrong&login=dispatch&until=2000-01-01`);
    await page.getByRole('heading', { name: '没有这样的记录' }).waitFor();
    await until(() => page.locator('input[name=until]').inputValue(), '2000-01-01');
    await noViolations(page, 'no row');
    await page.locator('input[name=from]').fill('2000-01-02');
    await page.locator('.wrong', { hasText: '结束日期早于开始日期。' }).waitFor();
    await page.locator('input[name=from]').fill('1999-12-31');
    await page.getByRole('heading', { name: '没有这样的记录' }).waitFor();
  });
});

test('who opened a contact, of which case and why', async () => {
  const code = await opened('回访一次');
  await opened('另一件');
  await with_person({}, async (page) => {
    await signIn(page, 'audit', ROOM);
    await page.getByRole('navigation', { name: '哪一份记录' }).getByRole('link', { name: '查阅' }).click();
    await until(async () => search(page), '?log=access');
    await whole(page);
    await page.locator('[data-log]', { hasText: '另一件' }).waitFor();
    await page.locator('input[name=code]').fill(code);
    await page.locator('input[name=code]').press('Enter');
    await until(column(page, 4), ['回访一次']);
    await until(column(page, 2), ['钱一 call']);
    await page.reload();
    await until(column(page, 4), ['回访一次']);
    await page.locator('[data-log] a').first().click();
    await page.locator('.acc h2', { hasText: '钱一' }).waitFor();
  });
});

test('who touched accounts and settings', async () => {
  const system = await caller(server.url, 'system');
  await system.post('/api/1/accounts', { login: 'watched', title: '张三', password: 'good for once only' });
  await system.post('/api/1/settings', { name: 'soon_minutes', value: '90' });
  await with_person({ lang: 'en' }, async (page) => {
    await signIn(page, 'audit', `${ROOM}?log=account&login=watched`);
    await until(column(page, 3), ['Account made']);
    await until(column(page, 5), ['系统员, System administrator']);
    assert.equal(await page.locator('[data-test=chain]').count(), 0);
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.locator('[data-log]', { hasText: 'soon_minutes' }).first().waitFor();
  });
});

test('a chain that is broken says at which row, and what to do; a long one is walked in parts and may be stopped', async () => {
  await with_person({ lang: 'en' }, async (page) => {
    await page.route(/\/api\/1\/chains\/sign/, (route) => {
      const from = new URL(route.request().url()).searchParams.get('from');
      return route.fulfill({ json: from === '0' ? { rows: 100000, broken: false, next: 7 } : { rows: 12, broken: true, home: 9, number: 12 } });
    });
    await signIn(page, 'audit', ROOM);
    await page.locator('[data-test=chain][data-state=broken]', { hasText: 'broken at home 9, row 12' }).waitFor();
    await noViolations(page, 'a broken chain');
    await shot(page, 'audit-broken');
    let held;
    await page.unroute(/\/api\/1\/chains\/sign/);
    await page.route(/\/api\/1\/chains\/sign/, (route) => {
      if (new URL(route.request().url()).searchParams.get('from') === '0') return route.fulfill({ json: { rows: 100000, broken: false, next: 7 } });
      held = route;
      return undefined;
    });
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.locator('[data-test=chain]', { hasText: '100,000 rows so far' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('[data-test=chain][data-state=stopped]', { hasText: 'stopped after 100,000 rows' }).waitFor();
    await held?.abort();
    await page.unroute(/\/api\/1\/chains\/sign/);
    await page.getByRole('button', { name: 'Check again' }).click();
    await whole(page);
  });
});

test('older rows are on the next page', async () => {
  for (let i = 0; i < 60; i++) await caller(server.url, 'head');
  await with_person({}, async (page) => {
    await signIn(page, 'audit', `${ROOM}?login=head`);
    await until(() => page.locator('[data-log]').count(), 50);
    await page.getByRole('link', { name: '较早的' }).click();
    await until(async () => search(page), '?login=head&page=2');
    await until(async () => (await page.locator('[data-log]').count()) >= 10 && (await page.locator('[data-log]').count()) < 50, true);
  });
});

test('nobody else has the room, and what cannot be read says so', async () => {
  for (const login of ['system', 'security', 'dispatch'])
    await with_person({}, async (page) => {
      await signIn(page, login, ROOM, '.con .emp');
      assert.equal(await page.locator(`.rail a[href="${ROOM}"]`).count(), 0);
    });
  await with_person({}, async (page) => {
    await page.route(/\/api\/1\/(sign-ins|chains)/, (route) => route.abort());
    await signIn(page, 'audit', ROOM, '.audit .emp[role=alert]');
    await page.locator('[data-test=chain][data-state=error]').waitFor();
    await noViolations(page, 'a log that cannot be read');
    await page.unroute(/\/api\/1\/(sign-ins|chains)/);
    await page.locator('.emp').getByRole('button', { name: '再试一次' }).click();
    await page.locator('[data-log]').first().waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`audit, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        const name = `audit-${size}-${lang}${dark ? '-dark' : ''}`;
        await signIn(page, 'audit', ROOM);
        await page.locator('[data-log]').first().waitFor();
        await whole(page);
        await noViolations(page, name);
        await noSideways(page, name);
        await shot(page, name);
      });
    });
