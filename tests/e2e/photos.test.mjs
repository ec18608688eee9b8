/* photos – from a phone's camera to the dispatcher's desk: sent while the rest is typed,
 * taken away again, refused by name when it is none, seen by the reporter and by staff,
 * covered by keyboard, and not released before the case is filed. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';

import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

const FILE = fileURLToPath(new URL('../fuzz/corpus/photo/a.jpg', import.meta.url));
const NONE = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('PK\x03\x04 a zip by another name') };

describe('photos', () => {
  let server, browser, code;

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('a resident sends two, takes one away, and sees the other when tracking', async () => {
    const p = await person(browser, server.url, { size: 'phone' });
    const { page } = p;
    await page.goto('/');
    await page.locator('[name=spot]').fill('松苑三号楼前');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.locator('textarea[name=text]').fill('井盖裂了');
    await page.locator('input[name=photo]').setInputFiles([FILE, FILE]);
    await page.locator('.pick li[data-state=sent]').nth(1).waitFor();
    await page.locator('input[name=photo]').setInputFiles(NONE);
    await page.getByText('这是压缩包或办公文档').waitFor();
    await noViolations(page, 'photos, one refused');
    await page.getByRole('button', { name: '去掉第 3 张' }).click();
    await page.getByRole('button', { name: '去掉第 2 张' }).click();
    await until(() => page.locator('.pick li').count(), 1);
    await noSideways(page, 'photos');
    await shot(page, 'photos-report', true);
    await page.getByRole('button', { name: '下一步' }).click();
    const sent = page.waitForResponse((r) => r.url().endsWith('/api/1/cases') && r.request().method() === 'POST');
    await page.getByRole('button', { name: '发送' }).click();
    const answer = await (await sent).json();
    code = answer.code;
    assert.ok(code, JSON.stringify(answer));
    await page.goto(`/track/${code}`);
    const picture = page.getByRole('img', { name: '照片，处置前' });
    await picture.waitFor();
    await until(() => page.getByRole('img', { name: '照片，处置前' }).count(), 1);
    await noViolations(page, 'track with a photo');
    await shot(page, 'photos-track', true);
    await p.close();
  });

  for (const lang of ['zh', 'en'])
    test(`a dispatcher covers it by keyboard, in ${lang}`, async () => {
      const p = await person(browser, server.url, { lang });
      const { page } = p;
      await signIn(page, 'dispatch', '/console/cases?state=all');
      await page.getByRole('searchbox').fill(code);
      await page.locator('[data-row] a').click();
      await page.locator('[data-photo] img').first().waitFor();
      await noViolations(page, 'a case with a photo');
      const opened = page.waitForResponse((r) => r.url().endsWith('/open') && r.request().method() === 'POST');
      await page.locator('[data-do=open]').click();
      assert.equal((await opened).status(), 200);
      await page.locator('[data-photo] img[src^="blob:"]').first().waitFor();
      await page.locator('[data-do=cover]').click();
      await page.locator('[data-do=add]').click();
      const frame = page.locator('.stage .box');
      await frame.focus();
      for (const key of ['ArrowLeft', 'ArrowUp', 'Shift+ArrowRight']) await page.keyboard.press(key);
      await until(async () => /left: 39%; top: 39%; width: 21%; height: 20%/.test(await frame.getAttribute('style')), true, 'the keys move the frame');
      await noViolations(page, 'covering');
      await shot(page, `photos-cover-${lang}`, true);
      await page.locator('[data-do=burn]').click();
      await page.locator('[data-do=release]').waitFor();
      await page.locator('[data-do=release]').click();
      await page.locator('.photos [role=alert]').waitFor(); // not filed yet: the server says so
      await noViolations(page, 'covered');
      await shot(page, `photos-case-${lang}`, true);
      await p.close();
    });
});
