/* notices – what is told to a post, in the console: the number in the menu, reading one and
 * all, opening the case, earlier ones; by keys, at three widths, in both languages, dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, SIZES, holds, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  // Each minute whoever waits is reminded of what is due soon: of nothing that is made here.
  assert.equal((await post('/api/1/settings', { name: 'soon_minutes', value: '5' }, await cookie_of('system'))).status, 200);
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

const post = (path, body, cookie = '') =>
  fetch(server.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', Cookie: cookie }, body: JSON.stringify(body) });
const cookie_of = async (login) => (await post('/api/1/session', { login, password: PASSWORD })).headers.get('set-cookie').split(';')[0];

/* Reports of danger are told to the dispatchers. */
async function dangers(n) {
  const codes = [];
  for (let i = 0; i < n; i++) codes.push((await (await post('/api/1/cases', { text: `路面塌陷 ${i}`, danger: true, lon: 121.4790619, lat: 31.229047 })).json()).code);
  return codes;
}

/* Nothing unread before a test begins. */
async function read_all(login) {
  const cookie = await cookie_of(login);
  const { items } = await (await fetch(`${server.url}/api/1/notices?limit=1`, { headers: { Cookie: cookie } })).json();
  if (items.length) assert.equal((await post('/api/1/notices/read', { upto: items[0].id }, cookie)).status, 200);
}

/* What the menu says is what the server counts: a case of the city may fall due meanwhile. */
async function badgeIsRight(page, login) {
  const cookie = await cookie_of(login);
  await holds(async () => {
    const { n } = await (await fetch(`${server.url}/api/1/notices/count`, { headers: { Cookie: cookie } })).json();
    const told = (await badge(page).locator('.n').allTextContents()).map((t) => t.replace(/\D/g, '')).join();
    return told === (n ? String(n) : '');
  }, 'the menu counts what is unread');
}

const badge = (page) => page.locator('.rail a[href="/console/notices"]');
const rows = (page) => page.locator('.notices .ls > li');

test('the menu counts what is unread; a notice opens its case and is read by that', async () => {
  await read_all('dispatch');
  const [code, other] = await dangers(2);
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/notices');
    await rows(page).first().waitFor();
    const first = rows(page).filter({ hasText: code });
    const second = rows(page).filter({ hasText: other });
    await until(async () => [await first.count(), await second.count()], [1, 1]);
    await badgeIsRight(page, 'dispatch');
    await shows(first, /未读有危险/);
    await first.locator('.what').click();
    await page.waitForURL(/\/console\/cases\?state=all&case=\d+/);
    await page.locator('.words', { hasText: '路面塌陷 0' }).waitFor();
    await badgeIsRight(page, 'dispatch');
    await page.goBack();
    await page.locator('.notices[aria-busy=false]').waitFor();
    await until(async () => [await first.count(), await second.count()], [0, 1]);
    await second.getByRole('button', { name: '标为已读', exact: true }).click();
    await second.and(page.locator('.seen')).waitFor();
    await badgeIsRight(page, 'dispatch');
  });
});

test('all are marked at once, and are still there under "all"', async () => {
  await read_all('dispatch');
  await dangers(3);
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/notices');
    await rows(page).nth(2).waitFor();
    await page.getByRole('button', { name: '全部标为已读' }).click();
    await page.getByText('没有未读的通知').waitFor();
    await badgeIsRight(page, 'dispatch');
    await noViolations(page, 'nothing unread');
    await page.getByRole('link', { name: '看以前的' }).click();
    await page.waitForURL(/\/console\/notices\?all=1/);
    await rows(page).nth(2).waitFor();
    await until(() => page.locator('.notices .ls > li:not(.seen)').count(), 0);
  });
});

test('J, K and Enter', async () => {
  await read_all('dispatch');
  await dangers(2);
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/notices');
    await rows(page).nth(1).waitFor();
    for (const key of ['j', 'j', 'k']) await page.keyboard.press(key);
    await until(() => page.locator('.notices li[aria-current=true]').count(), 1);
    await page.keyboard.press('Enter');
    await page.locator('.words', { hasText: '路面塌陷 1' }).waitFor();
  });
});

test('older ones by page', async () => {
  await dangers(55);
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/notices?all=1');
    await rows(page).nth(49).waitFor();
    await page.getByRole('link', { name: '更早的' }).click();
    await page.waitForURL(/before=\d+/);
    await page.locator('.notices[aria-busy=false]').waitFor();
    await holds(async () => (await rows(page).count()) >= 5, 'the older ones');
    await page.getByRole('link', { name: '最新的' }).click();
    await rows(page).nth(49).waitFor();
  });
});

test('what cannot be read says so', async () => {
  await with_person({}, async (page) => {
    await page.route(/\/api\/1\/notices\?/, (route) => route.abort());
    await signIn(page, 'dispatch', '/console/notices', '.notices [role=alert]');
    await page.getByText('通知读不出来').waitFor();
    await noViolations(page, 'no answer');
    await page.unroute(/\/api\/1\/notices\?/);
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.locator('.notices[aria-busy=false] .ls, .notices[aria-busy=false] .emp').first().waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`notices, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await dangers(1);
      await with_person({ size, lang, dark }, async (page) => {
        await signIn(page, 'dispatch', '/console/notices?all=1');
        await rows(page).first().waitFor();
        await noViolations(page, `notices, ${size}`);
        await noSideways(page, `notices, ${size}`);
        await shot(page, `notices-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
