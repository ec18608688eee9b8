/* handover – one page of what is open, promised and due; given by one, taken by another,
 * never by oneself; on paper; at three widths, in both languages, dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, SIZES, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

const post = (path, body, cookie = '') =>
  fetch(server.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', Cookie: cookie }, body: JSON.stringify(body) });
const cookie_of = async (login, password = PASSWORD, more = {}) => (await post('/api/1/session', { login, password, ...more })).headers.get('set-cookie').split(';')[0];

/* 张三 is the next shift of the dispatcher's post. */
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const system = await cookie_of('system');
  assert.equal((await post('/api/1/accounts', { login: 'next', title: '张三', password: 'long-enough-1' }, system)).status, 200);
  const dispatcher = await (await fetch(`${server.url}/api/1/me`, { headers: { Cookie: await cookie_of('dispatch') } })).json();
  const security = await cookie_of('security');
  const where = dispatcher.posts[0].area ? { area: '990100' } : {};
  assert.equal((await post('/api/1/posts', { login: 'next', role: 'dispatcher', ...where }, security)).status, 200);
  await cookie_of('next', 'long-enough-1', { new_password: PASSWORD });
  assert.equal((await post('/api/1/cases', { text: '路面塌陷', danger: true, lon: 121.4790619, lat: 31.229047 })).status, 200);
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

const waiting = (page) => page.getByRole('region', { name: '等您接班' });

test('what one shift gives, the next acknowledges, and nobody his own', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/handover');
    await page.locator('[data-part=danger] .ls', { hasText: '路面塌陷' }).waitFor();
    await waiting(page).getByText('没有等接班的。').waitFor();
    await page.locator('textarea[name=note]').fill('煤气公司已在路上');
    await page.getByRole('button', { name: '交班', exact: true }).click();
    await waiting(page).getByText('煤气公司已在路上').waitFor();
    await waiting(page).getByText('您交的班由下一班的人接。').waitFor();
    await until(() => waiting(page).locator('.btn-1').count(), 0);
  });
  await with_person({}, async (page) => {
    await signIn(page, 'next', '/console/handover');
    const hand = waiting(page).locator('.hand');
    await shows(hand, /李四.*未结 \d+，超期 \d+，待答复 \d+.*煤气公司已在路上/);
    await shot(page, 'handover-taking');
    await waiting(page).getByRole('button', { name: '接班' }).click();
    await page.getByText('已接班。').waitFor();
    await waiting(page).getByText('没有等接班的。').waitFor();
    await shows(page.getByRole('region', { name: '以前的交接' }), /李四 → 张三/);
  });
});

test('each row opens its case', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/handover');
    await page.locator('[data-part=danger] .ls a', { hasText: '路面塌陷' }).click();
    await page.locator('.words', { hasText: '路面塌陷' }).waitFor();
  });
});

test('on paper stand the lists, without the menu and what is to be pressed', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/handover');
    await page.locator('[data-part=danger] .ls').waitFor();
    await page.emulateMedia({ media: 'print' });
    for (const gone of ['.hd', '.rail', 'textarea', '.btn']) await until(() => page.locator(gone).first().isVisible(), false, gone);
    await until(() => page.locator('[data-part=danger] .ls').isVisible(), true);
    const whole = await page.evaluate(() => document.querySelector('.bd').scrollHeight <= document.querySelector('.bd').clientHeight + 1);
    assert.ok(whole, 'nothing is cut off');
    await shot(page, 'handover-paper', true);
  });
});

test('what cannot be read says so', async () => {
  await with_person({}, async (page) => {
    await page.route(/\/api\/1\/handover$/, (route) => route.abort());
    await signIn(page, 'dispatch', '/console/handover', '.over-page [role=alert]');
    await page.getByText('交接单读不出来').waitFor();
    await page.unroute(/\/api\/1\/handover$/);
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.locator('[data-part=danger]').waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`hand-over, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        await signIn(page, 'dispatch', '/console/handover');
        await page.locator('[data-part=danger] .ls').waitFor();
        await noViolations(page, `hand-over, ${size}`);
        await noSideways(page, `hand-over, ${size}`);
        await shot(page, `handover-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
