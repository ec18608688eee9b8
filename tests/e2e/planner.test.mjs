/* planner – the room 网格划分 before the real server: a plan is asked for, looked at, changed by
 * hand with the mouse and without, undone, excused, proposed, approved by another person and
 * published. What takes a server that fails, or a very large town, is said to it (plans.mjs). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { caller } from './calls.mjs';
import { buildings, fakePlans, town } from './plans.mjs';
import { holds, noSideways, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

const WITHIN = '990101001';
const PAGE = `/console/planner?within=${WITHIN}`;
let server, browser, lead;

before(async () => {
  server = await startServer({
    prepare: (run, dir) => {
      buildings(`${dir}/buildings.csv`);
      run('import', 'places', `${dir}/buildings.csv`, '--kind', 'building');
    },
  });
  browser = await startBrowser();
  lead = await caller(server.url, 'lead');
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

/* A plan made over the API, solved. */
async function solved(more = {}) {
  const { id } = await lead.post('/api/1/plans', { within: WITHIN, min: 300, max: 500, keep: 60, label: '方案 1', ...more });
  await until(async () => (await lead.get(`/api/1/plans/${id}`)).state, 'draft');
  return id;
}
const gridsOf = async (id) => (await lead.get(`/api/1/plans/${id}/grids`)).items;
const ready = (page) => page.locator('.maps[data-ready]').waitFor();
const fact = (page, key) => page.locator(`[data-fact=${key}] dd`);
const rows = (page) => page.locator('.tbl tbody tr');
const mark = async (page) => (await rows(page).locator('th').allTextContents()).map((s) => s.trim());
const said = (page) => page.locator('.toast').textContent();

/* Where on the screen the right map shows a point. */
async function pixel(page, lon, lat) {
  const [clon, clat, metres] = (await page.locator('.maps').getAttribute('data-at')).split(' ').map(Number);
  const box = await page.locator('.plm .room').nth(1).boundingBox();
  const y = (deg) => (6378137 * Math.log(Math.tan(Math.PI / 4 + (deg * Math.PI) / 360)));
  const x = (deg) => (6378137 * deg * Math.PI) / 180;
  return [box.x + box.width / 2 + (x(lon) - x(clon)) / metres, box.y + box.height / 2 - (y(lat) - y(clat)) / metres];
}
/* Nearer to a point, until a pixel is so many metres. */
async function closer(page, lon, lat, metres) {
  const now = async () => Number((await page.locator('.maps').getAttribute('data-at')).split(' ')[2]);
  for (let was = await now(); was > metres; was = await now()) {
    await page.mouse.move(...(await pixel(page, lon, lat)));
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -60);
    await page.keyboard.up('Control');
    await holds(async () => (await now()) < was, 'the wheel zooms');
  }
  // It glides on for a moment: until it looks where it looked before.
  for (let was = ''; ; ) {
    const at = await page.locator('.maps').getAttribute('data-at');
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    if (at === was && at === (await page.locator('.maps').getAttribute('data-at'))) return;
    was = at;
  }
}
async function drag(page, points) {
  const all = await Promise.all(points.map(([lon, lat]) => pixel(page, lon, lat)));
  await page.mouse.move(...all[0]);
  await page.mouse.down();
  for (const p of all.slice(1)) await page.mouse.move(...p, { steps: 6 });
  await page.mouse.up();
}
const around = (units, by = 0.00012) => {
  const [w, e] = [Math.min(...units.map((u) => u.lon)) - by, Math.max(...units.map((u) => u.lon)) + by];
  const [s, n] = [Math.min(...units.map((u) => u.lat)) - by, Math.max(...units.map((u) => u.lat)) + by];
  return [[w, s], [e, s], [e, n], [w, n], [w, s]];
};

/* Units of `from` that border on `to`, those along the border first; by what the map says. */
async function atBorder(id, from, to, many) {
  const map = await lead.get(`/api/1/plans/${id}/map`);
  const units = map.features.map((f) => f.properties);
  const touch = new Set();
  for (const [a, b] of map.edges)
    for (const [i, j] of [[a, b], [b, a]]) if (units[i].grid === from && units[j].grid === to) touch.add(units[i].n);
  return units.filter((u) => touch.has(u.n)).slice(0, many);
}
/* The two grids with the longest common border. */
async function neighbours(id) {
  const map = await lead.get(`/api/1/plans/${id}/map`);
  const units = map.features.map((f) => f.properties);
  const metres = new Map();
  for (const [a, b, m] of map.edges) if (units[a].grid !== units[b].grid) {
    const key = [units[a].grid, units[b].grid].sort((x, y) => x - y).join();
    metres.set(key, (metres.get(key) ?? 0) + m);
  }
  return [...metres].sort((a, b) => b[1] - a[1])[0][0].split(',').map(Number);
}

test('from nothing to a plan: range and weights, one click, both maps, breaches first', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'lead', PAGE);
    await page.getByRole('heading', { name: '这里还没有方案' }).waitFor();
    await noViolations(page, 'the planner without a plan');
    await page.locator('input[name=max]').fill('200');
    await page.getByRole('button', { name: '开始算' }).click();
    await page.getByText('上限不能小于下限。').waitFor();
    await page.locator('input[name=max]').fill('500');
    await page.locator('input[name=balance]').fill('70');
    await page.getByRole('button', { name: '开始算' }).click();
    await ready(page);
    await shows(page.locator('.facts'), /织云居民区·210 幢·2,485 户/);
    await shows(fact(page, 'out'), /^2 → 0 格$/);
    await shows(fact(page, 'span'), /^670\/215 → \d+\/\d+ 户$/);
    const [plan] = (await lead.get(`/api/1/plans?within=${WITHIN}`)).items;
    assert.deepEqual([plan.min, plan.max, plan.balance, plan.keep, plan.cut, plan.seed, plan.label], [300, 500, 70, 60, 100, 1, '方案 1']);
    await until(() => fact(page, 'moved').textContent(), `${plan.moved} / 210 幢`);
    await until(() => rows(page).count(), plan.grids);
    assert.deepEqual((await mark(page)).slice(0, 2), ['织云 02 微网格', '织云 05 微网格'], 'those that were out of the range and are not any more');
    await noViolations(page, 'the planner with a plan');
    await shot(page, 'planner-zh');
    await page.locator('button[name=why]').click();
    await shows(page.locator('[role=dialog]'), /每格连成一片，整幢不拆.*户数均衡70 很看重/s);
    await noViolations(page, 'why like this');
    await page.keyboard.press('Escape');
    await until(() => page.evaluate(() => document.activeElement.name), 'why');
    // The same wishes once more: another seed, another tab.
    await page.getByRole('button', { name: '重新算' }).click();
    await until(() => page.locator('.pls .seg a').allTextContents().then((all) => all.map((s) => s.trim())), ['方案 1', '方案 2']);
    await ready(page);
    await until(async () => (await lead.get(`/api/1/plans?within=${WITHIN}`)).items.map((p) => p.seed).sort(), [1, 2]);
    // Beside one another.
    await page.locator('select[name=with]').selectOption({ label: '与方案 1比' });
    await until(() => page.locator('figcaption h2').allTextContents(), ['方案 1', '方案 2']);
    const all = (await lead.get(`/api/1/plans?within=${WITHIN}`)).items.sort((a, b) => a.seed - b.seed);
    const { differ } = await lead.get(`/api/1/plans/${all[1].id}/compare?with=${all[0].id}`);
    await until(() => fact(page, 'moved').textContent(), `${differ} / 210 幢`, 'the page counts what the server counts');
    await shot(page, 'planner-compare');
  });
});

test('a lasso moves buildings at once, and undo and redo go back and forth, by button and by keys', async () => {
  const id = await solved({ label: '圈选' });
  const [a, b] = await neighbours(id);
  const before_ = new Map((await gridsOf(id)).map((g) => [g.number, g]));
  const [unit] = await atBorder(id, a, b, 1);
  await with_person({}, async (page) => {
    await signIn(page, 'lead', `${PAGE}&plan=${id}`);
    await ready(page);
    await page.locator('button[name=edit]').click();
    await page.getByRole('button', { name: '圈选' }).click();
    await closer(page, unit.lon, unit.lat, 2);
    await drag(page, around([unit], 0.00008));
    await shows(page.locator('.move'), new RegExp(`选中 1 幢，${unit.households} 户`));
    await page.locator('select[name=to]').selectOption(String(b));
    await shot(page, 'planner-lasso');
    const cell = (grid) => page.locator(`tr[data-grid="${grid}"] td`).nth(1);
    await page.getByRole('button', { name: '移过去' }).click();
    await shows(cell(a), new RegExp(`\\b${before_.get(a).households - unit.households}\\b`));
    await shows(cell(b), new RegExp(`\\b${before_.get(b).households + unit.households}\\b`));
    await until(async () => (await gridsOf(id)).find((g) => g.number === a).households, before_.get(a).households - unit.households, 'the server has it, too');
    await holds(() => page.locator('button[name=undo]').isEnabled());
    await page.locator('button[name=undo]').click();
    await shows(cell(a), new RegExp(`\\b${before_.get(a).households}\\b`));
    await page.locator('h1').click();
    await page.keyboard.press('Control+Shift+Z');
    await shows(cell(a), new RegExp(`\\b${before_.get(a).households - unit.households}\\b`));
    await page.keyboard.press('Control+z');
    await shows(cell(a), new RegExp(`\\b${before_.get(a).households}\\b`));
    await until(async () => (await lead.get(`/api/1/plans/${id}`)).at_step, 0);
    await noViolations(page, 'changes by hand');
  });
});

test('a move that would tear a grid is refused with a sentence, before the server is asked; the server refuses it, too', async () => {
  const id = await solved({ label: '断开' });
  const map = await lead.get(`/api/1/plans/${id}/map`);
  const units = map.features.map((f) => f.properties);
  // A whole column of the middle of a grid, without its ends: it parts the grid in two.
  const [grid] = await neighbours(id);
  const own = units.filter((u) => u.grid === grid).sort((x, y) => x.lon - y.lon);
  const middle = own[Math.floor(own.length / 2)].lon;
  const column = own.filter((u) => Math.abs(u.lon - middle) < 0.0005);
  await with_person({}, async (page, p) => {
    await signIn(page, 'lead', `${PAGE}&plan=${id}&edit=1`);
    await ready(page);
    await page.getByRole('button', { name: '圈选' }).click();
    await closer(page, middle, 31.2218, 2.2);
    await drag(page, around(column, 0.00002));
    await shows(page.locator('.move'), /选中 \d+ 幢/);
    await page.locator('select[name=to]').selectOption('0');
    await shows(page.locator('.move [role=alert]'), /^移走后“.+”会断开：.+与其余不相连。请一起移，或换一处。$/);
    p.asked.length = 0;
    await page.getByRole('button', { name: '移过去' }).focus();
    await page.keyboard.press('Enter');
    await noViolations(page, 'a torn move');
    assert.deepEqual(p.asked.filter((x) => x.includes('/move')), [], 'nothing was asked');
    await shot(page, 'planner-torn');
    await page.keyboard.press('Escape');
    await shows(page.locator('.move'), /还没有选/);
  });
  await assert.rejects(lead.post(`/api/1/plans/${id}/move`, { units: column.map((u) => ({ n: u.n })), to: 0, revision: (await lead.get(`/api/1/plans/${id}`)).revision }), /plan_torn/);
});

test('without a mouse: a grid is opened from the table, a building ticked and moved', async () => {
  const id = await solved({ label: '键盘' });
  const [a, b] = await neighbours(id);
  const [unit] = await atBorder(id, a, b, 1);
  const was = (await gridsOf(id)).find((g) => g.number === a);
  await with_person({ lang: 'en' }, async (page) => {
    await signIn(page, 'lead', `${PAGE}&plan=${id}`);
    await ready(page);
    await page.locator('h1').click();
    for (let n = 0; n < 20 && new URL(page.url()).searchParams.get('grid') !== String(a); n++) await page.keyboard.press('j');
    await until(() => new URL(page.url()).searchParams.get('grid'), String(a));
    await page.keyboard.press('Enter');
    await page.locator('[role=dialog] h2', { hasText: was.name }).waitFor();
    await page.locator('[role=dialog] input[type=search]').focus();
    await page.keyboard.type(unit.name);
    await until(() => page.locator('[role=dialog] .units li').count(), 1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await shows(page.locator('[role=dialog] .move'), /1 selected/);
    await page.locator('[role=dialog] select[name=to]').focus();
    await page.locator('[role=dialog] select[name=to]').selectOption(String(b));
    await noViolations(page, 'a grid and its buildings');
    await shot(page, 'planner-card-en');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(async () => (await gridsOf(id)).find((g) => g.number === a).households, was.households - unit.households);
    await page.keyboard.press('Escape');
    await until(() => page.locator('[role=dialog]').count(), 0);
    await page.keyboard.press('Control+z');
    await until(async () => (await gridsOf(id)).find((g) => g.number === a).households, was.households);
  });
});

test('somebody else was there meanwhile: the plan is read anew, and that is said', async () => {
  const id = await solved({ label: '同时' });
  const [a, b] = await neighbours(id);
  const [mine, other] = await atBorder(id, a, b, 2);
  await with_person({}, async (page) => {
    await signIn(page, 'lead', `${PAGE}&plan=${id}&edit=1`);
    await ready(page);
    await lead.post(`/api/1/plans/${id}/move`, { units: [{ n: other.n }], to: b, revision: (await lead.get(`/api/1/plans/${id}`)).revision });
    await page.mouse.click(...(await pixel(page, mine.lon, mine.lat)));
    await shows(page.locator('.move'), /选中 1 幢/);
    await page.locator('select[name=to]').selectOption(String(b));
    await page.getByRole('button', { name: '移过去' }).click();
    await shows(page.locator('.move [role=alert]'), /已读入最新的方案，请看过再改。$/);
    const now = (await gridsOf(id)).find((g) => g.number === a).households;
    await shows(page.locator(`tr[data-grid="${a}"] td`).nth(1), new RegExp(`\\b${now}\\b`));
    await page.getByRole('button', { name: '移过去' }).click();
    await until(async () => (await gridsOf(id)).find((g) => g.number === a).households, now - mine.households, 'then it goes');
  });
});

test('a border that is drawn cuts a grid in two; out of the range it needs a reason; another person approves, and it is published', async () => {
  const id = await solved({ label: '画界' });
  const map = await lead.get(`/api/1/plans/${id}/map`);
  const units = map.features.map((f) => f.properties);
  const grid = units[0].grid;
  const own = units.filter((u) => u.grid === grid);
  const middle = own.reduce((s, u) => s + u.lon, 0) / own.length;
  const was = (await gridsOf(id)).length;
  await with_person({}, async (page) => {
    await signIn(page, 'lead', `${PAGE}&plan=${id}&edit=1`);
    await ready(page);
    await page.getByRole('button', { name: '画界' }).click();
    await drag(page, [[middle, 31.2196], [middle + 0.0001, 31.2218], [middle, 31.224]]);
    await shows(page.locator('.move'), /选中 \d+ 幢/);
    await until(() => page.locator('select[name=to]').inputValue(), '0');
    await shot(page, 'planner-border');
    await page.getByRole('button', { name: '移过去' }).click();
    await until(() => rows(page).count(), was + 1);
    await until(async () => (await gridsOf(id)).length, was + 1);
    await shows(fact(page, 'out'), /^2 → 2 格$/);
    await page.getByRole('button', { name: '调整完了' }).click();

    await page.locator('button[name=propose]').click();
    await shows(page.locator('[role=dialog]'), /2 格还没写理由，写好才能批准。/);
    await noViolations(page, 'proposing without reasons');
    await shot(page, 'planner-propose');
    await page.getByRole('button', { name: '还没写理由' }).first().click();
    for (const nth of [0, 1]) {
      if (nth) await rows(page).nth(1).locator('.why button').click();
      await page.locator('textarea[name=reason]').fill('两幢高层之间只有一条路，并不过去。');
      await page.getByRole('button', { name: '保存理由' }).click();
      await until(() => page.locator('[role=dialog]').count(), 0);
      await shows(rows(page).nth(nth).locator('.why'), /两幢高层之间/);
    }
    await page.locator('button[name=propose]').click();
    await page.locator('textarea[name=note]').fill('请审议');
    await page.locator('button[name=go]').click();
    await until(() => said(page), '已提交审议');
    await shows(page.locator('.main'), /已提交，等街道领导批准。/);
    await until(() => page.locator('button[name=approve], button[name=publish], button[name=edit]').count(), 0);
    await page.keyboard.press('Control+z'); // it is no draft any more: nothing happens
    await until(async () => (await lead.get(`/api/1/plans/${id}`)).state, 'proposed');
  });
  await with_person({ dark: true }, async (page) => {
    await signIn(page, 'head', `${PAGE}&plan=${id}`);
    await ready(page);
    await until(() => page.locator('.wishes button[type=submit]').count(), 0, 'who approves makes none');
    await page.locator('button[name=approve]').click();
    await shows(page.locator('[role=dialog]'), /两幢高层之间只有一条路/);
    await noViolations(page, 'approving, dark');
    await shot(page, 'planner-approve-dark');
    await page.locator('button[name=go]').click();
    await until(() => said(page), '已批准');
    await page.locator('button[name=publish]').click();
    const since = await page.locator('input[name=since]').inputValue();
    await noViolations(page, 'publishing, dark');
    await page.locator('button[name=go]').click();
    await until(() => said(page), `已公布，${since} 起生效`);
    await shows(page.locator('.main'), new RegExp(`已公布，${since} 起生效。这之前还可以退回草案。`));
    // Until that day it can be taken back.
    await page.locator('button[name=withdraw]').click();
    await page.locator('button[name=go]').click();
    await until(() => said(page), '又是草案了，可以改');
  });
  await until(async () => (await lead.get(`/api/1/plans/${id}`)).state, 'draft');
});

test('a table and a map of the plan as files', async () => {
  const id = await solved({ label: '导出' });
  await with_person({ dark: true }, async (page) => {
    await signIn(page, 'lead', `${PAGE}&plan=${id}`);
    await ready(page);
    const got = async (name) => {
      const coming = page.waitForEvent('download');
      await page.getByRole('link', { name }).click();
      const file = await coming;
      return [file.suggestedFilename(), await (await import('node:fs/promises')).readFile(await file.path(), 'utf8')];
    };
    const [csv_name, csv] = await got('导出楼栋表');
    assert.equal(csv_name, `${WITHIN}-导出.csv`);
    assert.equal(csv.trim().split('\n').length, 211);
    assert.match(csv, /织云路1弄1号/);
    const [map_name, map] = await got('GeoJSON');
    assert.equal(map_name, `${WITHIN}-导出.geojson`);
    assert.equal(JSON.parse(map).features.length, 210);
    // Light whatever the page is, both maps on the narrow side of a page, and afterwards as before.
    await page.evaluate(() => (window.print = () => (window.printed = [document.documentElement.dataset.theme ?? 'light', document.querySelectorAll('.plm .room')[1].clientWidth < 340])));
    const at = await page.locator('.maps').getAttribute('data-at');
    await page.locator('button[name=print]').click();
    await until(() => page.evaluate(() => window.printed), ['light', true]);
    await until(() => page.locator('.maps').getAttribute('data-at'), at);
    await until(() => page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.emulateMedia({ media: 'print' });
    await until(() => page.locator('.side, .acts, .rail').evaluateAll((all) => all.filter((e) => e.getClientRects().length).length), 0, 'nothing to press on paper');
    await shows(page.locator('h1'), /织云居民区·导出/);
    await shot(page, 'planner-print', true);
  });
});

test('a plan in work shows how far it is and can be stopped; one that failed says why and what to do', async () => {
  await with_person({}, async (page) => {
    const state = await fakePlans(page, {
      over: (method, path, _body, s) => {
        if (path.endsWith('/cancel')) s.more = { state: 'failed', failure_zh: '已停下。', failure_en: 'Stopped.' };
      },
    });
    state.more = { state: 'computing', progress: 40 };
    await signIn(page, 'lead', PAGE);
    await until(() => page.getByRole('progressbar').getAttribute('aria-valuenow'), '40');
    state.more = { state: 'computing', progress: 65 };
    await until(() => page.getByRole('progressbar').getAttribute('aria-valuenow'), '65');
    await noViolations(page, 'a plan in work');
    await shot(page, 'planner-computing');
    await page.locator('button[name=cancel]').click();
    await page.getByRole('heading', { name: '方案 1 没有算成' }).waitFor();
    await shows(page.locator('.main [role=alert]'), /已停下。.*在左边再算一次/s);
    state.more = { state: 'failed', failure_zh: '这里没有一幢登记了户数的楼。请先导入楼栋。', failure_en: 'No building here has its households. Bring them in first.' };
    await page.reload();
    await shows(page.locator('.main [role=alert]'), /没有一幢登记了户数的楼/);
    await noViolations(page, 'a plan that failed');
  });
});

test('an answer that does not come is told, and asked for again', async () => {
  await with_person({}, async (page) => {
    let down = true;
    await fakePlans(page, { over: (_m, path) => (down && path.endsWith('/map') ? { status: 503, json: {} } : undefined) });
    await signIn(page, 'lead', PAGE);
    await page.locator('.main [role=alert]').waitFor();
    down = false;
    await page.locator('.main').getByRole('button', { name: '再试一次' }).click();
    await ready(page);
  });
});

for (const [lang, size, dark, large] of [['zh', 'phone', false], ['en', 'phone', true], ['en', 'desk', false], ['en', 'tablet', true], ['zh', 'tablet', false, true]])
  test(`the planner, ${lang}, ${size}${dark ? ', dark' : ''}${large ? ', large' : ''}`, async () => {
    await with_person({ lang, size, dark }, async (page) => {
      await fakePlans(page);
      await signIn(page, 'lead', PAGE);
      await ready(page);
      if (large) await page.getByRole('button', { name: '大字' }).click();
      await noSideways(page, 'the planner');
      await noViolations(page, `the planner, ${lang} ${size}`);
      await shot(page, `planner-${lang}-${size}${dark ? '-dark' : ''}${large ? '-large' : ''}`);
      await rows(page).first().locator('.name').first().click();
      await page.locator('textarea[name=reason]').waitFor();
      await noSideways(page, 'a grid');
      await noViolations(page, `a grid, ${lang} ${size}`);
      await shot(page, `planner-card-${lang}-${size}${dark ? '-dark' : ''}${large ? '-large' : ''}`);
    });
  });

test('3,000 buildings: all are there, and one is moved as in a small town', async () => {
  await with_person({}, async (page) => {
    await fakePlans(page, { made: town({ cols: 60, rows: 50, wide: 4, high: 3 }) });
    await signIn(page, 'lead', PAGE);
    await ready(page);
    await until(() => rows(page).count(), 100);
    await page.getByRole('button', { name: '列出全部' }).click();
    await holds(async () => (await rows(page).count()) > 200);
    await shows(page.locator('.facts'), /3,000 幢/);
    await page.locator('button[name=edit]').click();
    await page.locator('.plm').nth(1).scrollIntoViewIfNeeded(); // the end of the table was in view
    const box = await page.locator('.plm .room').nth(1).boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await shows(page.locator('.move'), /选中 1 幢/);
    await shot(page, 'planner-3000');
  });
});

test('who may not plan has no such room', async () => {
  await with_person({}, async (page) => {
    await signIn(page, 'dispatch', PAGE, '.con .emp');
    await page.getByRole('heading', { name: '没有这一页' }).waitFor();
    await until(() => page.locator('.rail a', { hasText: '网格划分' }).count(), 0);
  });
});
