/* clock – deadlines on the case page: what counts days whose holidays are not published
 * yet says so, each deadline for itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { filedCase } from './calls.mjs';
import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer } from './support.mjs';

const SPOT = { longitude: 121.4790619, latitude: 31.229047 };
const AT = Date.parse('2026-12-31T09:00:00+08:00');

describe('deadlines', () => {
  let server, browser, c;

  before(async () => {
    server = await startServer({ more: ['--test-clock', 'on'] });
    browser = await startBrowser();
    await fetch(`${server.url}/test/clock?at=${AT}`, { method: 'POST' });
    c = await filedCase(server.url, { spot: SPOT, text: '井盖响' });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const [lang, mark] of [['zh', '（暂定）'], ['en', ' (provisional)']])
    test(`the day by which it is to be closed is provisional, the limit is not, in ${lang}`, async () => {
      assert.equal(c.finish_provisional, false);
      assert.equal(c.close_provisional, true);
      const p = await person(browser, server.url, { lang, size: lang === 'en' ? 'phone' : 'desk' });
      const { page } = p;
      await signIn(page, 'dispatch', `/console/cases?state=all&case=${c.id}`, '[data-test=close_due]');
      const said = await page.locator('[data-test=close_due]').textContent();
      assert.ok(said.endsWith(mark), said);
      assert.ok(!(await page.locator('[data-test=finish_due]').textContent()).includes(mark), 'the limit is certain');
      await page.locator('[data-test=close_due]').scrollIntoViewIfNeeded();
      await noViolations(page, 'a provisional deadline');
      await noSideways(page, 'a provisional deadline');
      await shot(page, `clock-provisional-${lang}`);
      await p.close();
    });
});
