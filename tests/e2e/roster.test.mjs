/* roster – the week in the console: planning, moving and giving up shifts, gaps, filters in
 * the address, copying a week; who leads a unit plans it alone; by keys, at three widths,
 * in both languages, dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, SIZES, holds, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

const post = (path, body, cookie = '') =>
  fetch(server.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', Cookie: cookie }, body: JSON.stringify(body) });
const cookie_of = async (login, password = PASSWORD, more = {}) => (await post('/api/1/session', { login, password, ...more })).headers.get('set-cookie').split(';')[0];

/* 张三 leads the roads' unit. */
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const system = await cookie_of('system');
  assert.equal((await post('/api/1/accounts', { login: 'roadhead', title: '张三', password: 'long-enough-1' }, system)).status, 200);
  const security = await cookie_of('security');
  assert.equal((await post('/api/1/posts', { login: 'roadhead', role: 'unit_handler', area: '990100', unit: 'U2', leads: true }, security)).status, 200);
  await cookie_of('roadhead', 'long-enough-1', { new_password: PASSWORD });
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

const UNIT = '云桥市政养护队';
const WEEK = '/console/roster?week=2027-03-01';
const row = (page, name) => page.locator(`.week tbody tr[data-place="${name}"]`);
const cell = (page, name, day) => row(page, name).locator('td').nth(day);

async function plan(page, name, day, who, usual) {
  await cell(page, name, day).locator('.add').click();
  await page.locator('.plan select').selectOption({ label: who });
  await page.locator('.plan .chip', { hasText: usual }).click();
  await page.locator('.plan button[type=submit]').click();
  await page.locator('.plan').waitFor({ state: 'detached' });
}

test('a shift is planned, moved and given up; what nobody covers is a gap', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'lead', WEEK);
    await row(page, UNIT).waitFor();
    await until(() => cell(page, UNIT, 0).locator('.gap').textContent(), '全天空班');
    await cell(page, UNIT, 0).locator('.add').click();
    await page.waitForURL(/plan=u\d+\.2027-03-01/);
    await page.locator('.plan button[type=submit]').click();
    await page.getByText('请选谁值班。').waitFor();
    await noViolations(page, 'the form');
    await page.locator('.plan select').selectOption({ label: '张三·处置员' });
    await page.locator('.plan .chip', { hasText: '夜班' }).click();
    await shot(page, 'roster-form-desk-zh');
    await page.locator('.plan button[type=submit]').click();
    await cell(page, UNIT, 0).locator('.sft').waitFor();
    await until(() => cell(page, UNIT, 0).locator('.sft').textContent(), '张三20:00–次日 08:00处置员');
    await until(() => cell(page, UNIT, 0).locator('.gap').textContent(), '空班 00:00–20:00');
    await shows(cell(page, UNIT, 1).locator('.sft'), /至 08:00/);
    await until(() => cell(page, UNIT, 1).locator('.gap').textContent(), '空班 08:00–24:00');

    await cell(page, UNIT, 0).locator('.sft').click();
    await page.waitForURL(/shift=\d+/);
    await page.locator('.plan input[name=to]').fill('2027-03-20');
    await page.locator('.plan button[type=submit]').click();
    await page.locator('.plan .err', { hasText: '一个班次最长七天。' }).waitFor();
    await until(() => page.evaluate(() => document.activeElement.getAttribute('name')), 'to', 'the refusal stands beside its field');
    await page.locator('.plan input[name=to]').fill('2027-03-02');
    await page.locator('.plan input[name=to_at]').fill('00:00');
    await page.locator('.plan button[type=submit]').click();
    await page.getByText('班次已改。').waitFor();
    await shows(cell(page, UNIT, 0).locator('.sft'), /20:00–24:00/);

    await cell(page, UNIT, 0).locator('.sft').click();
    await page.getByRole('button', { name: '取消这个班次' }).click();
    await page.getByText('班次已取消。').waitFor();
    await page.locator('.plan').waitFor({ state: 'detached' });
    await until(() => cell(page, UNIT, 0).locator('.gap').textContent(), '全天空班');
  });
});

test('twice at once is refused beside the field, and a week is copied', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'lead', '/console/roster?week=2027-03-15');
    await plan(page, UNIT, 2, '张三·处置员', '白班');
    await cell(page, UNIT, 2).locator('.add').click();
    await page.locator('.plan select').selectOption({ label: '张三·处置员' });
    await page.locator('.plan button[type=submit]').click();
    await page.locator('.plan .err', { hasText: '他这段时间已有班次。' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.plan').waitFor({ state: 'detached' });
    await holds(() => page.evaluate(() => /^pu\d+\.2027-03-17$/.test(document.activeElement.dataset.opens)), 'back where it was opened');
    await page.getByRole('button', { name: '复制到下一周' }).click();
    await page.waitForURL(/week=2027-03-22/);
    await cell(page, UNIT, 2).locator('.sft', { hasText: '08:00–20:00' }).waitFor();
  });
});

test('filters stand in the address, and arrows go from cell to cell', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'lead', `${WEEK}&of=units`);
    await row(page, UNIT).waitFor();
    const n = await page.locator('.week tbody tr').count();
    await until(() => page.locator('.week tbody .tag', { hasText: '网格' }).count(), 0);
    await page.locator('input[name=words]').fill('市政');
    await page.waitForURL(/words=/);
    await holds(async () => (await page.locator('.week tbody tr').count()) < n, 'fewer rows');
    await page.reload();
    await row(page, UNIT).waitFor();
    await until(() => page.locator('input[name=words]').inputValue(), '市政');
    await page.locator('input[name=words]').fill('没有');
    await page.getByRole('button', { name: '看全部' }).click();
    await row(page, UNIT).waitFor();
    await cell(page, UNIT, 0).locator('.add').focus();
    await page.keyboard.press('ArrowRight');
    await holds(() => page.evaluate(() => /2027-03-02/.test(document.activeElement.getAttribute('aria-label'))), 'one cell to the right');
  });
});

test('who leads a unit plans it alone; who does not, sees and plans nothing', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'roadhead', '/console/roster?week=2027-04-05');
    await row(page, UNIT).waitFor();
    await until(() => page.locator('.week tbody tr').count(), 1);
    await plan(page, UNIT, 0, '张三·处置员', '全天');
    await until(() => cell(page, UNIT, 0).locator('.gap').count(), 0);
  });
  await with_person({}, async (page) => {
    await signIn(page, 'road', '/console/roster?week=2027-04-05');
    await row(page, UNIT).waitFor();
    await until(() => page.locator('.week button').count(), 0);
    await shows(cell(page, UNIT, 0).locator('.sft'), /00:00–/);
    await page.goto('/console/roster?week=2027-05-03');
    await page.getByText('这一周没有排班').waitFor();
    await noViolations(page, 'a week without shifts');
  });
});

test('what cannot be read says so', async () => {
  await with_person({}, async (page) => {
    await page.route(/\/api\/1\/shifts\?/, (route) => route.abort());
    await signIn(page, 'lead', WEEK, '.roster [role=alert]');
    await page.getByText('值班表读不出来').waitFor();
    await page.unroute(/\/api\/1\/shifts\?/);
    await page.getByRole('button', { name: '再试一次' }).click();
    await row(page, UNIT).waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`roster, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        await signIn(page, 'lead', '/console/roster?week=2027-03-15');
        await row(page, UNIT).waitFor();
        await noViolations(page, `roster, ${size}`);
        await noSideways(page, `roster, ${size}`);
        await shot(page, `roster-${size}-${lang}${dark ? '-dark' : ''}`);
        await cell(page, UNIT, 0).locator('.add').click();
        await page.locator('.plan').waitFor();
        await noViolations(page, `planning, ${size}`);
        await noSideways(page, `planning, ${size}`);
        if (size === 'phone') await shot(page, `roster-form-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
