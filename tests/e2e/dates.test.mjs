/* dates – days in the console: typed, or taken from a month by keys, in the language of the
 * page whatever the browser's own is. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SIZES, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function with_person(options, work) {
  const p = await person(browser, server.url, options);
  await work(p.page, p);
  await p.close();
}

const FIGURES = '/console/figures?from=2026-01-31&to=2026-12-31';
const search = (page) => new URL(page.url()).search;
const focused = (page) => page.evaluate(() => document.activeElement.dataset.day);
/* Of the month alone, by the axe that noViolations() brought: it lies over links, and what
 * is left in view of one beneath is no target. */
const violations = (page) => page.evaluate(async () => (await window.axe.run('.month')).violations.map((v) => `${v.id}: ${v.help}`));
const opener = (page, name) => page.locator(`.date:has(input[name=${name}]) .cal`);

test('a day is typed as people write it; what is none is said beside it and changes nothing', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', FIGURES);
    const from = page.locator('input[name=from]');
    for (const [typed, day] of [['2026-3-1', '2026-03-01'], ['2026/04/02', '2026-04-02'], ['20260503', '2026-05-03'], ['2026年6月4日', '2026-06-04']]) {
      await from.fill(typed);
      await from.press('Enter');
      await until(() => from.inputValue(), day);
      await until(async () => search(page), `?from=${day}&to=2026-12-31`);
    }
    for (const wrong of ['2026-02-30', '2026-13-01', 'soon', '31-12-2026']) {
      await from.fill(wrong);
      await from.press('Tab');
      await page.locator('.date .err', { hasText: '不是日期。请写成 2026-03-01 的样子。' }).waitFor();
      await until(() => from.getAttribute('aria-invalid'), 'true');
    }
    await noViolations(page, 'a day that is none');
    assert.equal(search(page), '?from=2026-06-04&to=2026-12-31');
    await from.fill('');
    await from.press('Tab'); // the figures always have a day
    await until(() => from.inputValue(), '2026-06-04');
  });
});

test('a month is turned over by keys, over its ends and those of a year', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', FIGURES);
    await opener(page, 'from').focus();
    await page.keyboard.press('Enter');
    await until(() => focused(page), '2026-01-31');
    for (const [key, day] of [
      ['ArrowRight', '2026-02-01'],
      ['ArrowUp', '2026-01-25'],
      ['Home', '2026-01-19'],
      ['End', '2026-01-25'],
      ['ArrowDown', '2026-02-01'],
      ['ArrowLeft', '2026-01-31'],
      ['PageDown', '2026-02-28'], // the 31st of a shorter month
      ['PageUp', '2026-01-28'],
      ['PageUp', '2025-12-28'],
      ['Shift+PageDown', '2026-12-28'],
    ]) {
      await page.keyboard.press(key);
      await until(() => focused(page), day, key);
    }
    await page.keyboard.press('Escape');
    await page.locator('.month').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.classList.contains('cal')), true);
    assert.equal(search(page), '?from=2026-01-31&to=2026-12-31');
    await page.keyboard.press('Enter');
    await until(() => focused(page), '2026-01-31');
    await page.keyboard.press('ArrowLeft');
    await until(() => focused(page), '2026-01-30');
    await page.keyboard.press('Enter');
    await until(async () => search(page), '?from=2026-01-30&to=2026-12-31');
    await page.locator('.month').waitFor({ state: 'detached' });
    await until(() => page.locator('input[name=from]').inputValue(), '2026-01-30');
  });
});

test('a leap day is there, and only in its year', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/figures?from=2028-02-29&to=2028-12-31');
    await until(() => page.locator('input[name=from]').inputValue(), '2028-02-29');
    await opener(page, 'from').click();
    await until(() => focused(page), '2028-02-29');
    await page.keyboard.press('Shift+PageDown');
    await until(() => focused(page), '2029-02-28');
  });
});

/* The browser's language is the other one: the page's counts. */
for (const [lang, month, day, head] of [
  ['zh', '2026年3月', '2026年3月5日星期四', '一'],
  ['en', 'March 2026', 'Thursday, 5 March 2026', 'M'],
])
  test(`the month speaks the page's language: ${lang}`, async () => {
    await with_person({ lang: lang === 'zh' ? 'en' : 'zh' }, async (page) => {
      await signIn(page, 'dispatch', '/console/figures?from=2026-03-05&to=2026-12-31');
      await page.getByRole('button', { name: lang === 'zh' ? '中文' : 'English' }).click();
      await opener(page, 'from').click();
      await until(() => page.locator('[data-test=month]').textContent(), month);
      const said = await page.locator('[data-day="2026-03-05"]').getAttribute('aria-label');
      assert.equal(said.replace(/^Thursday 5/, 'Thursday, 5'), day);
      assert.equal(await page.locator('.month thead th').first().textContent(), head);
      assert.equal(await page.locator('input[type=date]').count(), 0);
    });
  });

test('no form has the browser\'s own control', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'lead', '/console/grids');
    await page.locator('input[name=day]').waitFor();
    assert.equal(await page.locator('input[type=date]').count(), 0);
    await page.goto('/console/roster');
    await page.locator('.add').first().click();
    await page.locator('.plan input[name=from]').waitFor();
    assert.equal(await page.locator('input[type=date]').count(), 0);
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`a month, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        const name = `dates-${size}-${lang}${dark ? '-dark' : ''}`;
        await signIn(page, 'dispatch', FIGURES);
        await noViolations(page, name);
        for (const which of ['from', 'to']) {
          await opener(page, which).click();
          await page.locator('.month').waitFor();
          assert.deepEqual(await violations(page), [], `axe on ${name}, ${which}`);
          await noSideways(page, `${name}, ${which}`);
          const out = await page.locator('.month').evaluate((m) => { const r = m.getBoundingClientRect(); return r.left < 0 || r.right > window.innerWidth; });
          assert.equal(out, false, `${name}, ${which}: the month is in view`);
          await shot(page, `${name}-${which}`);
          await page.keyboard.press('Escape');
          await page.locator('.month').waitFor({ state: 'detached' });
        }
      });
    });
