/* guard – what a hostile report, a foreign page and a bad network cannot do to the
 * pages, and what each page asks of the server: no more than it shows. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
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
const post = (path, body, headers = {}) =>
  fetch(server.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
const sign_in = () => post('/api/1/session', { login: 'dispatch', password: PASSWORD }, { 'X-Jingwei': '1' });

/* ---- a hostile report ---- */

const EVIL = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{{constructor.constructor('window.pwned=1')()}}<a href="javascript:window.pwned=1">here</a>`;
const SPOT = `"><svg onload=window.pwned=1>&lt;b&gt;`;

test('HTML and script in a report are letters, on every page that shows them', async () => {
  const { code, secret } = await (await post('/api/1/cases', { text: EVIL, spot: SPOT, lon: 121.4790619, lat: 31.229047, name: EVIL.slice(0, 60), contact: SPOT })).json();
  const unharmed = async (page, where) => {
    assert.equal(await page.evaluate(() => window.pwned), undefined, where);
    await until(() => page.locator('main img, main script, a[href^="javascript:"], svg[onload]').count(), 0, where);
  };
  await with_person({}, async (page) => {
    await signIn(page, 'call', '/console/cases?state=all');
    await page.getByRole('searchbox').fill(code);
    await page.getByRole('searchbox').press('Enter');
    await page.locator('.words').waitFor();
    await until(() => page.locator('.words').textContent(), EVIL);
    await holds(async () => (await page.locator('.list').textContent()).includes(SPOT), 'the words are there');
    await page.getByRole('button', { name: '看联系方式' }).click();
    await page.locator('input[name=reason]').fill(EVIL);
    await page.getByRole('button', { name: '打开', exact: true }).click();
    await page.locator('dd', { hasText: SPOT }).waitFor();
    await unharmed(page, 'the console');
  });
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto(`/track/${code}`);
    await page.locator('input[name=secret]').fill(secret);
    await page.getByRole('button', { name: '打开' }).click();
    await page.locator('.words').waitFor();
    await until(() => page.locator('.words').textContent(), EVIL);
    await unharmed(page, 'the progress');
    await page.goto(`/track/${encodeURIComponent(EVIL)}`);
    await page.locator('[role=alert]').waitFor();
    await unharmed(page, 'a code that is a script');
    await page.goto(`/?place=${encodeURIComponent(EVIL)}`);
    await page.locator('input[name=spot]').waitFor();
    await unharmed(page, 'a place that is a script');
  });
});

/* ---- headers, cookie, other sites ---- */

test('pages may load their own files and nothing else, and stand in no frame', async () => {
  for (const path of ['/', '/console/', '/track/7K3M-9QXT-2VHC']) {
    const answer = await fetch(server.url + path);
    const csp = Object.fromEntries(answer.headers.get('content-security-policy').split(/;\s*/).map((d) => [d.split(' ')[0], d.split(' ').slice(1).join(' ')]));
    assert.equal(csp['default-src'], "'none'", path);
    assert.equal(csp['script-src'], "'self'", path);
    assert.equal(csp['style-src'], "'self'", path);
    assert.equal(csp['connect-src'], "'self'", path);
    assert.equal(csp['frame-ancestors'], "'none'", path);
    assert.equal(csp['base-uri'], "'none'", path);
    assert.equal(csp['form-action'], "'self'", path);
    assert.doesNotMatch(JSON.stringify(csp), /unsafe|\*|https?:/, path);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
    assert.doesNotMatch(await answer.text(), /<script(?![^>]*\bsrc=)|<style| on[a-z]+=| style=/i, 'nothing inline');
  }
  const api = await fetch(`${server.url}/api/1/city`);
  assert.match(api.headers.get('content-security-policy'), /^default-src 'none'/);
  assert.match(api.headers.get('cache-control'), /no-store/);
});

test('the session is a cookie that no script and no other site gets', async () => {
  const cookie = (await sign_in()).headers.get('set-cookie');
  for (const flag of [/; HttpOnly/, /; SameSite=Strict/, /; Path=\//, /; Max-Age=\d+/]) assert.match(cookie, flag);
  assert.doesNotMatch(cookie, /Domain/i);
  const out = await post('/api/1/session/close', {}, { 'X-Jingwei': '1', Cookie: cookie.split(';')[0] });
  assert.match(out.headers.get('set-cookie'), /^jingwei=; .*Max-Age=0/);
  const again = await fetch(`${server.url}/api/1/me`, { headers: { Cookie: cookie.split(';')[0] } });
  assert.equal(again.status, 401, 'a session that was closed is closed on the server too');
});

test('over HTTPS alone, where the settings say so', async () => {
  const secure = await startServer({ more: ['--secure-cookie', 'on'] });
  try {
    const answer = await fetch(`${secure.url}/api/1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1' },
      body: JSON.stringify({ login: 'dispatch', password: PASSWORD }),
    });
    assert.match(answer.headers.get('set-cookie'), /; Secure/);
  } finally {
    await secure.stop();
  }
});

test('a write that another site sent is refused, signed in or about to be', async () => {
  const cookie = (await sign_in()).headers.get('set-cookie').split(';')[0];
  const from = [{}, { Origin: 'https://elsewhere.example' }, { 'Sec-Fetch-Site': 'cross-site', 'X-Jingwei': '1' }, { 'Sec-Fetch-Site': 'same-site' }];
  for (const headers of from) {
    const answer = await post('/api/1/session/close', {}, { Cookie: cookie, ...headers });
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.equal((await answer.json()).code, 'cross_site');
    const entry = await post('/api/1/session', { login: 'dispatch', password: PASSWORD }, headers);
    assert.equal(entry.status, 403, `sign-in ${JSON.stringify(headers)}`);
    assert.equal(entry.headers.get('set-cookie'), null);
  }
  const me = await fetch(`${server.url}/api/1/me`, { headers: { Cookie: cookie } });
  assert.equal(me.status, 200, 'the session is still there');
});

/* The same with a real browser: a page of another origin with a form that goes off
 * by itself, in a window where somebody is signed in. */
test('a form on a foreign page signs nobody in or out', async () => {
  const foreign = createServer((ask, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<form method=post enctype=text/plain action="${server.url}${new URL(ask.url, 'http://x').searchParams.get('to')}"><input name='{"login":"dispatch","password":"${PASSWORD}","x' value='":1}'></form><script>document.forms[0].submit()</script>`);
  });
  await new Promise((ready) => foreign.listen(0, '127.0.0.1', ready));
  try {
    const p = await person(browser, server.url);
    await signIn(p.page, 'dispatch');
    const evil = await p.context.newPage();
    // Signed in by its cookie alone, which did not come along: a stranger. And no entry.
    for (const [to, refused] of [['/api/1/session/close', 401], ['/api/1/session', 403]]) {
      const [answer] = await Promise.all([evil.waitForResponse((r) => r.request().method() === 'POST'), evil.goto(`http://localhost:${foreign.address().port}/?to=${to}`)]);
      assert.equal(answer.status(), refused, to);
    }
    await p.page.reload();
    await p.page.locator('.con .ph').waitFor();
    await p.close();
  } finally {
    foreign.close();
  }
});

/* ---- a bad network ---- */

test('a server that is away is said, and tried again, without losing the place', async () => {
  await with_person({}, async (page) => {
    await page.route('**/api/**', (route) => route.abort());
    await page.goto('/console/cases?state=filed');
    await page.getByRole('heading', { name: '连不上服务器' }).waitFor();
    await noViolations(page, 'a server that is away');
    await shot(page, 'server-away');
    await page.unroute('**/api/**');
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.locator('input[name=login]').waitFor();
    await until(async () => new URL(page.url()).search, '?state=filed');
    await signIn(page, 'dispatch', '/console/cases?state=filed');
    await page.route('**/api/1/cases**', (route) => route.fulfill({ status: 502, body: '<html>Bad gateway</html>', contentType: 'text/html' }));
    await page.locator('select[name=state]').selectOption('handling');
    await page.getByText('列表读不出来').waitFor();
    await page.getByText('（502）').waitFor();
    await noViolations(page, 'a list that cannot be read');
    await shot(page, 'list-unread');
    await page.unroute('**/api/1/cases**');
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.locator('[data-row]').first().waitFor();
  });
});

test('a phone without a network is told so, and not that its report is gone', async () => {
  const { code } = await (await post('/api/1/cases', { text: '路灯不亮' })).json();
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/track');
    await page.route('**/api/**', (route) => route.abort());
    await page.locator('input[name=code]').fill(code);
    await page.getByRole('button', { name: '查进度' }).click();
    await page.getByRole('heading', { name: '现在查不了' }).waitFor();
    await noViolations(page, 'no network on the phone');
    await shot(page, 'track-away');
    await page.unroute('**/api/**');
    await page.getByRole('button', { name: '再查一次' }).click();
    await page.getByRole('heading', { name: '收到了，等受理' }).waitFor();
  });
});

test('while a slow answer is on its way the page says so, and an overtaken one is dropped', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=filed');
    await page.locator('[data-row]').first().waitFor();
    const held = [];
    await page.route(/\/api\/1\/cases\?.*state=handling/, (route) => void held.push(route));
    await page.locator('select[name=state]').selectOption('handling');
    await page.locator('.scroll[aria-busy=true]').waitFor();
    await page.locator('select[name=state]').selectOption('closed');
    await page.locator('[data-row] .st', { hasText: '已结案' }).first().waitFor();
    await Promise.all(held.map((route) => route.continue()));
    await page.locator('.scroll[aria-busy=false]').waitFor();
    await until(async () => [...new Set(await page.locator('[data-row] .st').allTextContents())], ['已结案'], 'the late answer does not replace the later one');

    await page.route(/\/api\/1\/cases\/\d+/, (route) => void held.push(route));
    await page.goto(`/console/cases?case=1${'0'.repeat(17)}`);
    await page.locator('.none .wait[role=status]').waitFor();
    await noViolations(page, 'a case on its way');
    await shot(page, 'case-waiting');
    await page.unroute(/\/api\/1\/cases\/\d+/);
  });
});

/* ---- what is asked ---- */

/* When every answer has come and the page has nothing left to do: what it asked. The
 * page may think for a moment before it asks, so at least so many are waited for. */
async function settled({ page, asked, waiting }, at_least = 0) {
  if (at_least) await until(async () => asked.length >= at_least, true, `${at_least} requests`).catch(() => undefined); // what is missing is told by name
  // A browser without a screen may hold back frames and idle time for as long as nothing is drawn: each has an end.
  const idle = () => page.evaluate(async () => {
    const quiet = () => new Promise((then) => requestIdleCallback(then, { timeout: 500 }));
    const frame = () => new Promise((then) => { requestAnimationFrame(then); setTimeout(then, 500); });
    await quiet();
    await frame();
    await quiet();
  });
  do await idle();
  while (waiting.size > 0);
  await idle();
  return waiting.size > 0 ? settled({ page, asked, waiting }) : asked.splice(0).sort();
}

const named = (list) => list.map((a) => a.replace(/\d{5,}/, 'ID'));

/* Just that was asked, and no more. */
async function asks(p, wanted, what, kept = () => true) {
  assert.deepEqual(named(await settled(p, wanted.length)).filter(kept).sort(), [...wanted].sort(), what);
}

test('no page asks for more than it shows', async () => {
  await with_person({ size: 'phone' }, async (page, p) => {
    await page.goto('/');
    await asks(p, ['GET /api/1/city'], 'the first question');
    await page.locator('input[name=spot]').fill('松苑路 8 弄');
    await page.locator('.fact').waitFor();
    await asks(p, ['POST /api/1/places/locate'], 'one request for what was typed, not one a letter');
    await page.getByRole('button', { name: '下一步' }).click();
    await asks(p, ['GET /api/1/categories'], 'the second');
    await page.locator('textarea[name=text]').fill('路灯不亮');
    await asks(p, ['POST /api/1/report/category'], 'which category the words are like, once they are written');
    await page.getByRole('button', { name: '下一步' }).click();
    await asks(p, ['POST /api/1/report/look', 'POST /api/1/public/similar'], 'the third: what names people, and what is open nearby');
    await page.getByRole('button', { name: '发送' }).click();
    await page.locator('[data-test=code]').waitFor();
    await asks(p, ['POST /api/1/cases'], 'the report');
    await page.goto('/track');
    await asks(p, ['GET /api/1/city'], 'my reports');
  });
  await with_person({}, async (page, p) => {
    await signIn(page, 'dispatch');
    await settled(p);
    await page.reload();
    const lookups = ['areas', 'categories', 'conditions', 'units'].map((n) => `GET /api/1/${n}`);
    const list = ['GET /api/1/cases', 'GET /api/1/cases/count'];
    await asks(p, [...lookups, ...list, 'GET /api/1/me', 'GET /api/1/notices/count', 'GET /api/1/city'], 'the list');
    await page.goto('/console/desk');
    await page.locator('.todo tbody tr').first().waitFor();
    const desk = ['GET /api/1/cases', 'GET /api/1/cases', 'GET /api/1/desk'];
    const unasked = (a) => !/areas.ID/.test(a); // one for each grid of the desk that the tree's first page did not bring
    await asks(p, [...lookups, ...desk, 'GET /api/1/me', 'GET /api/1/notices/count', 'GET /api/1/city'], 'the desk', unasked);
    await page.goto('/console/figures');
    await page.locator('.six h2').first().waitFor();
    await asks(p, [...lookups, 'GET /api/1/figures', 'GET /api/1/me', 'GET /api/1/notices/count', 'GET /api/1/city'], 'the figures', unasked);
    await page.goto('/console/cases');
    await settled(p);
    const open = ['GET /api/1/cases/ID', 'GET /api/1/cases/ID/photos', 'GET /api/1/cases/ID/view'];
    await page.locator('[data-row] a').nth(0).click();
    await page.locator('.map[data-drawn]').waitFor();
    await asks(p, ['GET /api/1/areas/ID/outlines', ...open], 'a case');
    // The outlines of a grid are asked for once: the way back needs only the case.
    await page.keyboard.press('j');
    await page.locator('[data-row]:nth-child(2)[aria-current=true]').waitFor();
    await settled(p);
    await page.keyboard.press('k');
    await page.locator('[data-row]:nth-child(1)[aria-current=true]').waitFor();
    await page.locator('.map[data-drawn]').waitFor();
    await asks(p, open, 'the case before');
    await page.getByRole('link', { name: '第 2 页' }).click();
    await page.locator('b[aria-current=page]', { hasText: '2' }).waitFor();
    await asks(p, list, 'another page of the list');
    await page.getByRole('searchbox').fill('没有');
    await asks(p, [], 'finding on the page');
    await noSideways(page, 'the list');
  });
});

/* ---- too often ---- */

test('a network that reports too often is told when to come again, and nothing typed is lost', async () => {
  const strict = await startServer({ more: ['--reports-per-network', '1', '--test-clock', 'on'] });
  try {
    await fetch(`${strict.url}/test/clock?at=${Date.now()}`, { method: 'POST' });
    const first = await fetch(`${strict.url}/api/1/cases`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text: '路灯不亮' }) });
    assert.equal(first.status, 200);
    const says = {
      zh: ['下一步', '发送', '从您所在的网络发来的上报太多，请过 10 分钟再报；有危险请马上打急救或报警电话。', '再发一次'],
      en: ['Next', 'Send', 'Too many reports came from your network: try again in 10 minutes, and in danger call for help now.', 'Send again'],
    };
    for (const lang of ['zh', 'en']) {
      const [next, send, often, again] = says[lang];
      const p = await person(browser, strict.url, { size: 'phone', lang });
      const { page } = p;
      await page.goto('/');
      await page.locator('input[name=spot]').fill('松苑三号楼前');
      await page.getByRole('button', { name: next }).click();
      await page.locator('textarea[name=text]').fill('整栋楼停电');
      await page.getByRole('button', { name: next }).click();
      await page.getByRole('button', { name: send }).click();
      await page.getByText(often).waitFor();
      await noViolations(page, 'too often');
      await noSideways(page, 'too often');
      await shot(page, `too-often-${lang}`);
      await page.reload();
      await page.getByRole('button', { name: send }).waitFor();
      await fetch(`${strict.url}/test/clock?by=600000`, { method: 'POST' });
      await page.getByRole('button', { name: new RegExp(`${send}|${again}`) }).click();
      await page.locator('[data-test=code]').waitFor();
      await p.close();
    }
  } finally {
    await strict.stop();
  }
});
