/* offline – the phone's outbox on bad networks: nothing doubled and nothing lost, whatever
 * is cut, reloaded or closed on the way; what is refused stays a draft; who is second is
 * told; a full phone says so. The server counts what arrived. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { caller, filedCase } from './calls.mjs';
import { startFlaky } from './flaky.mjs';
import { PASSWORD, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

const FILE = fileURLToPath(new URL('../fuzz/corpus/photo/a.jpg', import.meta.url));
const SPOT = { latitude: 31.228534, longitude: 121.478456 }; // in 松苑 05

describe('offline', () => {
  let server, browser, net, centre;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
    centre = await caller(server.url, 'dispatch');
  });
  beforeEach(async () => (net = await startFlaky(server.url)));
  afterEach(() => net.stop());
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /* At a phone whose page is kept by the service worker. */
  async function atPhone(login, how = {}) {
    const p = await person(browser, net.url, { size: 'phone', more: { geolocation: SPOT, permissions: ['geolocation'] }, ...how });
    await signIn(p.page, login, '/phone/', '.page .tabbar');
    await p.page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.active.state));
    await p.page.reload();
    await p.page.waitForFunction(() => navigator.serviceWorker.controller);
    await p.page.locator('[role=status]').getByText(/件/).waitFor(); // the tasks are here
    return p;
  }

  async function write(page, text, { photo = false, query = '' } = {}) {
    await page.goto(`/phone/report${query}`);
    await page.locator('[data-test=where]').waitFor();
    await page.locator('textarea[name=text]').fill(text);
    if (photo) {
      await page.locator('input[name=photos]').setInputFiles(FILE);
      await page.locator('[data-side=photos] img').waitFor();
    }
  }
  const press = (page) => page.locator('.foot button[type=submit]').click();
  const done = (page, state) => page.locator(`[data-test=done][data-state=${state}]`).waitFor();
  const allSent = (page) => page.locator('[data-test=off]').waitFor({ state: 'detached' });
  /* Presses Send, unless the page, which sends at its start, was faster. */
  async function sendNow(page) {
    await page.waitForFunction(() => !document.querySelector('[data-test=off] button[aria-disabled]'));
    await page.evaluate(() => document.querySelector('[data-test=off] button')?.click());
  }
  /* As many cases as the server has of these words. */
  const arrived = async (text) => (await centre.get(`/api/1/cases?words=${encodeURIComponent(text)}`)).items;

  test('without a network it opens with what was kept, takes a report with a photo, and sends it once after a restart', async () => {
    const p = await atPhone('grid');
    const { page, context } = p;
    const kept = await page.locator('.tk').count();
    assert.ok(kept > 0);
    net.cut();
    await page.reload();
    await page.locator('[data-test=off]').getByText('没有网络，可以照常办').waitFor();
    await until(() => page.locator('.tk').count(), kept);
    await noViolations(page, 'tasks without a network');
    await shot(page, 'phone-offline');
    await write(page, '断网时报的：路面塌了一块', { photo: true });
    await press(page);
    await done(page, 'waiting');
    await shot(page, 'phone-kept');
    await page.close(); // the phone is restarted
    const again = await context.newPage();
    await again.goto('/phone/');
    await again.locator('[data-test=off]').getByText('1 条存在手机里').waitFor();
    assert.equal((await arrived('断网时报的')).length, 0);
    net.mend();
    await sendNow(again);
    await allSent(again);
    const [one, ...more] = await arrived('断网时报的');
    assert.ok(one && !more.length, 'exactly one');
    assert.equal((await centre.get(`/api/1/cases/${one.id}/photos`)).items.length, 1);
    await p.close();
  });

  test('the network that comes back is enough: nobody presses anything', async () => {
    const p = await atPhone('grid');
    await p.context.setOffline(true);
    await write(p.page, '隧道里报的：灯不亮');
    await press(p.page);
    await done(p.page, 'waiting');
    await p.context.setOffline(false);
    await done(p.page, 'sent');
    assert.equal((await arrived('隧道里报的')).length, 1);
    await p.close();
  });

  for (const [name, line] of [['of the report', 'POST /api/1/cases '], ['of its photo', 'POST /api/1/photos ']])
    test(`an answer that is lost ${name} doubles nothing`, async () => {
      const p = await atPhone('grid');
      const text = `答复丢了${name.length}：栏杆断了`;
      await write(p.page, text, { photo: true });
      const lost = net.lose(line);
      await press(p.page);
      await lost.happened;
      await done(p.page, 'waiting');
      net.mend();
      await sendNow(p.page);
      await done(p.page, 'sent');
      const [one, ...more] = await arrived(text);
      assert.ok(one && !more.length, 'exactly one');
      assert.equal((await centre.get(`/api/1/cases/${one.id}/photos`)).items.length, 1);
      await p.close();
    });

  test('a reload in the middle of sending doubles nothing and loses nothing', async () => {
    const p = await atPhone('grid');
    const { page } = p;
    await write(page, '发到一半：树枝压线', { photo: true });
    const held = net.hold('POST /api/1/cases ');
    await press(page);
    await held.happened; // the server has done it, the phone does not know
    assert.equal((await arrived('发到一半')).length, 1);
    await page.reload();
    await page.goto('/phone/mine');
    await page.locator('[data-test=box-sent]').getByText('发到一半：树枝压线').waitFor();
    assert.equal((await arrived('发到一半')).length, 1);
    await p.close();
  });

  test('ten reports over a network that loses four answers in ten arrive once each', async () => {
    const p = await atPhone('grid');
    const { page } = p;
    net.cut();
    for (let i = 0; i < 10; i++) {
      await write(page, `坏网络第${i}件：杂物`);
      await press(page);
      await done(page, 'waiting');
    }
    net.mend();
    net.spoil(0.4);
    await page.goto('/phone/mine');
    await page.locator('[data-test=box-waiting] li, [data-test=box-sent] li').first().waitFor();
    // Every round ends at the first answer that is lost; a person presses again.
    for (let round = 0; round < 40 && (await page.locator('[data-test=box-waiting] li').count()); round++) {
      await sendNow(page);
      await page.waitForFunction(() => !document.querySelector('[data-test=off] button[aria-disabled]'));
      if (round % 3 === 1) await page.reload();
      await page.locator('[data-test=box-waiting]').waitFor();
    }
    await until(() => page.locator('[data-test=box-waiting] li').count(), 0);
    for (let i = 0; i < 10; i++) assert.equal((await arrived(`坏网络第${i}件`)).length, 1, `number ${i}`);
    await p.close();
  });

  test('what the server refuses stays as a draft with its reason, is mended and sent', async () => {
    const p = await atPhone('grid');
    const { page } = p;
    await page.goto('/phone/report?place=999999999');
    await page.locator('[data-test=where]').waitFor();
    await page.locator('textarea[name=text]').fill('不存在的楼：墙皮掉');
    await press(page);
    await done(page, 'refused');
    await page.reload();
    await page.goto('/phone/mine');
    const box = page.locator('[data-test=box-refused]');
    const why = await box.locator('li p').textContent();
    assert.match(why, /[\u4e00-\u9fff].*[。]$/);
    await noViolations(page, 'a refused report');
    await shot(page, 'phone-refused-report');
    await box.getByRole('link', { name: '打开修改' }).click();
    await page.locator('[data-test=told]').getByText(why).waitFor();
    await until(() => page.locator('textarea[name=text]').inputValue(), '不存在的楼：墙皮掉');
    await page.getByRole('button', { name: '改', exact: true }).click();
    await page.getByRole('button', { name: '用现在的位置' }).click();
    await page.locator('[data-test=where]').getByText('松苑 05 微网格').waitFor();
    await press(page);
    await done(page, 'sent');
    assert.equal((await arrived('不存在的楼')).length, 1);
    await page.goto('/phone/mine');
    await page.locator('[data-test=box-sent]').waitFor();
    await until(() => page.locator('[data-test=box-refused]').count(), 0);
    await p.close();
  });

  test('two phones at one case: the second is told, nothing is overwritten, his words are still there', async () => {
    const c = await filedCase(server.url, { spot: SPOT, text: '两部手机：井盖响', upto: 'handling' });
    const first = await person(browser, server.url, { size: 'phone' });
    await signIn(first.page, 'road', '/phone/', '.page .tabbar');
    const second = await atPhone('road');
    const { page } = second;
    for (const phone of [page, first.page]) {
      await phone.goto(`/phone/task/${c.id}`);
      await phone.locator('[data-act=handle]').click();
    }
    net.cut();
    await page.locator('textarea[name=note]').fill('第二部手机写的：已垫胶圈。');
    await page.locator('form.sheet button[type=submit]').click();
    await page.locator('[data-test=held]').waitFor();
    await first.page.locator('textarea[name=note]').fill('第一部手机写的：已换盖。');
    await first.page.locator('form.sheet button[type=submit]').click();
    await first.page.getByText('这一步由别的岗位办理').waitFor();
    net.mend();
    await sendNow(page);
    const told = page.locator('[data-test=refused-step]');
    await told.getByText('第二部手机写的：已垫胶圈。').waitFor();
    await told.getByText('下面已是最新情况').waitFor();
    await page.getByText('这一步由别的岗位办理').waitFor();
    await noViolations(page, 'a conflict');
    await shot(page, 'phone-conflict');
    const events = (await centre.get(`/api/1/cases/${c.id}/view`)).events.filter((e) => e.act === 'handle');
    assert.deepEqual(events.map((e) => e.note), ['第一部手机写的：已换盖。']);
    await first.close();
    await second.close();
  });

  test('a draft outlives a reload, with its photo', async () => {
    const p = await atPhone('grid');
    const { page } = p;
    await write(page, '写到一半', { photo: true });
    await page.locator('[data-matter=lamp]').click();
    await page.waitForFunction(async () => {
      const db = await new Promise((ok) => (indexedDB.open('jingwei-phone').onsuccess = (e) => ok(e.target.result)));
      const all = await new Promise((ok) => (db.transaction('kept').objectStore('kept').getAll().onsuccess = (e) => ok(e.target.result)));
      db.close();
      return all.some((x) => x.d?.matter === 'lamp' && x.photos.length === 1);
    });
    await page.reload();
    await page.locator('[data-side=photos] img').waitFor();
    await until(() => page.locator('textarea[name=text]').inputValue(), '写到一半');
    await until(() => page.locator('[data-matter=lamp]').getAttribute('aria-pressed'), 'true');
    await p.close();
  });

  test('a full phone says so in a sentence, and nothing is gone', async () => {
    const p = await atPhone('grid');
    const { page } = p;
    await write(page, '手机满了：积水');
    await page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      window.roomAgain = () => (IDBObjectStore.prototype.put = put);
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await press(page);
    await page.locator('[data-test=unkept]').getByText('手机存储满了，没有存下。').waitFor();
    await noViolations(page, 'a full phone');
    await shot(page, 'phone-full');
    await until(() => page.locator('textarea[name=text]').inputValue(), '手机满了：积水');
    assert.equal((await arrived('手机满了')).length, 0);
    await page.evaluate(() => window.roomAgain());
    await press(page);
    await done(page, 'sent');
    assert.equal((await arrived('手机满了')).length, 1);
    await p.close();
  });

  test('what one wrote waits for him: it is not sent as another, and goes out when he is back', async () => {
    const p = await atPhone('grid');
    const { page } = p;
    net.cut();
    await write(page, '张冠李戴：井边');
    await press(page);
    await done(page, 'waiting');
    const security = await caller(server.url, 'security');
    await security.post('/api/1/session/revoke', { login: 'grid' }); // before there is a network
    net.mend();
    await page.reload();
    await page.locator('input[name=login]').waitFor();
    await signIn(page, 'road', '/phone/mine', '[data-test=box-waiting]');
    await page.getByText('还有 1 条是别人或别的岗位写的').waitFor();
    assert.equal((await arrived('张冠李戴')).length, 0);
    await page.getByRole('button', { name: '退出' }).click();
    await page.locator('input[name=login]').waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event('online'))); // while nobody is there to send for
    await page.locator('input[name=login]').fill('grid');
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('form button[type=submit]').click(); // in the same page, without a reload
    await page.locator('[data-test=box-sent]').getByText('张冠李戴：井边').waitFor();
    const [one, ...more] = await arrived('张冠李戴');
    assert.ok(one && !more.length);
    assert.equal(one.source, 'worker', 'not as a stranger either: its session had ended');
    await p.close();
  });
});
