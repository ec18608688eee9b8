/* petitions – received at the counter, assigned, accepted, answered and printed by the
 * people whose steps they are; petitioner and words opened with a reason; withdrawal for an
 * interest; at three widths, in both languages, dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SIZES, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function with_person(options, login, work) {
  const p = await person(browser, server.url, options);
  await signIn(p.page, login, '/console/petitions');
  await work(p.page, p);
  await p.close();
}

const PETITIONER = '张三丰';
const detail = (page) => page.getByRole('region', { name: '信访事项', exact: true }).last();
const row = (page) => page.locator('.petitions .ls a', { hasText: '河边道路施工不完工' }).first();
async function take(page, act, fill) {
  await page.locator(`[data-act=${act}]`).click();
  if (fill) await fill(page.locator('form[aria-label]').last());
  await page.locator('form[aria-label] button[type=submit]').last().click();
  await until(() => page.locator('form[aria-label] textarea[name=note]').count(), 0);
}
const note = (words) => (form) => form.locator('textarea[name=note]').fill(words);

test('the counter receives it, and what is needed is said beside its field', async () => {
  await with_person({}, 'dispatch', async (page) => {
    await page.getByText('没有这样的信访事项').waitFor();
    await page.locator('[data-test=new]').click();
    const form = page.getByRole('form', { name: '登记信访' });
    await form.getByRole('button', { name: '登记', exact: true }).click();
    await form.getByText('请选类别。').waitFor();
    await form.locator('select[name=kind]').selectOption('claim');
    await form.locator('input[name=matter]').fill('河边道路施工不完工，打13800000000');
    await form.locator('textarea[name=material]').fill('三年了还没有修好');
    await form.locator('input[name=name]').fill(PETITIONER);
    await form.locator('input[name=contact]').fill('13800000000');
    await form.locator('select[name=area]').selectOption({ index: 1 });
    await form.getByRole('button', { name: '登记', exact: true }).click();
    await form.getByText('请写进材料，材料是加密封存的。').waitFor();
    await form.locator('input[name=matter]').fill('河边道路施工不完工');
    await form.getByRole('button', { name: '登记', exact: true }).click();
    await shows(detail(page), /河边道路施工不完工.*申诉求决.*待交办.*收件回执/s);
    assert.ok(!(await page.content()).includes(PETITIONER), 'who brings it is on no page');

    await page.getByRole('button', { name: '查看信访人' }).click();
    await page.locator('input[name=reason]').fill('送达回执');
    await page.getByRole('button', { name: '打开', exact: true }).click();
    await shows(page.locator('[data-test=person]'), /张三丰.*13800000000/s);
  });
});

test('assigned, taken on, accepted, answered; each notice on paper, Chinese first', async () => {
  await with_person({}, 'lead', async (page) => {
    await row(page).click();
    await take(page, 'assign', (form) => form.locator('select[name=unit]').selectOption({ label: '云桥市政养护队' }));
    await shows(detail(page), /待受理.*云桥市政养护队/s);
  });
  await with_person({}, 'road', async (page) => {
    await row(page).click();
    await detail(page).getByText('由承办人办这一步：请先“承办”。').first().waitFor();
    assert.equal(await page.getByRole('button', { name: '查看信访人' }).count(), 0);
    await take(page, 'take');
    await page.locator('[data-act=accept]').waitFor();
    await take(page, 'accept');
    await shows(detail(page), /办理中.*受理告知书/s);
    await take(page, 'answer', note('经核实，路面将在一个月内修好。'));
    await shows(detail(page), /已答复.*处理意见书/s);
    await page.getByRole('link', { name: '处理意见书' }).click();
    const paper = page.locator('[data-test=paper]');
    await shows(paper, /处理意见书.*Opinion.*不服的，可在 \d{4}-\d\d-\d\d 前申请复查.*You may ask for a review until.*经核实，路面将在一个月内修好。/s);
    assert.ok(!(await page.content()).includes(PETITIONER));
    await noViolations(page, 'a notice');
    await shot(page, 'petition-paper');
    await page.emulateMedia({ media: 'print' });
    await until(() => page.locator('.ph').isVisible(), false);
    await until(() => paper.isVisible(), true);
    await shot(page, 'petition-paper-print', true);
  });
});

test('who has an interest withdraws, and it is gone from his list', async () => {
  await with_person({}, 'dispatch', async (page) => {
    await page.locator('[data-test=new]').click();
    const form = page.getByRole('form', { name: '登记信访' });
    await form.locator('select[name=kind]').selectOption('suggestion');
    await form.locator('input[name=matter]').fill('广场加一盏灯');
    await form.locator('textarea[name=material]').fill('晚上看不见');
    await form.locator('select[name=area]').selectOption({ index: 1 });
    await form.getByRole('button', { name: '登记', exact: true }).click();
    await shows(detail(page), /广场加一盏灯/);
    await page.locator('[data-act=recuse]').click();
    await page.locator('form[aria-label] textarea[name=note]').fill('与信访人是亲属');
    await page.locator('form[aria-label] button[type=submit]').last().click();
    await page.getByText('您已回避这个信访事项，不再办理和查看。').waitFor();
    await until(() => page.locator('.petitions .ls a', { hasText: '广场加一盏灯' }).count(), 0);
  });
});

test('what cannot be read says so', async () => {
  const p = await person(browser, server.url, {});
  await p.page.route(/\/api\/1\/petitions\?/, (route) => route.abort());
  await signIn(p.page, 'lead', '/console/petitions');
  await p.page.getByText('信访读不出来').waitFor();
  await p.page.unroute(/\/api\/1\/petitions\?/);
  await p.page.getByRole('button', { name: '再试一次' }).click();
  await p.page.locator('.petitions .ls').waitFor();
  await p.close();
});

test('who has nothing to do with petitions has no such room', async () => {
  const p = await person(browser, server.url, {});
  await signIn(p.page, 'grid', '/console/');
  await until(() => p.page.locator('.rail a', { hasText: '信访' }).count(), 0);
  await p.close();
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`petitions, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, 'lead', async (page) => {
        const answered = lang === 'zh' ? '已答复' : 'answered';
        await page.locator('select[name=state]').selectOption('answered');
        await row(page).click();
        await page.locator('.petitions section .tag-a').waitFor();
        await page.locator('.petitions', { hasText: answered }).waitFor();
        await noViolations(page, `petitions, ${size}`);
        await noSideways(page, `petitions, ${size}`);
        await shot(page, `petitions-${size}-${lang}${dark ? '-dark' : ''}`);
      });
    });
