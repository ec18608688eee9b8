/* people – accounts and posts in the console: the system administrator makes accounts and
 * one-time passwords, the security administrator gives and ends posts, the auditor looks,
 * and none of them is shown what is another's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { caller } from './calls.mjs';
import { PASSWORD, SIZES, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

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

const ROOM = '/console/accounts';
const row = (page, login) => page.locator(`[data-account="${login}"]`);
const search = (page) => new URL(page.url()).search;

/* As many accounts as a test needs, made by the system administrator. */
async function accounts(names) {
  const system = await caller(server.url, 'system');
  for (const login of names) await system.post('/api/1/accounts', { login, title: `张三${login}`, password: 'good for once only' });
}
const postsOf = async (login) => (await (await caller(server.url, 'audit')).get(`/api/1/posts?login=${login}&past=true`)).items;

test('an account is made with a one-time password that opens nothing but its own change', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'system', ROOM);
    await page.getByRole('link', { name: '新建账号' }).click();
    await page.waitForURL(/do=new/);
    await until(() => page.evaluate(() => document.activeElement.name), 'title');
    await page.keyboard.press('Enter'); // nothing is written yet
    await page.locator('.new .err', { hasText: '请写姓名。' }).waitFor();
    await page.locator('input[name=title]').fill('张三');
    await page.locator('input[name=login]').fill('dispatch');
    await page.locator('input[name=password]').fill('short');
    await page.keyboard.press('Enter');
    await page.locator('.new .err', { hasText: '密码至少 10 个字符。' }).waitFor();
    await page.locator('input[name=password]').fill('good for once only');
    await page.keyboard.press('Enter');
    await page.locator('.new .fld', { has: page.locator('input[name=login]') }).locator('.err').waitFor(); // it is taken
    await until(() => page.evaluate(() => document.activeElement.name), 'login');
    await noViolations(page, 'a refused account');
    await shot(page, 'people-refused');
    await page.locator('input[name=login]').fill('zhangsan');
    await page.keyboard.press('Enter');
    await page.getByText('已建账号“zhangsan”。').waitFor();
    await page.locator('.acc h2', { hasText: '张三' }).waitFor();
    await until(async () => search(page), '?login=zhangsan');
    await page.locator('.acc').getByText('还没有过岗位。').waitFor();
    await row(page, 'zhangsan').getByText('一次性密码').waitFor();
  });
  const answer = await fetch(`${server.url}/api/1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1' }, body: JSON.stringify({ login: 'zhangsan', password: 'good for once only' }) });
  assert.equal((await answer.json()).code, 'one_time');
});

test('the proposed password is another one each time, long, and without letters that look alike', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'system', `${ROOM}?do=new`);
    const first = await page.locator('input[name=password]').inputValue();
    assert.match(first, /^([a-km-z2-9]{5}-){3}[a-km-z2-9]{5}$/);
    await page.reload();
    await page.locator('input[name=password]').waitFor();
    assert.notEqual(await page.locator('input[name=password]').inputValue(), first);
  });
});

test('a post is given with role, place, unit and days, and ended; each refusal stands beside its field', async () => {
  await accounts(['lisi']);
  await with_person({}, async (page) => {
    await signIn(page, 'security', `${ROOM}?login=lisi`);
    await page.locator('[data-test=give]').click();
    await page.waitForURL(/do=post/);
    const field = (name) => page.locator('.give .fld', { has: page.locator(`[name=${name}]`) });
    await page.getByRole('button', { name: '授予' }).click();
    await field('post_role').locator('.err', { hasText: '请选角色。' }).waitFor();
    await page.locator('[name=post_role]').selectOption('unit_handler');
    await page.getByRole('button', { name: '授予' }).click();
    await field('unit').locator('.err', { hasText: '处置员和物业岗位要写明单位。' }).waitFor();
    await until(() => page.evaluate(() => document.activeElement.name), 'unit');

    // The unit by words and keys: nothing is chosen before Enter.
    const units = (await (await caller(server.url, 'security')).get('/api/1/units')).items;
    await page.locator('[name=unit]').fill(units[0].name.slice(0, 2));
    await page.locator(`.give [role=option][data-key="${units[0].code}"]`).waitFor();
    await noViolations(page, 'a search for a unit');
    await shot(page, 'people-pick');
    await page.locator('[name=unit]').press('Escape');
    await until(() => page.locator('[name=unit]').inputValue(), '');
    await page.locator('[name=unit]').fill(units[0].code);
    await page.locator(`.give [role=option][aria-selected=true][data-key="${units[0].code}"]`).waitFor();
    await page.locator('[name=unit]').press('Enter');
    await until(() => page.locator('[name=unit]').inputValue(), units[0].name);

    // The server's refusals find their field, too.
    await page.locator('[name=since]').fill('2026-03-02');
    await page.locator('.give [name=until]').fill('2026-03-01');
    await page.getByRole('button', { name: '授予' }).click();
    await field('until').locator('.err', { hasText: '结束日期早于开始日期。' }).waitFor();
    await noViolations(page, 'a refused post');
    await page.locator('.give [name=until]').fill('2099-12-31');
    await page.locator('[name=leads]').check();
    await page.getByRole('button', { name: '授予' }).click();
    await page.locator('[data-post=unit_handler]').waitFor();
    await until(() => page.locator('[data-post=unit_handler] .num').textContent(), '2026-03-02 至 2099-12-31');
    await page.locator('[data-post=unit_handler] .tag', { hasText: '单位负责人' }).waitFor();
    await row(page, 'lisi').getByText(units[0].name).waitFor();
    assert.deepEqual((await postsOf('lisi')).map((p) => [p.role, p.unit_name, p.since, p.until, p.leads]), [['unit_handler', units[0].name, '2026-03-02', '2099-12-31', true]]);

    // 三员分立, said by the server beside the role.
    await page.locator('[data-test=give]').click();
    await page.locator('[name=post_role]').selectOption('audit_admin');
    await page.getByRole('button', { name: '授予' }).click();
    await field('post_role').locator('.err', { hasText: '三员由三人分任' }).waitFor();
    await page.locator('.give').press('Escape');
    await page.locator('.give').waitFor({ state: 'detached' });

    // Ended only when it is said twice; then it is over and stays to be seen.
    await page.getByRole('button', { name: '收回处置员' }).click();
    await page.getByRole('button', { name: '留着' }).click();
    await page.getByRole('button', { name: '收回处置员' }).click();
    await page.getByRole('button', { name: '确认收回' }).click();
    await page.locator('[data-post=unit_handler].over').waitFor();
    await row(page, 'lisi').getByText('没有岗位').waitFor();
  });
});

test('an area is found by the server, whatever the size of the city', async () => {
  await accounts(['wangwu']);
  const areas = (await (await caller(server.url, 'security')).get('/api/1/areas?limit=500')).items;
  const grid = areas.at(-1);
  await with_person({ lang: 'en' }, async (page) => {
    await signIn(page, 'security', `${ROOM}?login=wangwu&do=post`);
    await page.locator('[name=post_role]').selectOption('grid_worker');
    await page.locator('[name=area]').fill(grid.code);
    await page.locator(`[role=option][aria-selected=true][data-key="${grid.code}"]`).waitFor();
    await page.locator('[name=area]').press('Enter');
    await until(() => page.locator('[name=area]').inputValue(), grid.name);
    await page.getByRole('button', { name: 'Give it' }).click();
    await page.locator('[data-post=grid_worker]').getByText(grid.name).waitFor();
    assert.deepEqual((await postsOf('wangwu')).map((p) => p.area), [grid.id]);
    await page.locator('[data-test=give]').click();
    await page.locator('[name=area]').fill('no such place');
    await page.getByText('Nothing is called “no such place”').waitFor();
  });
});

test('a reset password ends the sessions, and so does the security administrator', async () => {
  await accounts(['zhaoliu']);
  await (await caller(server.url, 'security')).post('/api/1/posts', { login: 'zhaoliu', role: 'checker' });
  const signed_in = async (password, more = {}) => {
    const who = await caller(server.url);
    await who.post('/api/1/session', { login: 'zhaoliu', password, ...more });
    return who;
  };
  const still = (who) => who.get('/api/1/me').then(() => true, () => false);
  const first = await signed_in('good for once only', { new_password: 'his very own words' });
  assert.equal(await still(first), true);
  await with_person({}, async (page) => {
    await signIn(page, 'security', `${ROOM}?login=zhaoliu`);
    await page.locator('[data-test=sessions]').click();
    await page.getByText('“张三zhaoliu”的会话已全部注销。').waitFor();
  });
  assert.equal(await still(first), false);
  const second = await signed_in('his very own words');
  await with_person({}, async (page) => {
    await signIn(page, 'system', `${ROOM}?login=zhaoliu`);
    await page.locator('[data-test=reset]').click();
    await page.locator('.reset input[name=password]').fill('short');
    await page.keyboard.press('Enter');
    await page.locator('.reset .err').waitFor();
    await page.locator('.reset input[name=password]').fill('another one for once');
    await page.keyboard.press('Enter');
    await page.locator('.acc', { hasText: '本人还没有改' }).waitFor();
    await until(async () => search(page), '?login=zhaoliu');
  });
  assert.equal(await still(second), false);
});

test('nobody is shown what another administrator does', async () => {
  for (const [login, has] of [['system', ['new', 'reset']], ['security', ['give', 'sessions']], ['audit', []]])
    await with_person({}, async (page) => {
      await signIn(page, login, `${ROOM}?login=dispatch`);
      await page.locator('.acc [data-post]').first().waitFor();
      for (const test of ['new', 'reset', 'give', 'sessions']) assert.equal(await page.locator(`[data-test=${test}]`).count(), has.includes(test) ? 1 : 0, `${login}: ${test}`);
      assert.equal(await page.locator('.end').count() > 0, login === 'security', `${login}: ending`);
      // Nor by an address that another sent.
      for (const what of ['new', 'password', 'post']) {
        await page.goto(`${ROOM}?login=dispatch&do=${what}`);
        await page.locator('.acc [data-post], .new').first().waitFor();
        const mine = { new: 'new', password: 'reset', post: 'give' }[what];
        assert.equal(await page.locator('.new, .reset, .give').count(), has.includes(mine) ? 1 : 0, `${login}: ${what}`);
      }
    });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', ROOM, '.con .emp');
    assert.equal(await page.locator('.rail a[href="/console/accounts"]').count(), 0);
  });
});

test('a post that has no page in the console is told so', async () => {
  await accounts(['helper']);
  await (await caller(server.url, 'security')).post('/api/1/posts', { login: 'helper', role: 'volunteer' });
  await (await caller(server.url)).post('/api/1/session', { login: 'helper', password: 'good for once only', new_password: PASSWORD });
  await with_person({}, async (page) => {
    await signIn(page, 'helper', '/console/', '.con .emp');
    await page.getByText('这个岗位在控制台没有页面').waitFor();
    await until(() => page.locator('.rail a').count(), 0);
    await noViolations(page, 'a post without a page');
  });
});

test('nobody gives himself a post', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'security', `${ROOM}?login=security&do=post`);
    await page.getByText('不能给自己设岗位').waitFor();
    assert.equal(await page.locator('.give, [data-test=give]').count(), 0);
    await row(page, 'security').locator('.tag', { hasText: '我' }).waitFor();
  });
});

test('accounts are searched, filtered and turned by pages, all in the address', async () => {
  await accounts(Array.from({ length: 55 }, (_, i) => `p${String(i).padStart(2, '0')}`));
  await with_person({}, async (page) => {
    await signIn(page, 'security', ROOM);
    const logins = async () => page.locator('[data-account]').evaluateAll((rows) => rows.map((r) => r.dataset.account));
    await until(async () => (await logins()).length, 50);
    await page.getByRole('link', { name: '下一页' }).click();
    await until(async () => search(page), '?page=2');
    await until(async () => (await logins()).includes('p54'), true);
    await page.getByRole('searchbox').fill('p0');
    await until(logins, ['p00', 'p01', 'p02', 'p03', 'p04', 'p05', 'p06', 'p07', 'p08', 'p09']);
    await until(async () => search(page), '?words=p0');
    await page.locator('select[name=role]').selectOption('dispatcher');
    await page.getByRole('heading', { name: '没有这样的账号' }).waitFor();
    await noViolations(page, 'no account');
    await page.getByRole('searchbox').fill('');
    await until(logins, ['dispatch']);
    await page.getByRole('button', { name: '没有岗位' }).click();
    await until(async () => search(page), '?unposted=1');
    await until(async () => (await logins()).includes('p00') && !(await logins()).includes('dispatch'), true);
    await page.reload();
    await until(async () => (await logins()).includes('p00') && !(await logins()).includes('dispatch'), true);
    // One that is not on this page is found by its address all the same.
    await page.goto(`${ROOM}?words=p0&login=dispatch`);
    await page.locator('.acc h2').waitFor();
    await page.goto(`${ROOM}?login=nobody-here`);
    await page.getByText('没有登录名为“nobody-here”的账号。').waitFor();
  });
});

test('what cannot be read says so', async () => {
  await with_person({}, async (page) => {
    await page.route(/\/api\/1\/accounts\?/, (route) => route.abort());
    await signIn(page, 'system', ROOM, '.people [role=alert]');
    await page.unroute(/\/api\/1\/accounts\?/);
    await page.getByRole('button', { name: '再试一次' }).click();
    await row(page, 'audit').waitFor();
  });
});

for (const size of Object.keys(SIZES))
  for (const [lang, dark] of [['zh', false], ['en', false], ['zh', true]])
    test(`accounts, ${size}, ${lang}${dark ? ', dark' : ''}`, async () => {
      await with_person({ size, lang, dark }, async (page) => {
        const name = `people-${size}-${lang}${dark ? '-dark' : ''}`;
        await signIn(page, 'security', ROOM);
        await row(page, 'dispatch').waitFor();
        await noViolations(page, name);
        await noSideways(page, name);
        await shot(page, name);
        await page.goto(`${ROOM}?login=dispatch&do=post`);
        await page.locator('.give').waitFor();
        await page.locator('.acc [data-post]').first().waitFor();
        await noViolations(page, `${name}, a post`);
        await noSideways(page, `${name}, a post`);
        await shot(page, `${name}-post`);
      });
    });

