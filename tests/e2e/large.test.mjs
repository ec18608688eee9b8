/* large – every room of the console, the pages of a resident and of who is out, in large
 * type, at three widths, in both languages, dark: nothing wider than the window, nothing
 * that axe minds. */
import { after, before, test } from 'node:test';

import { noSideways, noViolations, person, shot, signIn, startBrowser, startServer } from './support.mjs';

let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* Whose rooms, where they begin, and what is there once they are drawn. */
const ROOMS = {
  dispatch: [
    ['/console/desk', '.todo tbody tr'],
    ['/console/map', '.city[data-drawn]'],
    ['/console/cases', '[data-row]'],
    ['/console/notices?all=1', '.notices .ls > li'],
    ['/console/roster', '.roster[aria-busy=false], .roster .emp, .roster table'],
    ['/console/handover', '[data-part=danger]'],
    ['/console/grids', '.areas .line'],
    ['/console/codes', '.con .ph'],
    ['/console/figures', '.six h2'],
  ],
  lead: [['/console/planner', '.wishes button[type=submit]']],
  grid: [['/console/report', 'textarea[name=text]']],
  system: [
    ['/console/accounts', 'tbody tr'],
    ['/console/settings', '.settings .value'],
    ['/console/deliveries', '.con .ph'],
  ],
  audit: [['/console/audit', '.con .ph']],
};
const OPEN = [
  ['/', 'input[name=spot]'],
  ['/near', 'main'],
  ['/duties', '.duties section'],
  ['/track', 'input[name=code]'],
];
const OUT = [
  ['/phone/', '.page .tabbar'],
  ['/phone/report', 'textarea[name=text]'],
  ['/phone/mine', '[data-test=box-waiting]'],
];

for (const [size, lang, dark] of [['desk', 'zh', false], ['tablet', 'en', false], ['phone', 'zh', true], ['phone', 'en', false]]) {
  const name = [size, lang, dark && 'dark'].filter(Boolean).join('.');
  const enlarge = (page) => page.getByRole('button', { name: lang === 'zh' ? '大字' : 'Large type' }).first().click();

  async function look(page, pages) {
    for (const [address, there] of pages) {
      await page.goto(address);
      await page.locator(there).first().waitFor();
      await page.locator('html[data-size=large]').waitFor({ state: 'attached' });
      await noSideways(page, `${address}, ${name}, large`);
      await noViolations(page, `${address}, ${name}, large`);
      await shot(page, `large${address.replace(/\?.*/, '').replaceAll('/', '.')}.${name}`);
    }
  }

  for (const [login, pages] of Object.entries(ROOMS))
    test(`the rooms of ${login} in large type, ${name}`, async () => {
      const p = await person(browser, server.url, { size, lang, dark });
      await signIn(p.page, login, pages[0][0], '.con .rail');
      await enlarge(p.page);
      await look(p.page, pages);
      await p.close();
    });

  test(`the open pages in large type, ${name}`, async () => {
    const p = await person(browser, server.url, { size, lang, dark });
    await p.page.goto('/');
    await enlarge(p.page);
    await look(p.page, OPEN);
    await p.close();
  });

  if (size === 'phone')
    test(`the pages of who is out in large type, ${name}`, async () => {
      const p = await person(browser, server.url, { size, lang, dark });
      await p.page.goto('/');
      await enlarge(p.page); // one choice for all pages of a device
      await signIn(p.page, 'grid', '/phone/', '.page .tabbar');
      await look(p.page, OUT);
      await p.close();
    });
}
