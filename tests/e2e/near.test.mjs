/* near – what is open around one, as everybody may see it: by name, without anybody's
 * words, with the photos that a dispatcher covered and released, and no others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';

import { caller } from './calls.mjs';
import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

const SPOT = { longitude: 121.4790619, latitude: 31.229047 };
const JPEG = readFileSync(fileURLToPath(new URL('../fuzz/corpus/photo/a.jpg', import.meta.url)));
const WORDS = 'canary-2718';

describe('what is open nearby', () => {
  let server, browser, photos;

  const upload = async () => (await (await fetch(`${server.url}/api/1/photos`, { method: 'POST', headers: { 'X-Jingwei': '1', 'Content-Type': 'application/octet-stream' }, body: JPEG })).json()).claim;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
    const [stranger, centre] = await Promise.all([caller(server.url), caller(server.url, 'dispatch')]);
    const claims = [await upload(), await upload()].join(' ');
    const { code } = await stranger.post('/api/1/cases', { text: WORDS, photos: claims, lon: SPOT.longitude, lat: SPOT.latitude });
    const { id } = await centre.get(`/api/1/codes/${code}`);
    const condition = (await centre.get('/api/1/conditions?limit=500')).items.find((k) => k.zh.includes('井盖') && !k.retired).id;
    const step = async (act, more = {}) => centre.post(`/api/1/cases/${id}/steps`, { act, revision: (await centre.get(`/api/1/cases/${id}`)).revision, ...more });
    await step('accept');
    await step('file', { condition });
    photos = (await centre.get(`/api/1/cases/${id}/photos`)).items.map((p) => p.id);
    for (const p of photos) await centre.post(`/api/1/photos/${p}/cover`, { boxes: [] });
    await centre.post(`/api/1/photos/${photos[0]}/release`, { released: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const [lang, dark] of [['zh', false], ['en', true]])
    test(`with its released photo and no other, in ${lang}${dark ? ', dark' : ''}`, async () => {
      const p = await person(browser, server.url, { size: 'phone', lang, dark, more: { geolocation: SPOT, permissions: ['geolocation'] } });
      const { page } = p;
      await page.goto('/near');
      await page.getByRole('button', { name: lang === 'zh' ? '用我现在的位置' : 'Use my position' }).click();
      const item = page.locator('[data-test=open]', { has: page.locator('img') });
      await item.waitFor();
      assert.equal(await item.count(), 1);
      assert.match(await item.textContent(), lang === 'zh' ? /井盖.*约 \d+ 米，松苑 05 微网格/s : /cover.*about \d+ m, 松苑 05 微网格/is);
      await item.locator('img').scrollIntoViewIfNeeded();
      await until(() => item.locator('img').evaluate((i) => i.complete && i.naturalWidth > 0), true, 'it is shown');
      assert.equal(await item.locator('img').count(), 1);
      assert.equal(await item.locator('img').getAttribute('src'), `/api/1/public/photos/${photos[0]}/small`);
      assert.equal(await item.locator('img').getAttribute('alt'), lang === 'zh' ? '照片，处置前' : 'Photo, Before');
      assert.ok(!(await page.content()).includes(WORDS), 'nobody reads what the reporter wrote');
      await noViolations(page, 'open nearby');
      await noSideways(page, 'open nearby');
      await shot(page, `near-open-${lang}`);
      const large = await fetch(server.url + (await item.locator('a').getAttribute('href')));
      assert.equal(large.headers.get('content-type'), 'image/jpeg');
      assert.equal((await fetch(`${server.url}/api/1/public/photos/${photos[1]}/large`)).status, 404, 'covered is not released');
      await p.close();
    });

  for (const [lang, dark] of [['zh', false], ['en', true]])
    test(`before a report is sent, what may be the same is offered with its reasons, in ${lang}`, async () => {
      const [here, next, back] = lang === 'zh' ? ['用我现在的位置', '下一步', '上一步'] : ['Use my position', 'Next', 'Back'];
      const p = await person(browser, server.url, { size: 'phone', lang, dark, more: { geolocation: SPOT, permissions: ['geolocation'] } });
      const { page } = p;
      await page.goto('/');
      await page.getByRole('button', { name: here }).click();
      await page.locator('.fact').waitFor();
      await page.getByRole('button', { name: next }).click();
      await page.locator('textarea[name=text]').fill('路口的井盖缺失');
      await page.getByRole('button', { name: next }).click();
      const card = page.locator('[data-test=similar] li', { hasText: lang === 'zh' ? '井盖' : /cover/i }).first();
      await card.waitFor();
      assert.match(await card.textContent(), lang === 'zh' ? /约 \d+ 米，今天上报/ : /about \d+ m away, reported today/);
      assert.ok(!(await page.content()).includes(WORDS), 'nobody reads what the reporter wrote');
      assert.equal(await page.locator('[data-test=similar] a').getAttribute('href'), '/near');
      await noViolations(page, 'similar nearby');
      await noSideways(page, 'similar nearby');
      await shot(page, `similar-${lang}`, true);
      await page.getByRole('button', { name: back }).click();
      await page.locator('textarea[name=text]').fill('有人在楼道里抽烟');
      const answered = page.waitForResponse((r) => r.url().endsWith('/api/1/public/similar'));
      await page.getByRole('button', { name: next }).click();
      assert.equal((await answered).status(), 200);
      await until(() => page.locator('[data-test=similar] li', { hasText: lang === 'zh' ? '井盖' : /cover/i }).count(), 0, 'of another matter it is not offered');
      await p.close();
    });

  test('who files a case sees the open ones nearby, and why', async () => {
    const [stranger, p] = [await caller(server.url), await person(browser, server.url)];
    const { page } = p;
    const first = await stranger.post('/api/1/cases', { text: '幼儿园门口路面塌了一块', lon: SPOT.longitude, lat: SPOT.latitude });
    const second = await stranger.post('/api/1/cases', { text: '幼儿园门口路面塌了，能放进一只脚', lon: SPOT.longitude, lat: SPOT.latitude + 0.0002 });
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.getByRole('searchbox').fill(second.code);
    await page.locator('[data-row] a').click();
    await page.locator('[data-act=accept]').click();
    await page.locator('[data-act=file]').click();
    const item = page.locator('[data-test=similar] li', { hasText: first.code });
    await item.waitFor();
    assert.match(await item.textContent(), /幼儿园门口路面塌了一块.*约 22 米，今天上报.*都有“幼儿园门口路面塌/s);
    assert.equal(await page.locator('[data-test=similar] li', { hasText: second.code }).count(), 0, 'not itself');
    const { id } = await (await caller(server.url, 'dispatch')).get(`/api/1/codes/${first.code}`);
    assert.equal(await item.locator('a').getAttribute('href'), `/console/cases?state=all&case=${id}`);
    await noViolations(page, 'filing with open ones nearby');
    await shot(page, 'similar-file');
    await p.close();
  });

  test('where nothing may be shown it says so; when it cannot be read, too', async () => {
    const away = { longitude: 121.6, latitude: 31.4 };
    const p = await person(browser, server.url, { size: 'phone', more: { geolocation: away, permissions: ['geolocation'] } });
    const { page } = p;
    await page.goto('/near');
    await page.getByRole('button', { name: '用我现在的位置' }).click();
    await page.getByText('附近没有可以公开的在办案件。').waitFor();
    await page.route('**/api/1/public/cases**', (route) => route.abort());
    await page.reload();
    await page.getByRole('button', { name: '用我现在的位置' }).click();
    await page.getByText('服务器没有应答。').waitFor();
    await noViolations(page, 'open nearby, not read');
    await p.close();
  });
});
