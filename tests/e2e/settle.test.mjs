/* settle – a grid worker finds something, puts it right and says so: photos from before
 * and after go up as JPEG whatever they were, what is missing stands beside its field,
 * nothing typed is lost, and the case he is led to has both. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';

import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

const corpus = (name) => fileURLToPath(new URL(`../fuzz/corpus/photo/${name}`, import.meta.url));
const PNG = { name: 'before.png', mimeType: 'image/png', buffer: readFileSync(corpus('a.png')) };
const WORDS = {
  zh: { before: '处置前照片', needs: '当场办结要有处置后的照片。', done: /^(已当场办结。|已办结，这一件抽中核查。)$/, note: '请写怎么办的。' },
  en: { before: 'Photos from before', needs: 'Settling on the spot takes a photo from after.', done: /^(Settled on the spot\.|Settled; this one is drawn for a check\.)$/, note: 'Write what was done.' },
};

describe('settled on the spot', () => {
  let server, browser;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']])
    test(`with photos from before and after, in ${lang}, on a ${size}`, async () => {
      const says = WORDS[lang];
      const p = await person(browser, server.url, { lang, size });
      const { page } = p;
      await page.addInitScript(() => {
        window.sent = [];
        const send = XMLHttpRequest.prototype.send;
        XMLHttpRequest.prototype.send = function (body) {
          if (body instanceof Blob) void body.slice(0, 3).arrayBuffer().then((b) => window.sent.push([...new Uint8Array(b)].join(' ')));
          return send.call(this, body);
        };
      });
      await signIn(page, 'grid', '/console/report', '.page h1');
      await noViolations(page, 'the empty form');
      await page.locator('textarea[name=text]').fill('楼道堆物');
      await page.locator('input[name=lon]').fill('121.47');
      await page.locator('input[name=lat]').fill('31.225');
      await page.locator('select[name=condition]').selectOption({ index: 1 });
      await page.locator('form button[type=submit]').click();
      await page.getByText(says.note).waitFor();
      await page.locator('textarea[name=note]').fill('当场清走');
      await page.locator('input[name=before]').setInputFiles(PNG);
      await page.locator('.pick').first().locator('li[data-state=sent]').waitFor();
      await until(() => page.locator('.pick').first().locator('legend').textContent().then((t) => t.includes(says.before)), true);
      await page.locator('form button[type=submit]').click();
      await page.getByText(says.needs).waitFor();
      await noViolations(page, 'a photo is wanted');
      await noSideways(page, 'the form');
      await shot(page, `settle-${lang}`, true);
      await until(() => page.locator('textarea[name=note]').inputValue(), '当场清走');
      await page.locator('input[name=after]').setInputFiles(corpus('a.jpg'));
      await page.locator('.pick').nth(1).locator('li[data-state=sent]').waitFor();
      assert.deepEqual(await page.evaluate(() => window.sent), ['255 216 255', '255 216 255']); // the PNG, too
      const answer = page.waitForResponse((r) => r.url().endsWith('/api/1/cases/settled') && r.status() === 200);
      await page.locator('form button[type=submit]').click();
      const c = await (await answer).json();
      assert.match(await page.locator('.toast').textContent(), says.done);
      await page.locator('[data-photo] img').nth(1).waitFor();
      await until(async () => new URL(page.url()).searchParams.get('case'), c.id);
      await until(() => page.locator('[data-photo]').count(), 2);
      await noViolations(page, 'the settled case');
      await shot(page, `settled-${lang}`, true);
      await p.close();
    });

  test('only reported: photos go with it, and the form begins anew', async () => {
    const p = await person(browser, server.url);
    const { page } = p;
    await signIn(page, 'grid', '/console/report', '.page h1');
    await page.locator('input[name=settled]').uncheck();
    await until(() => page.locator('select[name=condition]').count(), 0);
    await page.locator('textarea[name=text]').fill('井盖裂了');
    await page.locator('input[name=lon]').fill('121.47');
    await page.locator('input[name=lat]').fill('31.225');
    await page.locator('input[name=before]').setInputFiles(PNG);
    await page.locator('.pick li[data-state=sent]').waitFor();
    await noViolations(page, 'only reported');
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/1/cases') && r.request().method() === 'POST');
    await page.locator('form button[type=submit]').click();
    assert.equal((await answer).status(), 200);
    await page.getByText('已上报，查询码').waitFor();
    await until(() => page.locator('textarea[name=text]').inputValue(), '');
    await until(() => page.locator('.pick li').count(), 0);
    await p.close();
  });

  test('others have no such room', async () => {
    const p = await person(browser, server.url);
    await signIn(p.page, 'dispatch', '/console/report', '.emp h1');
    await until(() => p.page.locator('.rail a[href="/console/report"]').count(), 0);
    await p.close();
  });
});
