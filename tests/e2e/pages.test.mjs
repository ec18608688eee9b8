/* pages – what the walk does not meet: both languages at every width, dark and large
 * type, empty and long and wrong things, a network that fails, a colleague who was
 * faster, the keyboard, and addresses that carry the filters. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, holds, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

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

/* The API without a page: what the tests need to be there beforehand. */
let keys = 0;
function api(cookie = '') {
  return async (path, body) => {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', 'Client-Key': `e2e-${process.pid}-${Date.now()}-${++keys}`, Cookie: cookie },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${text}`);
    return { ...JSON.parse(text), cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] };
  };
}
const report = (more) => api()('/api/1/cases', { text: '长椅坏了', lon: 121.4790619, lat: 31.229047, ...more });

/* ---- the public page ---- */

test('a scanned code fills in the place', async () => {
  const { items } = await (await fetch(`${server.url}/api/1/places?limit=1`)).json();
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto(`/?place=${items[0].id}`);
    await page.getByText('扫码已填地点').waitFor();
    await page.getByText(items[0].name).waitFor();
    await shot(page, 'report-scanned');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('heading', { name: '是什么事？' }).waitFor();
  });
});

test('an address in words proposes the buildings that it may be', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/');
    await page.locator('input[name=spot]').fill('苑路');
    await page.getByText('是这里吗？').waitFor();
    await until(() => page.locator('button.pick').count(), 3);
    await noViolations(page, 'proposed buildings');
    await shot(page, 'report-proposed');
    const name = (await page.locator('button.pick').first().textContent()).trim();
    await page.locator('button.pick').first().click();
    await page.locator('.fact b', { hasText: name }).waitFor();
  });
});

test('what is missing is said beside its field', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: '下一步' }).click();
    const field = page.locator('input[name=spot]');
    await until(() => field.getAttribute('aria-invalid'), 'true');
    await page.getByText('请用现在的位置，或写几个字说明在哪里。').waitFor();
    await noViolations(page, 'a missing place');
    await field.fill('长桥支路 17 号');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('请写几个字，说明是什么事。').waitFor();
  });
});

test('nothing typed is lost, and a report sent again is the same report', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    const sent = [];
    // The first one arrives, but its answer does not come back.
    await page.route('**/api/1/cases', async (route) => {
      const answer = await route.fetch();
      sent.push({ key: route.request().headers()['client-key'], body: route.request().postData(), code: (await answer.json()).code });
      if (sent.length === 1) await route.abort();
      else await route.fulfill({ response: answer });
    });
    await page.goto('/');
    await page.locator('input[name=spot]').fill('望江路 210 号对面');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.locator('textarea[name=text]').fill('垃圾桶满了');
    await page.reload();
    await until(() => page.locator('textarea[name=text]').inputValue(), '垃圾桶满了', 'the draft survives a reload');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('button', { name: '发送' }).click();
    await page.getByText('没有发出去').waitFor();
    await noViolations(page, 'a send that failed');
    await shot(page, 'report-not-sent');
    await page.reload();
    await page.getByRole('button', { name: /^(发送|再发一次)$/ }).click();
    await page.locator('[data-test=code]').waitFor();
    assert.equal(sent.length, 2);
    assert.deepEqual(sent[1], sent[0], 'the same key, the same body, the same case');
    assert.equal((await page.locator('[data-test=code]').textContent()).trim(), sent[0].code);
    await page.goto('/');
    await until(() => page.locator('input[name=spot]').inputValue(), '', 'what was received is no draft any more');
  });
});

test('an unknown code, and an empty list, say what to do', async () => {
  await with_person({ size: 'phone', lang: 'en' }, async (page) => {
    await page.goto('/track');
    await page.getByText('Nothing reported from this phone yet').waitFor();
    await noViolations(page, 'an empty list');
    await shot(page, 'mine-empty.en');
    await page.locator('input[name=code]').fill('ABCD-EFGH-JKMN');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
    await holds(async () => (await page.locator('[role=alert]').textContent()).length > 10, 'what to do is said');
    await noViolations(page, 'an unknown code');
  });
});

test('an address that is none says so, and leads back', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    const answer = await page.goto('/wrong/way');
    assert.equal(answer.status(), 404);
    await page.getByRole('heading', { name: '没有这个页面' }).waitFor();
    await noViolations(page, 'an address that is none');
    await shot(page, 'no-such-page');
    await page.getByRole('link', { name: '查进度' }).click();
    await page.getByRole('heading', { name: '我的上报' }).waitFor();
  });
});

test('language and type size are remembered', async () => {
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Large type' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Where is it?' }).waitFor();
    await until(() => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.size]), ['en', 'large']);
    await until(() => page.title().then((t) => /^Report a problem – .+/.test(t)), true);
    await noSideways(page, 'large type');
    await shot(page, 'report-large.en');
  });
});

test('who reported in English is answered in English', async () => {
  let code;
  await with_person({ size: 'phone', lang: 'en' }, async (page) => {
    await page.goto('/');
    await page.locator('input[name=spot]').fill('By the west gate');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.locator('textarea[name=text]').fill('A street lamp is out');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    code = (await page.locator('[data-test=code]').textContent()).trim();
  });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all&unplaced=1');
    await page.getByRole('searchbox').fill(code);
    await page.locator('[data-row] a').click();
    await page.getByText('请用英文答复').waitFor();
  });
});

/* ---- the console ---- */

test('signing in keeps the address; a wrong password is said beside it', async () => {
  await with_person({}, async (page) => {
    await page.goto('/console/cases?state=filed');
    await page.locator('input[name=login]').fill('dispatch');
    await page.locator('input[name=password]').fill('wrong');
    await page.locator('form button[type=submit]').click();
    await page.locator('input[name=password][aria-invalid=true]').waitFor();
    await noViolations(page, 'a wrong password');
    await shot(page, 'sign-in');
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('form button[type=submit]').click();
    await page.locator('[data-row]').first().waitFor();
    await until(async () => new URL(page.url()).search, '?state=filed');
    await until(async () => [...new Set(await page.locator('[data-row] .st').allTextContents())], ['待派']);
    // A session that ends in between comes back to the same address.
    await page.context().clearCookies();
    await page.locator('select[name=state]').selectOption('handling');
    await page.locator('input[name=login]').waitFor();
    await until(async () => new URL(page.url()).search, '?state=handling');
  });
});

test('a password that another has set is changed at the first sign-in', async () => {
  const entry = async (login) => (await api()('/api/1/session', { login, password: PASSWORD })).cookie;
  await api(await entry('system'))('/api/1/accounts', { login: 'zhangsan', title: '张三', password: 'given-for-once' });
  await api(await entry('security'))('/api/1/posts', { login: 'zhangsan', role: 'dispatcher', since: '2026-01-01' });
  await with_person({}, async (page) => {
    await page.goto('/console/');
    await page.locator('input[name=login]').fill('zhangsan');
    await page.locator('input[name=password]').fill('given-for-once');
    await page.locator('form button[type=submit]').click();
    await page.locator('input[name=new_password]').waitFor();
    await noViolations(page, 'a new password is wanted');
    await shot(page, 'sign-in-new');
    await page.locator('input[name=new_password]').fill('my-own-long-words');
    await page.locator('form button[type=submit]').click();
    await page.locator('.todo').waitFor();
  });
});

test('filters and pages are in the address; the keyboard walks the list', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.locator('[data-row]').first().waitFor();
    const first = await page.locator('[data-row] a').first().getAttribute('href');
    await page.getByRole('link', { name: '第 2 页' }).click();
    await page.waitForURL(/page=2/);
    await page.waitForFunction((href) => document.querySelector('[data-row] a')?.getAttribute('href')?.split('case=')[1] !== href.split('case=')[1], first);
    await page.goBack();
    await page.locator('b[aria-current=page]', { hasText: '1' }).waitFor();

    await page.getByRole('button', { name: '无网格' }).click();
    await page.waitForURL(/unplaced=1/);
    const total = page.locator('.tb [role=status]');
    await total.getByText(/^共 \d+ 件$/).waitFor();
    await page.goto('/console/cases');
    await page.locator('[data-row]').first().waitFor();

    await page.keyboard.press('j');
    await page.locator('[data-row]:nth-child(1)[aria-current=true]').waitFor();
    await page.keyboard.press('j');
    await page.locator('[data-row]:nth-child(2)[aria-current=true]').waitFor();
    await page.keyboard.press('k');
    await page.locator('[data-row]:nth-child(1)[aria-current=true]').waitFor();
    await page.locator('.case .title').waitFor();
    await page.keyboard.press('Enter');
    await until(() => page.evaluate(() => document.activeElement?.className), 'title');
    await page.keyboard.press('/');
    await page.keyboard.type('没有这样的字');
    await page.getByText('本页里没有').waitFor();
    await until(() => total.textContent(), '本页里 0 件');
    await until(() => page.locator('nav.pag a').count(), 0, 'what is found stands on this page alone');
    await noViolations(page, 'nothing found');
    await page.goto('/console/cases?state=rejected&overdue=1');
    await page.getByText('没有这样的案件').waitFor();
    await shot(page, 'list-empty');
  });
});

test('a case is found by the code that is read out, and by words', async () => {
  const { code } = await report({ text: '门洞里有人堆了旧沙发', spot: '百花弄 3 号' });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=closed');
    const box = page.getByRole('searchbox');
    await box.fill(code.replaceAll('-', ' ').toLowerCase());
    await box.press('Enter');
    await page.locator('.words', { hasText: '旧沙发' }).waitFor();
    await box.fill('7K3M-9QXT-2VHD'); // one letter wrong: the check finds it
    await box.press('Enter');
    await page.locator('form[role=search] [role=alert]').waitFor();
    await noViolations(page, 'a code with a wrong letter');
    await page.goto('/console/cases');
    await box.fill('百花弄');
    await box.press('Enter');
    await page.waitForURL(/words=/);
    await page.locator('.tb [role=status]', { hasText: /^共 1 件$/ }).waitFor();
    await until(() => page.locator('[data-row]').count(), 1);
    await noViolations(page, 'cases by words');
    await shot(page, 'list-words');
    await page.getByRole('button', { name: '百花弄' }).click();
    await page.waitForURL((url) => !url.search.includes('words'));
  });
});

test('a colleague was faster: the sentence, and what is true now', async () => {
  const { code } = await report();
  const two = await Promise.all([person(browser, server.url), person(browser, server.url)]);
  for (const { page } of two) {
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.getByRole('searchbox').fill(code);
    await page.locator('[data-row] a').click();
    await page.locator('[data-act=accept]').waitFor();
  }
  const [a, b] = two.map((p) => p.page);
  await a.locator('[data-act=accept]').click();
  await a.locator('[data-act=file]').waitFor();
  await b.locator('[data-act=accept]').click();
  await b.getByText('刚才没有办成').waitFor();
  await b.locator('[data-act=file]').waitFor();
  await noViolations(b, 'a conflict');
  await shot(b, 'case-conflict');
  for (const p of two) await p.close();
});

test('a case without a place gets one from the small map', async () => {
  const { code } = await report({ lon: undefined, lat: undefined, spot: '老菜场旁边' });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all&unplaced=1');
    await page.getByRole('searchbox').fill(code);
    await page.locator('[data-row] a').click();
    await page.locator('[data-act=place]').click();
    await page.locator('.map[data-drawn] canvas').waitFor();
    const box = await page.locator('.map .room').boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForFunction(() => document.querySelector('input[name=lon]')?.value !== '');
    await shot(page, 'case-place');
    await page.locator('form.form button[type=submit]').click();
    await page.locator('.chn li').first().waitFor();
    await shot(page, 'case-placed');
  });
});

test('who holds several posts says in which one he acts', async () => {
  const security = await api()('/api/1/session', { login: 'security', password: PASSWORD });
  await api(security.cookie)('/api/1/posts', { login: 'head', role: 'checker', area: '990101', since: '2026-01-01' });
  await with_person({}, async (page) => {
    await signIn(page, 'head');
    const posts = page.locator('header select');
    await until(() => posts.locator('option').count(), 2);
    await noViolations(page, 'several posts');
    await shot(page, 'posts');
    await posts.selectOption({ label: (await posts.locator('option').allTextContents()).find((t) => t.startsWith('核查员')) });
    await page.getByText('现在以核查员').waitFor();
  });
});

test('what the city has set is what the pages say', async () => {
  const { cookie } = await api()('/api/1/session', { login: 'system', password: PASSWORD });
  const set = (name, value) => api(cookie)('/api/1/settings', { name, value });
  await set('city_zh', '望江街道');
  await set('danger_calls', '962777 燃气 Gas line');
  await set('soon_minutes', '5');
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/');
    await page.getByRole('link', { name: '962777 燃气' }).waitFor();
    await until(() => page.locator('.tels a').count(), 1);
    await until(() => page.title(), '随手报·望江街道');
  });
  const { code } = await report();
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch');
    const row = page.locator('[data-row]'); // of the new case alone; of others one may be due just now
    await page.getByRole('searchbox').fill(code);
    await until(() => row.count(), 1);
    await row.locator('.clk-ok').waitFor(); // due in half an hour: not yet soon
    await set('soon_minutes', '60');
    await page.reload();
    await page.getByRole('searchbox').fill(code);
    await until(() => row.count(), 1);
    await row.locator('.clk-soon').waitFor();
  });
  for (const name of ['city_zh', 'danger_calls', 'soon_minutes']) await set(name, '');
});

/* ---- every width, language and mode ---- */

const LONG = `${'很长的一段话，写到万字。'.repeat(400)}${'𠮷😀'.repeat(40)}${'x'.repeat(400)}`;

test('long words and four-byte characters break no page', async () => {
  await report({ text: LONG, spot: `${'九曲十八弯'.repeat(20)}${'y'.repeat(80)}`, danger: true });
  for (const [size, lang] of [['desk', 'zh'], ['tablet', 'en'], ['phone', 'zh']])
    await with_person({ size, lang }, async (page) => {
      await signIn(page, 'dispatch');
      await page.locator('[data-row] a').first().click();
      await page.locator('.words').waitFor();
      await noSideways(page, `a long case, ${size}`);
      await until(async () => (await page.locator('.words').textContent()).length, LONG.length);
      await shot(page, `case-long.${size}`);
    });
});

for (const [size, lang, dark, large] of [
  ['desk', 'en', false, false],
  ['desk', 'zh', true, false],
  ['desk', 'zh', false, true],
  ['tablet', 'zh', false, false],
  ['tablet', 'en', true, true],
  ['phone', 'en', false, false],
  ['phone', 'zh', true, true],
]) {
  const name = [size, lang, dark && 'dark', large && 'large'].filter(Boolean).join('.');
  test(`the pages at ${name}`, async () => {
    await with_person({ size, lang, dark }, async (page) => {
      await page.goto('/');
      if (large) await page.getByRole('button', { name: lang === 'zh' ? '大字' : 'Large type' }).click();
      await page.locator('input[name=spot]').fill('x');
      await noViolations(page, `report, ${name}`);
      await noSideways(page, `report, ${name}`);
      await shot(page, `report.${name}`);
      await signIn(page, 'dispatch', '/console/cases?state=filed');
      await page.locator('[data-row] a').first().click();
      await page.locator('.chn').waitFor();
      await page.locator('.map canvas').waitFor();
      await noViolations(page, `case, ${name}`);
      await noSideways(page, `case, ${name}`);
      const cut = await page.locator('.stg li').evaluateAll((stages) =>
        stages.flatMap((li) => {
          const words = [...li.querySelectorAll('b'), li].flatMap((e) => [...e.childNodes]).filter((n) => n.nodeType === 3 && n.data.trim());
          return words.filter((n) => {
            const r = document.createRange();
            r.selectNodeContents(n);
            return r.getClientRects().length > 1;
          });
        }).map((n) => n.data),
      );
      assert.deepEqual(cut, [], 'no stage is cut in two');
      await shot(page, `case.${name}`);
    });
  });
}
