/* words – what names people is shown before it is sent, wherever somebody types: in the
 * note of a step, on the spot, and when a reporter asks for his case once more; and an
 * organisation's number that was taken out is put back by a dispatcher, with a reason. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { caller, filedCase } from './calls.mjs';
import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

const SPOT = { longitude: 121.4790619, latitude: 31.229047 };
const SAID = {
  zh: { kind: '内容里有电话' },
  en: { kind: 'In your words: Telephone number' },
};

describe('words that name people', () => {
  let server, browser;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /* What the page posted to a path that ends so, by now. */
  const posted = (p, end) => p.asked.filter((a) => a.startsWith('POST') && a.endsWith(end)).length;

  for (const lang of ['zh', 'en'])
    test(`the note of a step is shown and goes when it is pressed again, in ${lang}`, async () => {
      const c = await filedCase(server.url, { spot: SPOT, text: `井盖响 ${lang}`, upto: 'handling' });
      const p = await person(browser, server.url, { lang });
      const { page } = p;
      await signIn(page, 'road', `/console/cases?state=all&case=${c.id}`);
      await page.locator('[data-act=handle]').click();
      await page.locator('form.form textarea').fill('换了新盖，打13800000000找他。');
      await page.locator('form.form button[type=submit]').click();
      const found = page.locator('form.form [data-test=found]');
      await found.getByText('13800000000').waitFor();
      assert.ok((await found.locator('b').textContent()).toLowerCase().startsWith(SAID[lang].kind.toLowerCase()));
      assert.equal(posted(p, '/steps'), 0, 'nothing was sent before it was seen');
      await noViolations(page, 'what was found in a note');
      await noSideways(page, 'what was found in a note');
      await shot(page, `words-note-${lang}`);
      await page.locator('form.form textarea').fill('换了新盖。打13800000000找他，或12345。');
      await until(() => found.count(), 0, 'what was found belongs to the words it was found in');
      await page.locator('form.form button[type=submit]').click();
      await found.getByText('13800000000').waitFor();
      assert.equal(posted(p, '/steps'), 0, 'other words are shown anew');
      await page.locator('form.form button[type=submit]').click();
      await page.locator('form.form').waitFor({ state: 'detached' });
      const view = await (await caller(server.url, 'dispatch')).get(`/api/1/cases/${c.id}/view`);
      assert.equal(view.events.find((e) => e.act === 'handle').note, '换了新盖。打〔电话〕找他，或12345。');
      await p.close();
    });

  test('what names nobody goes at once, and so does a note that nobody could look at', async () => {
    const c = await filedCase(server.url, { spot: SPOT, text: '井盖响', upto: 'handling' });
    const p = await person(browser, server.url);
    const { page } = p;
    await signIn(page, 'road', `/console/cases?state=all&case=${c.id}`);
    await page.route('**/api/1/report/look', (route) => route.abort());
    await page.locator('[data-act=handle]').click();
    await page.locator('form.form textarea').fill('换了新盖，打13800000000。');
    await page.locator('form.form button[type=submit]').click();
    await page.locator('form.form').waitFor({ state: 'detached' });
    const view = await (await caller(server.url, 'dispatch')).get(`/api/1/cases/${c.id}/view`);
    assert.equal(view.events.find((e) => e.act === 'handle').note, '换了新盖，打〔电话〕。', 'it is taken out all the same');
    await p.close();
  });

  test('what a grid worker writes on the spot is shown first', async () => {
    const p = await person(browser, server.url);
    const { page } = p;
    await signIn(page, 'grid', '/console/report', '.page h1');
    await page.locator('input[name=settled]').uncheck();
    await page.locator('textarea[name=text]').fill('井盖裂了，住501室的人报的');
    await page.locator('input[name=lon]').fill('121.47');
    await page.locator('input[name=lat]').fill('31.225');
    await page.locator('form button[type=submit]').click();
    await page.locator('[data-test=found]').getByText('501室').waitFor();
    assert.equal(posted(p, '/cases'), 0);
    await noViolations(page, 'what was found on the spot');
    await page.locator('form button[type=submit]').click();
    await page.getByText('已上报，查询码').waitFor();
    await until(() => page.locator('[data-test=found]').count(), 0);
    await p.close();
  });

  for (const lang of ['zh', 'en'])
    test(`what is written on the phone of those who are out is shown first where there is a network, in ${lang}`, async () => {
      const c = await filedCase(server.url, { spot: SPOT, text: `井盖响 ${lang}`, upto: 'handling' });
      const p = await person(browser, server.url, { size: 'phone', lang });
      const { page } = p;
      await signIn(page, 'road', `/phone/task/${c.id}`, '[data-act=handle]');
      await page.locator('[data-act=handle]').click();
      await page.locator('textarea[name=note]').fill('换了新盖，打13800000000找他。');
      const send = page.locator('form.sheet button[type=submit]');
      await send.click();
      await page.locator('[data-test=found]').getByText('13800000000').waitFor();
      assert.equal(posted(p, '/steps'), 0);
      await noViolations(page, 'what was found on the phone');
      await noSideways(page, 'what was found on the phone');
      await page.locator('[data-test=found]').scrollIntoViewIfNeeded();
      await shot(page, `words-phone-${lang}`);
      await send.click();
      const centre = await caller(server.url, 'dispatch');
      await until(async () => (await centre.get(`/api/1/cases/${c.id}`)).state, 'handled');
      const view = await centre.get(`/api/1/cases/${c.id}/view`);
      assert.equal(view.events.find((e) => e.act === 'handle').note, '换了新盖，打〔电话〕找他。');
      await p.close();
    });

  test('a report from the phone shows it, too; without a network it goes into the phone at once', async () => {
    const p = await person(browser, server.url, { size: 'phone', more: { geolocation: SPOT, permissions: ['geolocation'] } });
    const { page } = p;
    await signIn(page, 'grid', '/phone/report', '[data-test=where]');
    await page.locator('[data-matter=road]').click();
    await page.locator('textarea[name=text]').fill('井盖破了，12号楼501室的人报的');
    await page.locator('.foot button[type=submit]').click();
    await page.locator('[data-test=found]').getByText('501室').waitFor();
    assert.equal(posted(p, '/cases'), 0);
    await noViolations(page, 'what was found in a report on the phone');
    await page.locator('.foot button[type=submit]').click();
    await page.locator('[data-test=done][data-state=sent]').waitFor();
    await page.getByRole('button', { name: '再报一件' }).click();
    await page.locator('[data-test=where]').waitFor();
    await page.locator('[data-matter=road]').click();
    await page.locator('textarea[name=text]').fill('井盖破了，13号楼502室的人报的');
    await p.context.setOffline(true);
    await page.locator('.foot button[type=submit]').click();
    await page.locator('[data-test=done][data-state=waiting]').waitFor();
    await p.context.setOffline(false);
    await page.locator('[data-test=done][data-state=sent]').waitFor();
    await p.close();
  });

  for (const lang of ['zh', 'en'])
    test(`what is added on the tracking page is shown first, in ${lang}`, async () => {
      const [stranger, centre, unit, checker, agent] = await Promise.all([undefined, 'dispatch', 'road', 'check', 'call'].map((l) => caller(server.url, l)));
      const { code, secret } = await stranger.post('/api/1/cases', { text: `井盖响 ${lang}`, lon: SPOT.longitude, lat: SPOT.latitude });
      const { id } = await centre.get(`/api/1/codes/${code}`);
      const condition = (await centre.get('/api/1/conditions?limit=500')).items.find((k) => k.zh.includes('井盖') && !k.retired).id;
      const step = async (by, act, more = {}) => by.post(`/api/1/cases/${id}/steps`, { act, revision: (await centre.get(`/api/1/cases/${id}`)).revision, ...more });
      await step(centre, 'accept');
      await step(centre, 'file', { condition });
      await step(centre, 'dispatch', { unit: (await centre.get(`/api/1/cases/${id}/view`)).proposed });
      await step(unit, 'take');
      await step(unit, 'handle', { note: '换了新盖。' });
      await step(checker, 'pass');
      await step(agent, 'feedback', { answered: true, note: '已告知。' });
      await step(agent, 'close', { close_kind: 'solved' });

      const p = await person(browser, server.url, { size: 'phone', lang });
      const { page } = p;
      await page.goto(`/track/${code}`);
      await page.locator('input[name=secret]').fill(secret);
      await page.locator('form.ask button[type=submit]').click();
      await page.locator('button.more').click();
      await page.locator('textarea[name=note]').fill('还在响，来12号楼501室看，电话13800000000');
      await page.locator('form.ask', { has: page.locator('textarea[name=note]') }).locator('button[type=submit]').click();
      await page.locator('[data-test=found]').getByText('501室').waitFor();
      await page.locator('[data-test=found]').getByText('13800000000').waitFor();
      assert.equal(posted(p, '/reopen'), 0);
      await noViolations(page, 'what was found when tracking');
      await noSideways(page, 'what was found when tracking');
      await page.locator('[data-test=found]').scrollIntoViewIfNeeded();
      await shot(page, `words-track-${lang}`);
      await page.locator('form.ask', { has: page.locator('textarea[name=note]') }).locator('button[type=submit]').click();
      await until(async () => (await centre.get(`/api/1/cases/${id}`)).state, 'filed');
      const view = await centre.get(`/api/1/cases/${id}/view`);
      assert.equal(view.events.find((e) => e.act === 'reopen').note, '还在响，来12号楼〔房号〕看，电话〔电话〕');
      await p.close();
    });

  for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']])
    test(`an organisation's number is put back with a reason, in ${lang}, on a ${size}`, async () => {
      const stranger = await caller(server.url);
      const { code } = await stranger.post('/api/1/cases', { text: '打物业021-64000000没人接，我的13800000000', contact: '13800000000', lon: SPOT.longitude, lat: SPOT.latitude });
      const centre = await caller(server.url, 'dispatch');
      const { id } = await centre.get(`/api/1/codes/${code}`);
      const p = await person(browser, server.url, { lang, size });
      const { page } = p;
      await signIn(page, 'dispatch', `/console/cases?state=all&case=${id}`, '.words');
      await page.getByRole('button', { name: lang === 'zh' ? '看隐去的文字' : 'Show what was taken out' }).click();
      await page.locator('input[name=words_reason]').fill('核对电话');
      await page.getByRole('button', { name: lang === 'zh' ? '打开' : 'Open', exact: true }).click();
      const row = (words) => page.locator('[data-test=hidden] li', { hasText: words });
      await row('13800000000').locator('[data-test=return]').click();
      await page.locator('input[name=back_reason]').fill('物业');
      await row('13800000000').locator('button[type=submit]').click();
      await page.getByText(lang === 'zh' ? '这是上报人自己的联系方式，不能放回。' : 'This is the reporter\u0027s own contact: it is not put back.').waitFor();
      await row('021-64000000').locator('[data-test=return]').click();
      await row('021-64000000').locator('button[type=submit]').click();
      await page.getByText(lang === 'zh' ? '请写这是哪个单位公开的号码。' : 'Write whose public number it is.').waitFor();
      await noViolations(page, 'a number to put back');
      await noSideways(page, 'a number to put back');
      await row('021-64000000').scrollIntoViewIfNeeded();
      await shot(page, `words-back-${lang}`);
      await page.locator('input[name=back_reason]').fill('物业公司的公开电话');
      await row('021-64000000').locator('button[type=submit]').click();
      await until(() => page.locator('.words').textContent(), '打物业021-64000000没人接，我的〔电话〕');
      await row(lang === 'zh' ? '已放回' : 'put back').waitFor();
      const view = await centre.get(`/api/1/cases/${id}/view`);
      assert.equal(view.events.find((e) => e.act === 'unmask').note, '物业公司的公开电话');
      await p.close();
    });
});
