/* outbox – the console's page of deliveries: what did not get through and why, another
 * try, and no word of a case. The receiver is a private address, which is not allowed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, SIZES, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer } from './support.mjs';

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

const post = (path, body, cookie = '') =>
  fetch(server.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', Cookie: cookie }, body: JSON.stringify(body) });

test('a delivery that failed is shown with its reason, and tried again', async () => {
  const cookie = (await post('/api/1/session', { login: 'system', password: PASSWORD })).headers.get('set-cookie').split(';')[0];
  assert.equal((await post('/api/1/subscriptions', { title: '数字城管', url: 'https://127.0.0.1:9/', events: 'reported' }, cookie)).status, 200);
  const { code } = await (await post('/api/1/cases', { text: '井盖破损，危险' })).json();
  await with_person({}, async (page) => {
    await signIn(page, 'system', '/console/deliveries?state=failed', '.deliveries');
    const row = page.locator('.deliveries tbody tr');
    for (let i = 0; i < 100 && (await row.count()) === 0; i++) {
      await page.waitForTimeout(50); // until the courier has tried once
      await page.reload();
      await page.locator('.deliveries:not([aria-busy=true])').waitFor();
    }
    await shows(row, /数字城管.*新上报.*1.*地址在内网，未获准/);
    const all = await page.locator('main').textContent();
    assert.ok(!all.includes(code) && !all.includes('井盖'), 'nothing of the case');
    await noViolations(page, 'deliveries');
    await row.getByRole('button', { name: '再试一次' }).click();
    await page.locator('.toast', { hasText: '正在再次投递给数字城管' }).waitFor();
  });
});

for (const size of Object.keys(SIZES))
  test(`deliveries, ${size}, English`, async () => {
    await with_person({ size, lang: 'en' }, async (page) => {
      await signIn(page, 'system', '/console/deliveries', '.deliveries');
      await page.locator('.deliveries:not([aria-busy=true])').waitFor();
      await noViolations(page, `deliveries, ${size}`);
      await noSideways(page, `deliveries, ${size}`);
      await shot(page, `deliveries-${size}-en`);
    });
  });
