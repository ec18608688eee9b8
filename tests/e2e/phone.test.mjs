/* phone – the page of those who are out on the street: tasks by deadline and by distance,
 * a task with its legal steps, taken in large type and both languages. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { caller, filedCase } from './calls.mjs';
import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

/* Everything that is pressed is at least 44 by 44, but links within a sentence. */
export async function bigTargets(page, what) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, select, input:not([type=file]), a.btn, .tabbar a, a.lk')]
      .filter((e) => e.offsetParent && !e.closest('.vh') && !e.classList.contains('vh'))
      .map((e) => {
        const own = e.closest('label.chk') ?? e;
        const { width, height } = own.getBoundingClientRect();
        return { name: e.textContent.trim() || e.getAttribute('aria-label') || e.name, width, height };
      })
      .filter((b) => b.width < 43.5 || b.height < 43.5),
  );
  assert.deepEqual(small, [], `targets on ${what}`);
}

const FILE = fileURLToPath(new URL('../fuzz/corpus/photo/a.jpg', import.meta.url));
const SPOT = { latitude: 31.228534, longitude: 121.478456 }; // in 松苑 05

describe('phone', () => {
  let server, browser;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = async (login, more = {}) => {
    const p = await person(browser, server.url, { size: 'phone', ...more });
    await signIn(p.page, login, '/phone/', '.page .tabbar');
    return p;
  };

  /* iOS takes the link's PNG, Android those of the manifest: each is what it says. */
  test('it can be put on the home screen, with its icon', async () => {
    const p = await open('road');
    const { page } = p;
    const manifest = await page.evaluate(async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json());
    assert.deepEqual([manifest.id, manifest.start_url, manifest.scope, manifest.display], ['/phone/', '/phone/', '/phone/', 'standalone']);
    const wanted = manifest.icons.filter((i) => i.type === 'image/png').map((i) => [i.src, Number(i.sizes.split('x')[0])]);
    assert.deepEqual(manifest.icons.filter((i) => i.purpose === 'maskable').map((i) => i.sizes), ['512x512']);
    assert.deepEqual([...new Set(wanted.map(([, size]) => size))], [192, 512]);
    wanted.push([await page.locator('link[rel=apple-touch-icon]').getAttribute('href'), 180]);
    for (const [src, size] of wanted) {
      const is = await page.evaluate(async (src) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return [(await fetch(src)).headers.get('content-type'), image.naturalWidth, image.naturalHeight];
      }, src);
      assert.deepEqual(is, ['image/png', size, size], src);
    }
    for (const { url } of manifest.shortcuts) assert.equal((await page.request.get(url)).status(), 200, url);
    await p.close();
  });

  test('tasks stand by deadline, and by distance when asked', async () => {
    const p = await open('road', { more: { geolocation: { longitude: 121.47, latitude: 31.23, accuracy: 12 }, permissions: ['geolocation'] } });
    const { page } = p;
    await page.locator('.tk').first().waitFor();
    const due = await page.evaluate(async () => (await (await fetch('/api/1/cases?todo=true&limit=200')).json()).items);
    const open_codes = [...due].sort((a, b) => Number(b.danger ?? false) - Number(a.danger ?? false) || (a.due ?? Infinity) - (b.due ?? Infinity)).map((c) => c.code);
    const shown = await page.locator('.tk').evaluateAll((all) => all.map((e) => e.dataset.task));
    assert.deepEqual(shown, open_codes);
    await noViolations(page, 'tasks');
    await noSideways(page, 'tasks');
    await bigTargets(page, 'tasks');
    await shot(page, 'phone-tasks');
    await page.getByRole('button', { name: '离我近' }).click();
    await page.getByRole('heading', { name: '由近到远' }).waitFor();
    const metres = await page.locator('.tk .row .num').allTextContents();
    const far = metres.map((m) => Number.parseFloat(m) * (m.endsWith('km') ? 1000 : 1));
    assert.ok(far.length > 1);
    assert.deepEqual(far, [...far].sort((a, b) => a - b));
    await shot(page, 'phone-near');
    await p.close();
  });

  test('a task shows what, where and by when; it is taken on and handled, with the reason beside a refused step', async () => {
    const p = await open('road');
    const { page } = p;
    const card = page.locator('.tk', { has: page.getByRole('link', { name: '接单' }) }).first();
    const code = await card.getAttribute('data-task');
    await page.locator(`[data-task="${code}"]`).getByRole('link', { name: '接单' }).click();
    await page.locator(`[data-case="${code}"]`).waitFor();
    await noViolations(page, 'a task');
    await bigTargets(page, 'a task');
    await shot(page, 'phone-task');
    await page.locator('[data-act=take]').click();
    await page.locator('[data-act=handle]').waitFor();
    await page.getByRole('button', { name: '看小地图' }).click();
    await page.locator('.map[data-drawn]').waitFor();
    await page.locator('[data-act=handle]').click();
    await page.locator('form.sheet button[type=submit]').click();
    await until(() => page.locator('form.sheet [role=alert]').textContent(), '请写说明。');
    await noViolations(page, 'a step with an error');
    await shot(page, 'phone-step', true);
    await page.locator('textarea[name=note]').fill('已换新井盖。');
    await page.locator('form.sheet button[type=submit]').click();
    await page.getByText('这一步由别的岗位办理').waitFor();
    await shot(page, 'phone-handled');
    await page.getByRole('button', { name: '返回' }).click();
    await page.locator('.tk').first().waitFor();
    // What was kept stands here at first, then what the server says.
    await until(() => page.locator(`[data-task="${code}"]`).count(), 0, 'it waits for somebody else now');
    await p.close();
  });

  test('who may check passes what others handled; his own is refused, and why', async () => {
    const may = await filedCase(server.url, { spot: SPOT, text: '弄口井盖破了', upto: 'handled' });
    const grid = await caller(server.url, 'grid');
    const waiting = (await grid.get('/api/1/cases?todo=true&limit=200')).items;
    const passes = await Promise.all(waiting.map(async (c) => ({ code: c.code, pass: (await grid.get(`/api/1/cases/${c.id}/view`)).steps.find((s) => s.act === 'pass') })));
    const own = passes.find((t) => t.pass && !t.pass.allowed);
    const p = await open('grid');
    const { page } = p;
    await page.locator(`[data-task="${own.code}"]`).getByRole('link', { name: '去核查' }).click();
    const refused = page.getByRole('button', { name: '核查通过' });
    await until(() => refused.getAttribute('aria-disabled'), 'true');
    await until(async () => page.locator(`[id="${await refused.getAttribute('aria-describedby')}"]`).textContent(), own.pass.why_zh);
    assert.equal(own.pass.why_zh, '上报人和处置人不能核查自己的案件。');
    await noViolations(page, 'a refused step');
    await shot(page, 'phone-refused');
    await page.getByRole('button', { name: '返回' }).click();
    await page.locator(`[data-task="${may.code}"]`).getByRole('link', { name: '去核查' }).click();
    await page.locator('[data-act=pass]').click();
    await page.locator('textarea[name=note]').fill('现场看过，已换新。');
    await page.locator('form.sheet button[type=submit]').click();
    await page.getByText('这一步由别的岗位办理').waitFor();
    await p.close();
  });

  test('a report takes three taps: photo, what, send; danger stands first', async () => {
    const p = await open('grid', { more: { geolocation: SPOT, permissions: ['geolocation'] } });
    const { page } = p;
    await page.getByRole('link', { name: '上报' }).click();
    await page.locator('[data-test=where]').getByText('松苑 05 微网格').waitFor(); // by itself
    await until(() => page.locator('.form .tels b').allTextContents(), ['110', '119', '120']);
    assert.ok(await page.evaluate(() => document.querySelector('.danger').compareDocumentPosition(document.querySelector('.what')) & Node.DOCUMENT_POSITION_FOLLOWING));
    await page.locator('input[name=photos]').setInputFiles(FILE); // 1
    await page.locator('[data-side=photos] img').waitFor();
    await page.locator('[data-matter=road]').click(); // 2
    await noViolations(page, 'report');
    await noSideways(page, 'report');
    await bigTargets(page, 'report');
    await shot(page, 'phone-report', true);
    const uploads = p.asked.filter((a) => a === 'POST /api/1/photos').length;
    assert.equal(uploads, 0, 'nothing is sent before');
    await page.locator('.foot button[type=submit]').click(); // 3
    await page.locator('[data-test=done][data-state=sent]').waitFor();
    await shot(page, 'phone-report-done');
    const code = (await page.locator('[data-test=done] .num').textContent()).trim();
    const grid = await caller(server.url, 'grid');
    const c = await grid.get(`/api/1/codes/${code}`);
    assert.deepEqual([c.source, c.category, c.text, c.lon, c.lat], ['worker', '206', '道路井盖', SPOT.longitude, SPOT.latitude]);
    assert.equal((await grid.get(`/api/1/cases/${c.id}/photos`)).items.length, 1);
    await p.close();
  });

  test('the same form settles on the spot, with photos from before and after', async () => {
    const p = await open('grid', { more: { geolocation: SPOT, permissions: ['geolocation'] } });
    const { page } = p;
    await page.goto('/phone/report');
    await page.locator('[data-test=where]').waitFor();
    await page.getByRole('button', { name: '当场办结' }).click();
    await page.locator('[data-matter=waste]').click();
    await page.locator('input[name=before]').setInputFiles(FILE);
    await page.locator('.foot button[type=submit]').click();
    await page.getByText('请选立案条件。').first().waitFor();
    await page.locator('select[name=condition]').selectOption({ index: 1 });
    await page.locator('textarea[name=note]').fill('当场清走。');
    await page.locator('.foot button[type=submit]').click();
    await page.getByText('这一类当场办结要有处置后的照片。').first().waitFor();
    await noViolations(page, 'settling');
    await shot(page, 'phone-settle', true);
    await page.locator('input[name=after]').setInputFiles(FILE);
    await page.locator('[data-side=after] img').waitFor();
    await page.locator('.foot button[type=submit]').click();
    await page.locator('[data-test=done][data-state=sent]').waitFor();
    const code = (await page.locator('[data-test=done] .num').textContent()).trim();
    const grid = await caller(server.url, 'grid');
    const c = await grid.get(`/api/1/codes/${code}`);
    assert.ok(c.state === 'closed' || c.sampled, c.state);
    assert.deepEqual((await grid.get(`/api/1/cases/${c.id}/photos`)).items.map((f) => f.shows).sort(), ['after', 'before']);
    await p.close();
  });

  for (const [name, how] of [
    ['en', { lang: 'en' }],
    ['dark', { dark: true }],
    ['narrow', { more: { viewport: { width: 360, height: 740 } } }],
  ])
    test(`every page of it stands: ${name}`, async () => {
      const p = await open('road', how);
      for (const path of ['/phone/', '/phone/report', '/phone/mine']) {
        await p.page.goto(path);
        await p.page.locator('.tk, [data-test=box-waiting], form.form').first().waitFor();
        await noViolations(p.page, `${path} ${name}`);
        await noSideways(p.page, `${path} ${name}`);
        await bigTargets(p.page, `${path} ${name}`);
        await shot(p.page, `phone${path.slice(6).replace('/', '-')}.${name}`);
        await p.page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
        await noSideways(p.page, `${path} ${name}, type of twice the size`);
        await shot(p.page, `phone${path.slice(6).replace('/', '-')}.${name}.200`);
      }
      await p.close();
    });
});
