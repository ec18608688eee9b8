/* pictures – takes the pictures of README and tour from the running program:
 *   JW_BINARY=build/jingwei node tests/e2e/pictures.mjs
 * On the demo city as `make run` makes it, with a week of shifts planned and one report
 * taken as far as its dispatch. In both languages, as WebP under docs/pictures. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { caller } from './calls.mjs';
import { person, signIn, startBrowser, startServer } from './support.mjs';

const to = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'pictures');
const server = await startServer({ small: false });
const browser = await startBrowser();

const ADDRESS = '织云路 88 弄 3 号';
const DAY_MS = 24 * 60 * 60 * 1000;
const words = {
  zh: { next: '下一步', send: '发送', text: '弄口的井盖裂了一角，晚上看不见。', settled: '楼道口的纸箱和旧椅子堵了门。', settle: '当场办结', find: '找' },
  en: { next: 'Next', send: 'Send', text: 'The manhole cover at the entry is cracked. In the dark nobody sees it.', settled: 'Boxes and an old chair block the door.', settle: 'Settle here', find: 'Find' },
};

/* From Monday on, by turns: who is on duty for the city and for a unit. */
async function planWeek() {
  const lead = await caller(server.url, 'lead');
  const today = new Date(Date.now() + 8 * 60 * 60 * 1000); // the city's
  const monday = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()) - ((today.getUTCDay() + 6) % 7) * DAY_MS);
  const at = (day, hour) => monday.getTime() + day * DAY_MS + (hour - 8) * 60 * 60 * 1000;
  const { items } = await lead.get(`/api/1/duty/posts?day=${monday.toISOString().slice(0, 10)}&limit=500`);
  const of = (role, n) => items.filter((p) => p.role === role).slice(0, n);
  const chosen = [...of('unit_handler', 5), ...of('property_manager', 2), ...of('grid_worker', 3)];
  for (const [i, p] of chosen.entries())
    for (let day = 0; day < 7; day++) {
      if ((day + i) % 4 === 3) continue; // nobody is on duty every day
      const [from, until] = (day + i) % 3 === 2 ? [20, 32] : [8, 20];
      await lead.post('/api/1/shifts', { post: p.id, begins: at(day, from), ends: at(day, until) });
    }
}

async function as(login, options, address, work, then) {
  const { page, close } = await person(browser, server.url, options);
  if (login) await signIn(page, login, address, then);
  else await page.goto(address);
  const made = await work(page);
  await close();
  return made;
}

/* What the phone showed at the second question, and the code of the report. */
const report = (lang) =>
  as('', { size: 'phone', lang }, '/', async (page) => {
    const next = page.getByRole('button', { name: words[lang].next });
    await page.locator('input[name=spot]').fill(ADDRESS);
    await page.locator('.fact').waitFor();
    await next.click();
    await page.locator('textarea[name=text]').fill(words[lang].text);
    await page.locator('select[name=category]').selectOption('206');
    const phone = await page.screenshot();
    await next.click();
    await page.getByRole('button', { name: words[lang].send }).click();
    const code = (await page.locator('[data-test=code]').textContent()).trim();
    return { phone, code };
  });

const desk = (lang, code) =>
  as('dispatch', { lang }, '/console/cases?state=all', async (page) => {
    await page.getByRole('searchbox').fill(code);
    await page.getByRole('searchbox').press('Enter');
    await page.locator('.map[data-drawn]').waitFor();
    await page.locator('[data-act=accept]').click();
    await page.locator('[data-act=file]').click();
    const condition = await page.locator('select[name=condition] option', { hasText: /井盖|manhole/i }).first().getAttribute('value');
    await page.locator('select[name=condition]').selectOption(condition);
    await page.locator('form.form button[type=submit]').click();
    await page.locator('[data-act=dispatch]').waitFor();
    await page.goto(`${page.url().replace('state=all', 'state=')}`);
    await page.locator('.map[data-drawn]').waitFor();
    await page.locator('.toast').waitFor({ state: 'detached' });
    return page.screenshot();
  });

const map = (lang) =>
  as('dispatch', { lang }, '/console/map', async (page) => {
    await page.locator('.city[data-drawn]').waitFor();
    await page.locator('.inview [data-row] a').nth(2).click();
    await page.locator('.panel .chain li').first().waitFor();
    await page.locator('.city[data-drawn]').waitFor();
    return page.screenshot();
  }, '.city');

const roster = (lang) =>
  as('lead', { lang }, '/console/roster', async (page) => {
    await page.locator('.week .sft').first().waitFor();
    return page.screenshot();
  });

const notices = (lang) =>
  as('dispatch', { lang }, '/console/notices', async (page) => {
    await page.locator('main li, main tr').nth(5).waitFor();
    return page.screenshot();
  });

const tasks = (lang) =>
  as('road', { size: 'phone', lang }, '/phone/', async (page) => {
    await page.locator('.tk').first().waitFor();
    return page.screenshot();
  }, '.page .tabbar');

const settle = (lang) =>
  as('grid', { size: 'phone', lang }, '/phone/report', async (page) => {
    await page.getByRole('button', { name: words[lang].settle }).click();
    await page.locator('.what button').nth(4).click();
    await page.locator('textarea[name=text]').fill(words[lang].settled);
    await page.locator('.what').scrollIntoViewIfNeeded();
    return page.screenshot();
  }, '.page .tabbar');

const near = (lang) =>
  as('', { size: 'phone', lang }, '/near', async (page) => {
    await page.locator('input[name=near]').fill(ADDRESS);
    await page.getByRole('button', { name: words[lang].find }).last().click();
    await page.locator('[data-test=station]').first().waitFor();
    await page.locator('h2').scrollIntoViewIfNeeded();
    return page.screenshot();
  });

const duties = (lang) =>
  as('', { size: 'phone', lang }, '/duties?category=206', async (page) => {
    await page.locator('.duties .ls > li').first().waitFor();
    return page.screenshot();
  });

/* Screens on one sheet, each at its place, as WebP. */
async function sheet(name, width, height, screens) {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const url = await page.evaluate(
    async ([width, height, screens]) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const c = canvas.getContext('2d');
      c.imageSmoothingQuality = 'high';
      for (const { png, x, y, w, h, over } of screens) {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        if (over) [c.shadowColor, c.shadowBlur] = ['rgba(0,0,0,.35)', 30];
        c.drawImage(image, x, y, w, h);
      }
      return canvas.toDataURL('image/webp', 0.82);
    },
    [width, height, screens.map((s) => ({ ...s, png: s.png.toString('base64') }))],
  );
  writeFileSync(join(to, `${name}.webp`), Buffer.from(url.split(',')[1], 'base64'));
  await page.close();
}

const GAP = 20;
const PHONE = { w: 344, h: 744 }; // four of them beside each other
const wide = (name, png) => sheet(name, 1200, 750, [{ png, x: 0, y: 0, w: 1200, h: 750 }]);

try {
  await planWeek();
  for (const [lang, end] of [['zh', ''], ['en', '.en']]) {
    const { phone, code } = await report(lang);
    await sheet(`console${end}`, 1440, 900, [
      { png: await desk(lang, code), x: 0, y: 0, w: 1440, h: 900 },
      { png: phone, x: 790, y: 470, w: 280, h: 606, over: true }, // its foot is below the sheet
    ]);
    await wide(`map${end}`, await map(lang));
    await wide(`roster${end}`, await roster(lang));
    await wide(`notices${end}`, await notices(lang));
    const phones = [await tasks(lang), await settle(lang), await near(lang), await duties(lang)];
    await sheet(`phones${end}`, 4 * PHONE.w + 3 * GAP, PHONE.h, phones.map((png, i) => ({ png, x: i * (PHONE.w + GAP), y: 0, ...PHONE })));
  }
} finally {
  await browser.close();
  await server.stop();
}
