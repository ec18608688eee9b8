/* walk – one report through the whole loop, by six people at six devices: reported from
 * a building's code on a phone, accepted, filed, dispatched, taken, handled, checked by another,
 * answered and closed at desks, found closed on the phone again and rated. On both stores;
 * the looks of it, which no store changes, are judged on SQLite. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as support from './support.mjs';

const { holds, noStore, person, signIn, startBrowser, startServer, until } = support;

const SPOT = { latitude: 31.228534, longitude: 121.478456 }; // in 松苑 05
const SEEN = '三号楼前的井盖裂了😀，晚上看不见。𠮷野家门口。';
const TEXT = `${SEEN}打13800000000`, KEPT = `${SEEN}打〔电话〕`; // what is sent, and what the case keeps
let broken = false;

for (const store of ['sqlite', 'postgres']) describe(`the loop on ${store}`, { skip: noStore(store) }, () => walk(store));

function walk(store) {
  const judged = (judge) => (store === 'sqlite' ? judge : async () => undefined);
  const [noSideways, noViolations, shot] = [support.noSideways, support.noViolations, support.shot].map(judged);
  let server, browser, resident, code, secret;
  let broken = false;

  /* Steps stand on each other: after one that fails the rest say nothing new. */
  function step(name, run) {
    test(name, async (t) => {
      if (broken) return t.skip('a step before it failed');
      broken = true;
      await run();
      broken = false;
    });
  }

  before(async () => {
    server = await startServer({ store });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /* Signs in, opens the case by the code it is known under, works, leaves. */
  async function desk(login, lang, work) {
    const p = await person(browser, server.url, { lang });
    await signIn(p.page, login, '/console/cases?state=all');
    await p.page.getByRole('searchbox').fill(code);
    await p.page.locator('[data-row] a').click();
    await p.page.locator('[data-act], .body').first().waitFor();
    await work(p.page);
    await p.close();
  }
  const state = (page) => page.locator('[data-row][aria-current="true"] .st');
  async function take(page, act, fill = async () => undefined) {
    await page.locator(`[data-act=${act}]`).click();
    await fill(page.locator('form.form'));
    const submit = page.locator('form.form button[type=submit]');
    if (await submit.count()) await submit.click();
  }

  const scans = store === 'sqlite';
  step(`a resident ${scans ? 'scans the code of a building' : 'gives the position'} and reports, without an account`, async () => {
    resident = await person(browser, server.url, { size: 'phone', more: { geolocation: SPOT, permissions: ['geolocation', 'clipboard-write', 'clipboard-read'] } });
    const { page } = resident;
    if (scans) {
      const [place] = (await (await fetch(`${server.url}/api/1/places?limit=1`)).json()).items;
      await page.goto(`/?place=${place.id}`); // what the code on the building says: codes.test.mjs
      await page.locator('.fact').getByText(place.name).waitFor();
    } else {
      await page.goto('/');
      await page.getByRole('button', { name: '用我现在的位置' }).click();
      await page.getByText('松苑 05 微网格').waitFor();
    }
    await noViolations(page, 'report, where');
    await shot(page, 'report-1-where');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.locator('textarea[name=text]').fill(TEXT);
    await page.locator('select[name=category]').selectOption('206');
    await noViolations(page, 'report, what');
    await shot(page, 'report-2-what');
    await page.getByRole('button', { name: '下一步' }).click();
    await until(() => page.getByRole('radio', { name: /匿名/ }).isChecked(), true, 'anonymous is the default');
    await page.getByRole('radio', { name: /留联系方式/ }).check();
    await page.locator('input[name=contact]').fill('13800000000');
    await page.locator('[data-test=found]').getByText('13800000000').waitFor(); // shown before it is sent
    await noViolations(page, 'report, contact');
    await shot(page, 'report-3-contact');
    await page.getByRole('button', { name: '发送' }).click();
    code = (await page.locator('[data-test=code]').textContent()).trim();
    secret = (await page.locator('[data-test=secret]').textContent()).trim();
    assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await page.getByText(/地点在.+微网格/).waitFor();
    await page.getByRole('button', { name: '复制' }).click();
    const copied = new RegExp(`${code}[\\s\\S]*${secret}[\\s\\S]*/track/${code}`);
    await until(async () => copied.test(await page.evaluate(() => navigator.clipboard.readText())), true, 'code, secret and address are copied');
    await noViolations(page, 'receipt');
    await noSideways(page, 'receipt');
    await shot(page, 'report-4-receipt');
  });

  step('the dispatcher accepts, files and dispatches', async () => {
    await desk('dispatch', 'zh', async (page) => {
      await noViolations(page, 'a reported case');
      await until(() => page.locator('.words').textContent(), KEPT);
      await page.locator('.map canvas').waitFor();
      await shot(page, 'case-1-reported');
      await take(page, 'accept');
      await state(page).getByText('待立案').waitFor();
      // A form that lacks what the step needs says so beside the field.
      await page.locator('[data-act=file]').click();
      await page.locator('form.form button[type=submit]').click();
      await until(() => page.locator('form.form [role=alert]').textContent(), '请选立案条件。');
      await noViolations(page, 'a form with an error');
      const condition = await page.locator('select[name=condition] option', { hasText: '井盖' }).first().getAttribute('value');
      await page.locator('select[name=condition]').selectOption(condition);
      await shot(page, 'case-2-file');
      await page.locator('form.form button[type=submit]').click();
      await state(page).getByText('待派').waitFor();
      await take(page, 'dispatch', async (form) => {
        await until(async () => /（建议）/.test(await form.locator('select[name=unit] option:checked').textContent()), true, 'the proposed unit is chosen');
        await shot(page, 'case-3-dispatch');
      });
      await state(page).getByText('待签收').waitFor();
    });
  });

  step('the unit takes it on and handles it', async () => {
    await desk('road', 'zh', async (page) => {
      await take(page, 'take');
      await state(page).getByText('处置中').waitFor();
      await take(page, 'handle', (form) => form.locator('textarea').fill('换新盖，周边补沥青。'));
      await state(page).getByText('待核查').waitFor();
      await until(() => page.locator('[data-act=pass]').count(), 0, 'who handled does not check');
      await shot(page, 'case-4-handled');
    });
  });

  step('another checks it, in English', async () => {
    await desk('check', 'en', async (page) => {
      await noViolations(page, 'a handled case');
      await shot(page, 'case-5-check.en');
      await take(page, 'pass', (form) => form.locator('textarea').fill('Looked at it: the cover is new.'));
      await state(page).getByText(/feedback/i).waitFor();
    });
  });

  step('the call-back agent opens the contact with a reason, answers and closes', async () => {
    await desk('call', 'zh', async (page) => {
      const early = page.getByRole('button', { name: '结案', exact: true });
      await until(() => early.getAttribute('aria-disabled'), 'true', 'no close without feedback');
      const why = await early.getAttribute('aria-describedby');
      await holds(async () => (await page.locator(`[id="${why}"]`).textContent()).trim().length > 4, 'the refused step says why');
      await noViolations(page, 'a refused step');
      await shot(page, 'case-6-refused');
      await page.getByRole('button', { name: '看联系方式' }).click();
      await page.locator('input[name=reason]').fill('回访处置结果');
      await page.getByRole('button', { name: '打开', exact: true }).click();
      await page.getByText('13800000000').waitFor();
      await take(page, 'feedback', async (form) => {
        await form.getByRole('radio', { name: '已答复到' }).check();
        await form.locator('textarea').fill('电话告知，本人满意。');
      });
      await page.locator('[data-act=close]').waitFor();
      await take(page, 'close', (form) => form.getByRole('radio', { name: '已解决' }).check());
      await state(page).getByText('已结案').waitFor();
      await noViolations(page, 'a closed case');
      await shot(page, 'case-7-closed');
    });
  });

  step('the phone says closed: by the code alone, and with the secret every step', async () => {
    const { page } = resident;
    await page.goto('/track');
    await noViolations(page, 'my reports');
    await page.getByRole('link', { name: new RegExp(code) }).click();
    await page.getByRole('heading', { name: '办结了' }).waitFor();
    await page.getByText(KEPT).waitFor();
    await page.getByText('处置完成').waitFor();
    await noViolations(page, 'progress, with the secret');
    await noSideways(page, 'progress');
    await shot(page, 'track-closed', true);

    const other = await person(browser, server.url, { size: 'phone', lang: 'en' });
    await other.page.goto(`/track/${code}`);
    await other.page.getByRole('heading', { name: 'Closed' }).waitFor();
    await other.page.getByText('Solved').first().waitFor();
    assert.ok(!(await other.page.content()).includes('井盖'), 'the code alone shows the status and no words');
    await noViolations(other.page, 'progress, by code');
    await other.page.locator('input[name=secret]').fill('0000-0000-0000');
    await other.page.getByRole('button', { name: 'Open' }).click();
    await other.page.locator('[role=alert]').waitFor();
    await other.page.locator('input[name=secret]').fill(secret);
    await other.page.getByRole('button', { name: 'Open' }).click();
    await other.page.getByText(KEPT).waitFor();
    await shot(other.page, 'track-closed.en', true);
    await other.close();
  });

  step('who reported says how it was', async () => {
    const { page } = resident;
    await page.getByRole('radio', { name: '解决了', exact: true }).check();
    await page.locator('select[name=satisfaction]').selectOption('5');
    await page.getByRole('button', { name: '提交评价' }).click();
    await page.getByText(/您的评价：解决了.*5\/5/).waitFor();
    await noViolations(page, 'rated');
    await shot(page, 'track-rated', true);
    await resident.close();
    await desk('dispatch', 'zh', async (desk_page) => {
      await desk_page.locator('.chn, .tl').getByText(/评价/).first().waitFor();
      await shot(desk_page, 'case-8-rated');
    });
  });
}
