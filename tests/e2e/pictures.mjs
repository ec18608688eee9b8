/* pictures – takes the pictures of the README from the running program:
 *   JW_BINARY=build/jingwei node tests/e2e/pictures.mjs */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { person, signIn, startBrowser, startServer } from './support.mjs';

const to = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'pictures');
const server = await startServer();
const browser = await startBrowser();

const words = {
  zh: { next: '下一步', send: '发送', text: '弄口的井盖裂了一角，晚上看不见。' },
  en: { next: 'Next', send: 'Send', text: 'The manhole cover at the entry is cracked. In the dark nobody sees it.' },
};

/* What the phone showed at the second question, and the code of the report. */
async function report(lang) {
  const { page, close } = await person(browser, server.url, { size: 'phone', lang });
  const next = page.getByRole('button', { name: words[lang].next });
  await page.goto('/');
  await page.locator('input[name=spot]').fill('松苑路 8');
  await page.locator('button.pick').first().click();
  await next.click();
  await page.locator('textarea[name=text]').fill(words[lang].text);
  await page.locator('select[name=category]').selectOption('206');
  const phone = await page.screenshot();
  await next.click();
  await page.getByRole('button', { name: words[lang].send }).click();
  const code = (await page.locator('[data-test=code]').textContent()).trim();
  await close();
  return { phone, code };
}

async function desk(lang, code) {
  const { page, close } = await person(browser, server.url, { lang });
  await signIn(page, 'dispatch', '/console/cases?state=all');
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
  const whole = await page.screenshot();
  await close();
  return whole;
}

/* Desk and phone on one sheet, as WebP. */
async function sheet(name, whole, phone) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const url = await page.evaluate(
    async ([a, b]) => {
      const [desk, phone] = await Promise.all(
        [a, b].map(async (png) => {
          const image = new Image();
          image.src = `data:image/png;base64,${png}`;
          await image.decode();
          return image;
        }),
      );
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [1440, 900];
      const c = canvas.getContext('2d');
      c.drawImage(desk, 0, 0);
      [c.shadowColor, c.shadowBlur] = ['rgba(0,0,0,.35)', 30];
      c.drawImage(phone, 790, 470, 280, 606); // its foot is below the sheet
      return canvas.toDataURL('image/webp', 0.82);
    },
    [whole, phone].map((b) => b.toString('base64')),
  );
  writeFileSync(join(to, `${name}.webp`), Buffer.from(url.split(',')[1], 'base64'));
  await page.close();
}

try {
  for (const [lang, name] of [['zh', 'console'], ['en', 'console.en']]) {
    const { phone, code } = await report(lang);
    await sheet(name, await desk(lang, code), phone);
  }
} finally {
  await browser.close();
  await server.stop();
}
