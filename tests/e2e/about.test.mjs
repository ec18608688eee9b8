/* about – a report about a unit or its staff: the tick on the report page and on that of a
 * grid worker, in both languages, and the clerk who says which unit is meant; to it the
 * case cannot go. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { caller } from './calls.mjs';
import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer } from './support.mjs';

const WORDS = {
  zh: { next: '下一步', send: '发送', tick: '反映某个单位或其工作人员', centre: '街镇机关，或受理派单的中心：由区里处理', route: '认定对象', accept: '受理' },
  en: { next: 'Next', send: 'Send', tick: 'It is about a unit or its staff', centre: 'The subdistrict office or its centre: the district deals with it', route: 'Whom it is about', accept: 'Accept' },
};

describe('about a unit', () => {
  let server, browser;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const lang of ['zh', 'en'])
    test(`from the tick to the unit that is meant, in ${lang}`, async () => {
      const w = WORDS[lang];
      const phone = await person(browser, server.url, { size: 'phone', lang });
      const { page } = phone;
      await page.goto('/');
      await page.locator('[name=spot]').fill('松苑三号楼前');
      await page.getByRole('button', { name: w.next }).click();
      await page.locator('textarea[name=text]').fill(`养护队收钱不办事 ${lang}`);
      await page.locator('input[name=about]').check();
      await page.getByText(w.centre).click();
      await page.locator('input[name=whom][value=unit]').check();
      await noSideways(page, 'about');
      await noViolations(page, 'about, ticked');
      await page.locator('.about').scrollIntoViewIfNeeded();
      await shot(page, `about-report-${lang}`, true);
      await page.getByRole('button', { name: w.next }).click();
      const sending = page.waitForRequest((r) => r.url().endsWith('/api/1/cases') && r.method() === 'POST');
      const sent = page.waitForResponse((r) => r.url().endsWith('/api/1/cases') && r.request().method() === 'POST');
      await page.getByRole('button', { name: w.send }).click();
      assert.equal(JSON.parse((await sending).postData()).about, 'unit');
      const { code } = await (await sent).json();
      await phone.close();

      const clerk = await person(browser, server.url, { lang });
      await signIn(clerk.page, 'dispatch', '/console/cases?state=all');
      const found = await clerk.page.evaluate(async (c) => (await fetch(`/api/1/codes/${c}`)).json(), code);
      assert.equal(found.about, 'unit');
      await clerk.page.getByRole('searchbox').fill(code);
      await clerk.page.locator('[data-row] a').click();
      await clerk.page.getByRole('button', { name: w.route, exact: true }).click();
      const units = clerk.page.locator('select[name=subject]');
      await noViolations(clerk.page, 'whom it is about');
      await shot(clerk.page, `about-route-${lang}`);
      await units.selectOption({ label: '云桥市政养护队' });
      await clerk.page.locator('form.form button[type=submit]').click();
      await clerk.page.locator('.head .tag', { hasText: '云桥市政养护队' }).waitFor();
      await shot(clerk.page, `about-routed-${lang}`);
      await clerk.close();

      const unit = await person(browser, server.url, { lang });
      await signIn(unit.page, 'road');
      assert.equal(await unit.page.evaluate(async (id) => (await fetch(`/api/1/cases/${id}`)).status, found.id), 404);
      await unit.close();
    });

  for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']])
    test(`a grid worker reports it, and stands in no history, in ${lang}, on a ${size}`, async () => {
      const p = await person(browser, server.url, { lang, size });
      const { page } = p;
      await signIn(page, 'grid', '/console/report', '.page h1');
      assert.equal(await page.locator('input[name=about]').count(), 0, 'what is settled is about no unit');
      await page.locator('input[name=settled]').uncheck();
      await page.locator('textarea[name=text]').fill(`养护队把料堆在路上 ${lang}`);
      await page.locator('input[name=lon]').fill('121.47');
      await page.locator('input[name=lat]').fill('31.225');
      await page.locator('input[name=about]').focus();
      await page.keyboard.press('Space');
      await page.locator('input[name=whom][value=centre]').check();
      await page.locator('input[name=whom][value=unit]').check();
      assert.equal(await page.locator('input[name=settled]').isDisabled(), true);
      await noSideways(page, 'about, by a grid worker');
      await noViolations(page, 'about, by a grid worker');
      await page.locator('.about').scrollIntoViewIfNeeded();
      await shot(page, `about-spot-${lang}`);
      const sending = page.waitForRequest((r) => r.url().endsWith('/api/1/cases') && r.method() === 'POST');
      const sent = page.waitForResponse((r) => r.url().endsWith('/api/1/cases') && r.request().method() === 'POST');
      await page.locator('form button[type=submit]').click();
      assert.equal(JSON.parse((await sending).postData()).about, 'unit');
      const { code } = await (await sent).json();
      await page.getByText(lang === 'zh' ? '已上报，由上一级处理，查询码' : 'Reported; the level above deals with it.').waitFor();
      assert.equal(await page.locator('input[name=about]').isChecked(), false, 'the form begins anew');
      const centre = await caller(server.url, 'dispatch');
      const c = await centre.get(`/api/1/codes/${code}`);
      assert.equal(c.about, 'unit');
      const { events } = await centre.get(`/api/1/cases/${c.id}/view`);
      assert.deepEqual(events.map((e) => [e.act, e.role, e.account_title ?? e.account ?? null]), [['report', 'public', null]]);
      await p.close();
    });
});
