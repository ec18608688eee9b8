/* ground – pages that use the ground: an address in words becomes a place, on the phone
 * and at the desk; words that name somebody are taken out before dispatch; what the
 * reporter may say once it is closed; and the tree of areas and organisations. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, noSideways, noViolations, person, shot, signIn, startBrowser, startServer, until } from './support.mjs';

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

/* The API without a page: signed in under a name, or nobody. */
let keys = 0;
async function api(login) {
  let cookie = '';
  const call = async (method, path, body) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', 'Client-Key': `ground-${process.pid}-${Date.now()}-${++keys}`, Cookie: cookie },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${text}`);
    cookie = (answer.headers.get('set-cookie') ?? cookie).split(';')[0];
    return JSON.parse(text);
  };
  if (login) await call('POST', '/api/1/session', { login, password: PASSWORD });
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

/* One step of a case, by whoever holds the post. */
async function step(login, id, what) {
  const desk = await api(login);
  const { revision } = await desk.get(`/api/1/cases/${id}`);
  await desk.post(`/api/1/cases/${id}/steps`, { ...what, revision });
}

test('a clear address is filled in and can be changed; its room number goes with the contact', async () => {
  let code;
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/');
    await page.locator('input[name=spot]').fill('松苑路 8 弄 502室门口');
    await page.locator('.fact b', { hasText: '松苑路 8 弄' }).waitFor();
    await page.locator('[data-test=rooms]', { hasText: '502室' }).waitFor();
    await noViolations(page, 'a place filled in by words');
    await noSideways(page, 'a place filled in by words');
    await shot(page, 'report-certain');
    await page.getByRole('button', { name: '换地点' }).click();
    await page.locator('button.pick', { hasText: '相符：' }).waitFor();
    await noViolations(page, 'places with the words that matched');
    await shot(page, 'report-meant');
    await page.locator('button.pick').first().click();
    await page.locator('.fact b', { hasText: '松苑路 8 弄' }).waitFor();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.locator('textarea[name=text]').fill('门口灯坏了');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('radio', { name: /留联系方式/ }).check();
    await page.locator('input[name=contact]').fill('13800000000');
    await page.getByRole('button', { name: '发送' }).click();
    code = (await page.locator('[data-test=code]').textContent()).trim();
  });
  const dispatch = await api('dispatch');
  const { id, spot, place } = await dispatch.get(`/api/1/codes/${code}`);
  assert.equal(spot, '松苑路 8 弄 门口');
  assert.ok(place);
  assert.equal((await dispatch.post(`/api/1/cases/${id}/contact`, { reason: '回电' })).contact, '13800000000 502室');
});

test('words that are no clear address fill nothing in', async () => {
  await with_person({ size: 'phone', lang: 'en' }, async (page) => {
    await page.goto('/');
    const spot = page.locator('input[name=spot]');
    await spot.fill('松苑路8弄3号楼');
    await page.locator('button.pick', { hasText: 'matches: ' }).waitFor();
    await until(() => page.locator('.fact').count(), 0);
    await shot(page, 'report-asked.en');
    await spot.fill('松苑路8弄');
    await page.locator('.fact').waitFor();
    await spot.fill('松苑路8弄 3号楼');
    await page.locator('.fact').waitFor({ state: 'detached' }); // what was filled in by words goes with them
    await noViolations(page, 'an address to be chosen');
  });
});

test('a case without a place gets one from its words', async () => {
  const { code } = await (await api()).post('/api/1/cases', { text: '楼道灯不亮', spot: '松苑路8弄3号楼' });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.getByRole('searchbox').fill(code);
    await page.locator('[data-row] a').click();
    await page.locator('[data-act=place]').click();
    await page.locator('[data-test=meant]').waitFor();
    await page.getByRole('radio', { name: /松苑路 8 弄/ }).check();
    await until(() => page.locator('input[name=lon]').count(), 0);
    await noViolations(page, 'the places of a case');
    await shot(page, 'case-places');
    await page.locator('form.form button[type=submit]').click();
    await page.locator('.chn li').first().getByText('松苑 01 微网格').waitFor();
    await page.locator('[data-test=place]', { hasText: '松苑路 8 弄' }).waitFor();
  });
});

test('what names somebody is selected and taken out before dispatch, and opened with a reason', async () => {
  const { code } = await (await api()).post('/api/1/cases', { text: '😀隔壁张三家漏水，打13800000000', lon: 121.4790619, lat: 31.229047 });
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.getByRole('searchbox').fill(code);
    await page.locator('[data-row] a').click();
    const words = page.locator('.words');
    await words.getByText('〔电话〕').waitFor();
    await page.evaluate(() => {
      const node = document.querySelector('.words').firstChild;
      const at = node.data.indexOf('张三');
      window.getSelection().setBaseAndExtent(node, at, node, at + 2);
    });
    await page.getByRole('button', { name: '隐去“张三”' }).click();
    await words.getByText('😀隔壁〔已隐去〕家漏水，打〔电话〕').waitFor();
    await page.getByRole('button', { name: '看隐去的文字' }).click();
    await page.locator('input[name=words_reason]').fill('核对地址');
    await page.getByRole('button', { name: '打开' }).click();
    const hidden = page.locator('[data-test=hidden]');
    await hidden.getByText('张三').waitFor();
    await hidden.getByText('13800000000').waitFor();
    await noViolations(page, 'words that were taken out');
    await shot(page, 'case-words');
  });
  await with_person({ size: 'phone', lang: 'en' }, async (page) => {
    await signIn(page, 'dispatch', '/console/cases?state=all');
    await page.getByRole('searchbox').fill(code);
    await page.locator('[data-row] a').click();
    await page.getByText('select words that name somebody').waitFor();
    await noSideways(page, 'a case on a phone');
    await shot(page, 'case-words.phone');
  });
});

test('who reported says how it was, and opens it again while he may', async () => {
  const { code, secret } = await (await api()).post('/api/1/cases', { text: '长椅坏了', lon: 121.4790619, lat: 31.229047, contact: '13800000000' });
  const { id } = await (await api('dispatch')).get(`/api/1/codes/${code}`);
  await step('dispatch', id, { act: 'accept' });
  const desk = await api('dispatch');
  const { items } = await desk.get('/api/1/conditions?limit=500');
  await step('dispatch', id, { act: 'file', condition: items.find((c) => c.category === '206').id });
  const { proposed } = await desk.get(`/api/1/cases/${id}/view`);
  await step('dispatch', id, { act: 'dispatch', unit: proposed });
  await step('road', id, { act: 'take' });
  await step('road', id, { act: 'handle', note: '已修好' });
  await step('check', id, { act: 'pass', note: '看过' });
  await step('call', id, { act: 'feedback', answered: true, note: '已告知' });
  await step('call', id, { act: 'close', close_kind: 'solved' });
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto(`/track/${code}`);
    await page.locator('input[name=secret]').fill(secret);
    await page.getByRole('button', { name: '打开' }).click();
    await page.getByRole('button', { name: '提交评价' }).click();
    await page.getByText('请选有没有解决，或满意度。').waitFor();
    await page.getByRole('radio', { name: '没有解决' }).check();
    await page.locator('select[name=satisfaction]').selectOption('2');
    await noViolations(page, 'rating');
    await shot(page, 'track-rating');
    await page.getByRole('button', { name: '提交评价' }).click();
    await page.getByText('没有解决 · 满意度 2/5').or(page.getByText(/您的评价：没有解决.*2\/5/)).waitFor();
    await page.getByRole('button', { name: '没有解决，要求重办' }).click();
    await page.locator('textarea[name=note]').fill('长椅又断了');
    await shot(page, 'track-reopen');
    await page.getByRole('button', { name: '要求重办' }).click();
    await page.getByRole('heading', { name: /已经立案|已经受理|等派单/ }).waitFor();
    await noSideways(page, 'reopened');
  });
});

test('areas and organisations: the tree, who holds what, what is vacant and does not correspond', async () => {
  const system = await api('system');
  const all = (await system.get('/api/1/areas?limit=500')).items;
  const home = all.find((a) => a.name === '松苑居民区');
  const grid = all.find((a) => a.name === '松苑 01 微网格');
  const lane = { since: '2025-01-01' };
  await system.post('/api/1/organisations', { ...lane, code: 'SY', name: '松苑居民区党总支', kind: 'general_branch', area: home.id });
  const branch = await system.post('/api/1/organisations', { ...lane, code: 'SY-1', name: '松苑一网格党支部', kind: 'branch', area: grid.id });
  await system.post(`/api/1/organisations/${branch.id}/counts`, { day: '2025-02-01', members: 12 });
  await system.post('/api/1/correspondence/reasons', { area: all.find((a) => a.name === '松苑 02 微网格').id, reason: '与一网格联建' });
  for (const kind of ['grid_lead', 'grid_worker']) await system.post('/api/1/seats', { ...lane, kind, area: grid.id });
  const vacant = (await system.get(`/api/1/seats?within=${grid.id}`)).items;
  await (await api('security')).post(`/api/1/seats/${vacant[0].id}/holder`, { login: 'grid' });

  for (const [name, options] of Object.entries({ desk: {}, 'desk.en': { lang: 'en' }, phone: { size: 'phone' }, 'phone.en.dark': { size: 'phone', lang: 'en', dark: true } }))
    await with_person(options, async (page) => {
      await page.goto(`/console/grids?area=${home.id}`);
      await page.locator('input[name=login]').fill('dispatch');
      await page.locator('input[name=password]').fill(PASSWORD);
      await page.locator('form button[type=submit]').click();
      await page.locator('.detail h2', { hasText: '松苑居民区' }).waitFor();
      await page.locator('[data-test=orgs]', { hasText: '2' }).waitFor();
      await page.locator('[data-test=seats]', { hasText: /^1\/2/ }).waitFor();
      await page.locator('[data-test=members]', { hasText: /^12/ }).waitFor();
      await page.getByText('与一网格联建').waitFor();
      await noViolations(page, `grids, ${name}`);
      await noSideways(page, `grids, ${name}`);
      await shot(page, `grids.${name}`);
    });

  await with_person({}, async (page) => {
    await page.goto('/console/grids');
    await page.locator('input[name=login]').fill('dispatch');
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('form button[type=submit]').click();
    await page.locator('.areas').getByText('缺 1').first().waitFor();
    await page.getByRole('button', { name: '云桥街道里面' }).click();
    await page.locator('.areas a', { hasText: '松苑居民区' }).click();
    await page.getByRole('button', { name: '只看空缺' }).click();
    await until(() => page.locator('.detail section').first().locator('tbody tr').count(), 1);
    await page.locator('input[name=day]').fill('2025-01-15'); // before it was counted
    await page.locator('[data-test=members]', { hasText: '–' }).waitFor();
    await until(async () => new URL(page.url()).searchParams.get('day'), '2025-01-15');
    await shot(page, 'grids.day');
  });
});

test('the stations near an address, and near where one is', async () => {
  const system = await api('system');
  const place = (await system.get('/api/1/places?limit=200')).items.find((p) => p.name === '松苑路 8 弄');
  const at = await system.post('/api/1/stations', { place: place.id, kind: 'canteen', name: '松苑社区食堂', hours: '每日 10:30–13:00', services: '助餐、送餐上门', phone: '021-00000000' });
  await system.post('/api/1/stations', { place: place.id, kind: 'riders_stop', name: '松苑骑手驿站', hours: '每日 7:00–22:00', services: '饮水、充电', lon: at.lon + 0.02, lat: at.lat });
  await with_person({ size: 'phone' }, async (page) => {
    await page.goto('/near');
    await noViolations(page, 'nearby, nothing asked yet');
    await page.getByRole('button', { name: '找' }).click();
    await page.getByText('请写一个地址或楼名。').waitFor();
    await page.locator('input[name=near]').fill('一个谁也不知道的地方');
    await page.getByRole('button', { name: '找' }).click();
    await page.getByText('不认得这个地址').waitFor();
    await page.locator('input[name=near]').fill(place.name);
    await page.getByRole('button', { name: '找' }).click();
    await page.locator('[data-test=station], .pick').first().waitFor();
    if (await page.locator('.pick').count()) await page.locator('.pick', { hasText: place.name }).first().click();
    await page.locator('[data-test=station]', { hasText: '松苑骑手驿站' }).getByText(/^1\.\d 公里$/).waitFor();
    await until(() => page.locator('[data-test=station] b').first().textContent(), '松苑社区食堂');
    await until(() => page.getByRole('link', { name: '021-00000000' }).getAttribute('href'), 'tel:02100000000');
    await noViolations(page, 'nearby');
    await noSideways(page, 'nearby');
    await shot(page, 'near', true);
  });
  const there = { geolocation: { latitude: at.lat, longitude: at.lon }, permissions: ['geolocation'] };
  await with_person({ size: 'phone', lang: 'en', dark: true, more: there }, async (page) => {
    await page.goto('/near');
    await page.getByRole('button', { name: 'Use my position' }).click();
    await page.locator('[data-test=station]').nth(1).waitFor();
    await noViolations(page, 'nearby, dark');
    await shot(page, 'near.en.dark', true);
  });
});
