/* visits – a round is planned on the console; on the phone, without a network, knocks are
 * kept, survive a reload and arrive once; a door that asks not to be visited is respected;
 * what is raised is a case at that building without typing it again; a stool session; and
 * whoever only leads sees numbers, no building and no door. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { caller } from './calls.mjs';
import { startFlaky } from './flaky.mjs';
import { SIZES, holds, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

const DAY = 86_400_000;
const day = (ms) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);

describe('visits', () => {
  let server, browser, net, grid, area, other, round, place;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
    grid = await caller(server.url, 'grid');
    const micros = (await grid.get('/api/1/areas?level=micro_grid&limit=500')).items;
    [area, other] = micros;
    round = await grid.post('/api/1/visits/rounds', { area: area.id, name: '冬季走访', since: day(Date.now() - DAY), until: day(Date.now() + 30 * DAY) });
    place = (await grid.get(`/api/1/visits/rounds/${round.id}/buildings`)).items[0];
  });
  beforeEach(async () => (net = await startFlaky(server.url)));
  afterEach(() => net.stop());
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const stopNow = async () => (await grid.get(`/api/1/visits/rounds/${round.id}/buildings`)).items[0];
  const atPhone = async (login = 'grid', more = {}) => {
    const p = await person(browser, net.url, { size: 'phone', ...more });
    await signIn(p.page, login, '/phone/', '.page .tabbar');
    await p.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    return p;
  };
  const toBuilding = async (page) => {
    await page.locator('.tabbar').getByRole('link', { name: '走访' }).click();
    await page.locator(`[data-place="${place.place}"]`).click();
    await page.locator('[data-outcome=met]').waitFor();
  };
  const knock = async (page, outcome, door = '') => {
    await page.locator('input[name=door]').fill(door);
    await page.locator(`[data-outcome=${outcome}]`).click();
  };
  const noted = (page, words) => page.locator('[data-test=told]').getByText(words).waitFor();

  test('without a network knocks are kept, outlive a reload, and arrive once', async () => {
    const p = await atPhone();
    const { page } = p;
    await toBuilding(page);
    net.cut();
    await knock(page, 'not_home', '501');
    await noted(page, '501 不在家');
    await page.getByRole('button', { name: '501', exact: true }).click(); // building, door, outcome
    await page.locator('[data-outcome=met]').click();
    await noted(page, '501 见到');
    await knock(page, 'refused');
    await page.getByText('不愿受访，要写是哪扇门，才能照办。').waitFor();
    await noViolations(page, 'a door is wanted');
    await knock(page, 'refused', '302');
    await noted(page, '302 不愿受访');
    await page.reload();
    await shows(page.locator('[data-test=held]'), /3 条等待发送/);
    await shot(page, 'phone-knock-offline');
    assert.equal((await stopNow()).met, 0);
    net.mend();
    await page.goto('/phone/mine');
    await until(async () => (await stopNow()).met, 1);
    await until(async () => (await stopNow()).refusing, 1);
    const now = await stopNow();
    assert.deepEqual([now.not_home, now.due], [0, place.households - 2], '501 counts once, as the last knock found it');
    await p.close();
  });

  test('an answer that was lost makes no second knock', async () => {
    const p = await atPhone();
    const { page } = p;
    await toBuilding(page);
    const met = (await stopNow()).met;
    const held = net.hold('POST /api/1/visits ');
    await knock(page, 'met');
    await held.happened;
    await page.reload();
    await page.goto('/phone/mine');
    await page.locator('[data-test=box-sent]').getByText('见到').first().waitFor();
    assert.equal((await stopNow()).met, met + 1);
    await p.close();
  });

  test('a door that asked is respected on the phone, and by the server when the phone does not know', async () => {
    const p = await atPhone();
    const { page } = p;
    await toBuilding(page);
    await page.locator('[data-test=refusing]').getByText('302').waitFor();
    await knock(page, 'met', '302室');
    await page.getByText('这扇门请过不要上门走访。它自己改口了，先勾下面一项。').waitFor();
    await grid.post('/api/1/visits/refusals', { place: place.place, door: '808' }); // said by telephone meanwhile
    await knock(page, 'met', '808');
    await noted(page, '808 见到');
    await page.goto('/phone/mine');
    const box = page.locator('[data-test=box-refused]');
    await box.getByText('这扇门请过不要上门走访').waitFor();
    await box.getByRole('link', { name: '打开修改' }).click();
    await page.getByText('它自己说又愿意受访了').waitFor();
    await until(() => page.locator('input[name=door]').inputValue(), '808');
    await page.locator('input[name=welcome]').check();
    await page.locator('[data-outcome=met]').click();
    await noted(page, '808 见到');
    await until(async () => (await grid.get(`/api/1/visits/refusals?within=${area.id}`)).items.map((d) => d.door), ['302']);
    await p.close();
  });

  test('what is raised at a building is a case there, and the number opens it', async () => {
    const p = await atPhone();
    const { page } = p;
    await toBuilding(page);
    await page.locator('[data-test=raise]').click();
    await page.locator('[data-test=raised]').waitFor();
    await shows(page.locator('[data-test=where]'), new RegExp(place.name));
    await page.locator('textarea[name=text]').fill('走访提的：楼道灯不亮');
    await noViolations(page, 'a matter');
    await page.locator('form button[type=submit]').click();
    await page.locator('[data-test=done][data-state=sent]').waitFor();
    await p.close();
    const raised = (await grid.get(`/api/1/matters?round=${round.id}`)).items;
    assert.equal(raised.length, 1);
    assert.deepEqual([raised[0].source, raised[0].place, raised[0].text], ['visit', place.place, '走访提的：楼道灯不亮']);
    const c = await person(browser, server.url);
    await signIn(c.page, 'head', `/console/visits?round=${round.id}`);
    await c.page.locator('[data-test=round]').waitFor();
    await until(() => c.page.locator('.tbl').count(), 0, 'who leads sees no building');
    await c.page.locator('.nums').getByRole('link', { name: '1', exact: true }).click();
    await c.page.locator('[data-test=matters] a').click();
    await c.page.locator('.words', { hasText: '走访提的' }).waitFor();
    await c.close();
  });

  test('a round and a session are planned on the console; a refusal stands beside its field', async () => {
    const c = await person(browser, server.url);
    const { page } = c;
    await signIn(page, 'grid', '/console/visits');
    await page.locator('[data-test=plan-round]').click();
    await page.locator('select[name=area]').selectOption(area.id);
    await page.locator('input[name=name]').fill('第二轮');
    await page.locator('[data-test=plan] button[type=submit]').click();
    await page.locator('[data-test=plan] [role=alert]').getByText('这个网格同期已有一轮').waitFor();
    await page.locator('select[name=area]').selectOption(other.id);
    await page.locator('[data-test=plan] button[type=submit]').click();
    await page.locator('[data-test=round] h2', { hasText: '第二轮' }).waitFor();
    await page.locator('[data-test=plan-session]').click();
    await page.locator('select[name=place]').selectOption({ index: 1 });
    await page.locator('[data-test=plan] button[type=submit]').click();
    await page.locator('[data-test=session] h2').waitFor();
    await page.goto(`/console/visits?round=${round.id}&building=${place.place}`);
    await page.locator('[data-test=doors]').getByText('请不要上门').first().waitFor();
    await shows(page.locator('[data-test=doors]'), /501/);
    await noViolations(page, 'a building');
    await shot(page, 'visits-building', true);
    await c.close();
    const p = await atPhone();
    await p.page.goto('/phone/visits');
    await p.page.locator('[data-session] .btn').click();
    await p.page.locator('textarea[name=text]').fill('小板凳提的：停车难');
    await p.page.locator('form button[type=submit]').click();
    await p.page.locator('[data-test=done][data-state=sent]').waitFor();
    await p.close();
    const [session] = (await grid.get('/api/1/stool-sessions')).items;
    assert.deepEqual([session.matters, session.settled, session.share], [1, 0, '0.0 %']);
  });

  test('who does not visit has no tab for it; what cannot be read says so', async () => {
    const p = await atPhone('road');
    await until(() => p.page.locator('.tabbar a').count(), 3);
    await p.close();
    const c = await person(browser, server.url);
    await c.page.route(/\/api\/1\/visits\/rounds/, (r) => r.abort());
    await signIn(c.page, 'head', '/console/visits', '.visits [role=alert]');
    await c.page.getByText('走访读不出来').waitFor();
    await c.page.unroute(/\/api\/1\/visits\/rounds/);
    await c.page.getByRole('button', { name: '再试一次' }).click();
    await c.page.locator('.left .ls').first().waitFor();
    await until(() => c.page.locator('[data-test=plan-round]').count(), 0);
    await c.close();
  });

  for (const size of Object.keys(SIZES))
    for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
      test(`console, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
        const c = await person(browser, server.url, { size, lang, dark });
        await signIn(c.page, 'grid', `/console/visits?round=${round.id}`);
        await c.page.locator('.tbl').waitFor();
        await noViolations(c.page, `visits, ${size}`);
        await noSideways(c.page, `visits, ${size}`);
        await shot(c.page, `visits-${size}-${lang}${dark ? '-dark' : ''}`);
        await c.close();
      });

  for (const [lang, dark] of [['zh', false], ['en', true]])
    test(`phone, ${lang}${dark ? ', dark' : ''}`, async () => {
      const p = await atPhone('grid', { lang, dark });
      for (const [path, what] of [['/phone/visits', 'list'], [`/phone/visits/${round.id}/${place.place}`, 'knock']]) {
        await p.page.goto(path);
        await holds(() => p.page.locator(what === 'list' ? '[data-place]' : '[data-outcome]').count(), what);
        await noViolations(p.page, `${what} on the phone`);
        await noSideways(p.page, `${what} on the phone`);
        await until(() => p.page.evaluate(() => [...document.querySelectorAll('main *:not(.vh)')].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.textContent.trim())), [], `${what}: nothing is cut off`);
        await shot(p.page, `phone-visits-${what}-${lang}${dark ? '-dark' : ''}`);
      }
      await p.close();
    });
});
