/* plans – a made town for the planner's page, said to the page in place of the server's
 * answers: as many buildings as a test wants, and a server that refuses or fails when a test
 * wants it to. What the real one does is tried in planner.test.mjs beside it. */
import { writeFileSync } from 'node:fs';

/* Buildings for 织云居民区 of the small demo, whose micro-grids stand side by side: the
 * second has too many households, the fifth too few. To `file`, for import places. */
export function buildings(file) {
  const [west, south, east, north] = [121.4603, 31.2203, 121.4848, 31.2231];
  const [cols, rows] = [42, 5];
  const lines = ['代码,名称,户数,经度,纬度'];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < cols; x++) {
      const block = Math.floor((x * 6) / cols);
      const lon = west + ((x + 0.5 + 0.2 * Math.sin(y * 1.9)) / cols) * (east - west);
      const lat = south + ((y + 0.5 + 0.2 * Math.sin(x * 1.3)) / rows) * (north - south);
      const households = (block === 1 ? 17 : block === 4 ? 5 : 10) + ((x * 7 + y * 3) % 4);
      lines.push(`ZY${String(x + 1).padStart(2, '0')}${y + 1},织云路${x + 1}弄${y + 1}号,${households},${lon.toFixed(6)},${lat.toFixed(6)}`);
    }
  writeFileSync(file, `${lines.join('\n')}\n`);
}

const LON = 121.4, LAT = 31.2, STEP = 0.0006;

/* cols × rows buildings on a bent chequerboard, grids of today as blocks of `wide` × `high`,
 * the plan the same with every seventh building in its neighbour's grid. */
export function town({ cols = 13, rows = 9, wide = 4, high = 3 } = {}) {
  const corner = (x, y) => [LON + STEP * (x + 0.25 * Math.sin(y * 1.7)), LAT + STEP * (y + 0.25 * Math.sin(x * 1.3))];
  const across = Math.ceil(cols / wide);
  const blockOf = (x, y) => Math.floor(y / high) * across + Math.floor(x / wide);
  const units = [];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < cols; x++) {
      const n = units.length + 1;
      units.push({
        n, x, y, code: `B${String(n).padStart(4, '0')}`, name: `${Math.floor(y) + 1}弄${x + 1}号`, hard: 'YQ',
        households: 20 + ((x * 7 + y * 13) % 5) * 6 + (x >= wide && x < 2 * wide ? 16 : 0),
        block: blockOf(x, y), grid: blockOf(x, y) + 1,
        ring: [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1), corner(x, y)],
      });
    }
  // The block that has too many gives its last column to its right neighbour.
  for (const u of units) if (u.x === 2 * wide - 1 && u.y < 2 * high && cols > 2 * wide) u.grid = blockOf(u.x + 1, u.y) + 1;
  const edges = [];
  units.forEach((u, i) => {
    if (u.x + 1 < cols) edges.push([u.n, units[i + 1].n, 60]);
    if (u.y + 1 < rows) edges.push([u.n, units[i + cols].n, 55]);
  });
  return { units, edges };
}

const codeOf = (block) => `YQ-${String(block + 1).padStart(2, '0')}`;

/* One polygon a unit: good enough for a picture. */
function shaped(units, key) {
  const by = new Map();
  for (const u of units) by.set(u[key], [...(by.get(u[key]) ?? []), u]);
  return [...by].map(([k, own]) => {
    const once = new Map();
    for (const u of own)
      for (let i = 1; i < u.ring.length; i++) {
        const name = [u.ring[i - 1].join(), u.ring[i].join()];
        const id = [...name].sort().join(' ');
        if (once.has(id)) once.delete(id);
        else once.set(id, [u.ring[i - 1], u.ring[i]]);
      }
    const from = new Map([...once.values()].map(([a, b]) => [a.join(), b]));
    const rings = [];
    while (from.size) {
      const [first, second] = from.entries().next().value;
      const ring = [first.split(',').map(Number), second];
      from.delete(first);
      for (let next = from.get(second.join()); next; next = from.get(next.join())) {
        from.delete(ring[ring.length - 1].join());
        ring.push(next);
      }
      rings.push([ring]);
    }
    const mid = own[Math.floor(own.length / 2)].ring;
    return { key: k, households: own.reduce((s, u) => s + u.households, 0), units: own.length, shape: { type: 'MultiPolygon', coordinates: rings }, label: [(mid[0][0] + mid[2][0]) / 2, (mid[0][1] + mid[2][1]) / 2] };
  });
}

/* Answers for `page`, of a plan per made town. `over` lays over a call: (method, path, body)
 * → { status, json } or nothing. */
export async function fakePlans(page, { made = town(), within = '310', min = 300, max = 500, over = () => undefined, plans: first } = {}) {
  const out = (h) => h < min || h > max;
  const state = { units: made.units, revision: 1, at_step: 0, top_step: 0, reasons: new Map(), calls: [] };
  const plan = () => {
    const now = shaped(state.units, 'block'), grids = shaped(state.units, 'grid');
    const most = (all) => Math.max(...all.map((g) => g.households)), least = (all) => Math.min(...all.map((g) => g.households));
    return {
      id: '900', within: '1', within_code: within, within_name: '西片综合网格', kind: 'micro', label: '方案 1', state: state.state ?? 'draft', revision: state.revision, at_step: state.at_step, top_step: state.top_step,
      min, max, seed: '1', cut: 100, compact: 45, alike: 0, keep: 60, balance: 70, solved_ms: 1800, made: 1774000000000, progress: state.progress ?? 0,
      units: state.units.length, left_out: 0, households: state.units.reduce((s, u) => s + u.households, 0), grids: grids.length, out_of_range: grids.filter((g) => out(g.households)).length,
      moved: state.units.filter((u) => u.grid !== u.block + 1).length, cut_m: 21000, most: most(grids), least: least(grids), now_grids: now.length, now_out_of_range: now.filter((g) => out(g.households)).length, now_most: most(now), now_least: least(now), own: false,
      ...state.more,
    };
  };
  const grids = () => {
    const now = new Map(shaped(state.units, 'block').map((g) => [g.key, g]));
    return shaped(state.units, 'grid').map((g) => ({
      plan: '900', number: g.key, code: codeOf(g.key - 1), name: `西片第${g.key}微网格`, households: g.households, units: g.units, border_m: 900, radius_m: 120, pieces: 1, in_range: !out(g.households),
      reason: out(g.households) ? 'none_found' : 'keeps', reason_text: state.reasons.get(g.key), ...(now.has(g.key - 1) ? { now: String(g.key), now_code: codeOf(g.key - 1), now_households: now.get(g.key - 1).households } : {}),
    }));
  };
  const map = () => ({
    type: 'FeatureCollection',
    features: state.units.map((u) => ({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [u.ring] }, properties: { n: u.n, code: u.code, name: u.name, households: u.households, grid: u.grid, now: codeOf(u.block), hard: u.hard } })),
    grids: shaped(state.units, 'grid').map((g) => ({ number: g.key, shape: g.shape, label: g.label })),
    now: shaped(state.units, 'block').map((g) => ({ code: codeOf(g.key), name: codeOf(g.key), households: g.households, shape: g.shape, label: g.label })),
    edges: made.edges,
    outline: shaped(state.units.map((u) => ({ ...u, all: 1 })), 'all')[0].shape,
  });
  await page.route('**/api/1/plans**', async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const body = request.postDataJSON() ?? {};
    const method = request.method();
    state.calls.push(`${method} ${pathname}`);
    const laid = over(method, pathname, body, state);
    if (laid) return route.fulfill({ status: laid.status ?? 200, contentType: 'application/json', body: JSON.stringify(laid.json) });
    const say = (json) => route.fulfill({ status: 200, contentType: 'application/json', body: JSON.stringify(json) });
    if (pathname === '/api/1/plans' && method === 'GET') return say({ items: first ? first(plan()) : [plan()] });
    if (pathname.endsWith('/grids')) return say({ items: grids() });
    if (pathname.endsWith('/map')) return say(map());
    if (pathname.endsWith('/move')) {
      const to = body.to || Math.max(...state.units.map((u) => u.grid)) + 1;
      const goes = new Set(body.units.map((u) => u.n));
      for (const u of state.units) if (goes.has(u.n)) u.grid = to;
      state.revision++;
      state.top_step = ++state.at_step;
    }
    return say(plan());
  });
  return state;
}

/* Rights that this person's post may not have here, added to what the server says of it. */
export async function grant(page, rights) {
  await page.route(/\/api\/1\/(me|session|session\/post)$/, async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    if (told.rights) told.rights.push(...rights.map((right) => ({ right })));
    await route.fulfill({ response: answer, json: told });
  });
}
