/* codes – QR codes: the encoder against vectors that another encoder made and a reader of
 * its own read (every length from 1 to 213 was), and the page that prints a building's. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { holds, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

const web = new URL('../../web/', import.meta.url);
const ts = createRequire(new URL('package.json', web))('typescript');
const source = ts.transpileModule(readFileSync(fileURLToPath(new URL('shared/qr.ts', web)), 'utf8'), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2020 } });
const { qr, qrPath, QR_BYTES_MOST } = await import(`data:text/javascript;base64,${Buffer.from(source.outputText).toString('base64')}`);

const PLACE = 'https://grid.example/?place=';
/* Text, modules a side, the start of SHA-256 over the rows. Versions 2, 4, 7, 9, 3. */
const VECTORS = [
  ['HTTPS://A.CN/?place=7', 25, '3402575fd562d7a3b4e4015a364b6f97'],
  [`${PLACE}123456789012345678`, 33, 'e22e466851946e0fa7daf9275e3d99b7'],
  [PLACE + '1234567890'.repeat(9), 45, '6470041b302248f9e25f01d269fa1b0a'],
  [PLACE + '1234567890'.repeat(13), 53, '80f76f420a0682a7cdfe916499d55da0'],
  ['居民上报：松苑 5 号楼', 29, '6d1e6194a3d1d199a9267dccabf141b4'],
];

describe('codes', () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('the encoder gives the known modules, and nothing for what is too long', () => {
    for (const [text, side, hash] of VECTORS) {
      const rows = qr(text).map((row) => row.map(Number).join(''));
      assert.equal(rows.length, side, text);
      assert.equal(createHash('sha256').update(rows.join('\n')).digest('hex').slice(0, 32), hash, text);
    }
    assert.equal(qr('x'.repeat(QR_BYTES_MOST)).length, 57);
    assert.equal(qr('x'.repeat(QR_BYTES_MOST + 1)), null);
  });

  test("a building's code on the printed page is its report address, and opens it filled in", async () => {
    const [place] = (await (await fetch(`${server.url}/api/1/places?limit=1`)).json()).items;
    const p = await person(browser, server.url);
    const { page } = p;
    await signIn(page, 'dispatch', `/console/codes?name=${encodeURIComponent(place.name)}`, '.card');
    const card = page.locator(`[data-place="${place.id}"]`);
    const address = `${server.url}/?place=${place.id}`;
    await until(() => card.locator('path').nth(1).getAttribute('d'), qrPath(qr(address)).d);
    await noViolations(page, 'building codes');
    await noSideways(page, 'building codes');
    await shot(page, 'codes');
    await page.goto('/console/grids');
    await page.locator('[data-test=codes]').click();
    await page.locator('.card').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    await holds(async () => !(await page.locator('.hd').isVisible()) && !(await page.locator('form[role=search]').isVisible()), 'on paper the codes alone');
    await shot(page, 'codes.print');
    await p.close();
    const phone = await person(browser, server.url, { size: 'phone' });
    await phone.page.goto(address);
    await phone.page.locator('.note').getByText(place.name).waitFor();
    await phone.close();
  });

  test('a building that is not there is said', async () => {
    const p = await person(browser, server.url, { lang: 'en' });
    await signIn(p.page, 'dispatch', '/console/codes?name=zzz', '[data-test=none]');
    await p.page.getByText('There is no such building.').waitFor();
    await p.page.setViewportSize({ width: 390, height: 844 });
    await noSideways(p.page, 'codes on a phone');
    await shot(p.page, 'codes.en.390');
    await p.close();
  });
});
