/* planGraph – a plan as the page holds it: units (buildings, blocks) with their ground,
 * who is whose neighbour, and the grid of each. It counts what a change by hand does, and
 * says why one may not be, before the server is asked. Pure, no drawing; the server has
 * the last word. */

export type Ring = number[][]; // lon, lat
export type Shape = Ring[][]; // polygons: an outer ring and its holes

export type Unit = {
  n: number; // its number in the plan
  code: string;
  name: string;
  households: number;
  now: string; // code of the grid it is in today; empty: none
  hard: string; // units of two kinds never share a grid
  shape: Shape;
  x: number; // a point on its ground
  y: number;
};

/* next[i]: the neighbours of unit i by index, and the metres of border shared with each. */
export type Town = { units: Unit[]; at: Map<number, number>; next: { to: number; m: number }[][] };

export type Both = { zh: string; en: string };

export function townOf(units: Unit[], edges: number[][]): Town {
  const at = new Map(units.map((u, i): [number, number] => [u.n, i]));
  const next: Town['next'] = units.map(() => []);
  for (const [a, b, m] of edges) {
    const i = at.get(a);
    const j = at.get(b);
    if (i === undefined || j === undefined || i === j) continue;
    next[i].push({ to: j, m });
    next[j].push({ to: i, m });
  }
  return { units, at, next };
}

/* ---- ground ---- */

/* Inside, by how often a ray to the right crosses the rings: holes count as outside. */
export function inside(x: number, y: number, rings: Ring[]): boolean {
  let within = false;
  for (const ring of rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
    }
  return within;
}

/* The centre of the largest polygon where that lies on it (a court has its centre outside),
 * else the middle of the widest stretch at its height. */
export function middleOf(shape: Shape): [number, number] {
  let best: { area: number; x: number; y: number; rings: Ring[] } | null = null;
  for (const rings of shape) {
    const ring = rings[0] ?? [];
    const [ox, oy] = ring[0] ?? [0, 0]; // sums near zero: degrees are large beside a house
    let area = 0, x = 0, y = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = [ring[j][0] - ox, ring[j][1] - oy];
      const [bx, by] = [ring[i][0] - ox, ring[i][1] - oy];
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    const centre = area ? { x: ox + x / (3 * area), y: oy + y / (3 * area) } : { x: ox, y: oy };
    if (!best || Math.abs(area) > best.area) best = { area: Math.abs(area), ...centre, rings };
  }
  if (!best) return [0, 0];
  if (!best.area || inside(best.x, best.y, best.rings)) return [best.x, best.y];
  const y = best.y;
  const crossings: number[] = [];
  for (const ring of best.rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y) crossings.push(((xj - xi) * (y - yi)) / (yj - yi) + xi);
    }
  crossings.sort((a, b) => a - b);
  let widest = 0;
  for (let i = 2; i + 1 < crossings.length; i += 2) if (crossings[i + 1] - crossings[i] > crossings[widest + 1] - crossings[widest]) widest = i;
  return crossings.length > 1 ? [(crossings[widest] + crossings[widest + 1]) / 2, y] : [best.x, best.y];
}

/* Units whose point lies within what was drawn around. */
export function lassoed(town: Town, ring: Ring): number[] {
  const found: number[] = [];
  town.units.forEach((u, i) => {
    if (inside(u.x, u.y, [ring])) found.push(i);
  });
  return found;
}

/* The border of units taken together: what of their rings is not also a neighbour's within. */
export function borderOf(town: Town, members: Iterable<number>): [number[], number[]][] {
  const once = new Map<string, [number[], number[]]>();
  const name = (p: number[]) => `${p[0].toFixed(8)},${p[1].toFixed(8)}`;
  for (const i of members)
    for (const rings of town.units[i].shape)
      for (const ring of rings)
        for (let k = 1; k < ring.length; k++) {
          const [a, b] = [name(ring[k - 1]), name(ring[k])];
          if (a === b) continue;
          const key = a < b ? `${a} ${b}` : `${b} ${a}`;
          if (once.has(key)) once.delete(key);
          else once.set(key, [ring[k - 1], ring[k]]);
        }
  return [...once.values()];
}

/* ---- who hangs together ---- */

export function piecesOf(town: Town, members: Set<number>): number[][] {
  const left = new Set(members);
  const pieces: number[][] = [];
  for (const first of members) {
    if (!left.delete(first)) continue;
    const piece = [first];
    for (let k = 0; k < piece.length; k++) for (const { to } of town.next[piece[k]]) if (left.delete(to)) piece.push(to);
    pieces.push(piece);
  }
  return pieces.sort((a, b) => b.length - a.length);
}

export function membersOf(gridOf: readonly number[], grid: number): Set<number> {
  const members = new Set<number>();
  gridOf.forEach((g, i) => {
    if (g === grid) members.add(i);
  });
  return members;
}

/* A few names, and how many more. */
export function someOf(town: Town, units: number[]): Both {
  const MOST = 4;
  const names = units.slice(0, MOST).map((i) => town.units[i].name || town.units[i].code);
  const more = units.length - names.length;
  return { zh: names.join('、') + (more > 0 ? ` 等 ${units.length} 处` : ''), en: names.join(', ') + (more > 0 ? ` and ${more} more` : '') };
}

/* Why these units may not go to that grid (0: a new one); null: they may. A grid that was
 * in pieces before may stay so, but not fall into more. */
export function whyNot(town: Town, gridOf: readonly number[], picked: readonly number[], to: number, nameOf: (grid: number) => string): Both | null {
  const moving = picked.filter((i) => gridOf[i] !== to);
  if (!moving.length) return picked.length ? { zh: `选中的已经都在“${nameOf(to)}”。`, en: `All that are selected are in ${nameOf(to)} already.` } : { zh: '先选楼栋。', en: 'Select buildings first.' };
  const goes = new Set(moving);
  const target = to ? membersOf(gridOf, to) : new Set<number>();
  const hard = town.units[target.size ? target.values().next().value! : moving[0]].hard;
  const foreign = moving.filter((i) => town.units[i].hard !== hard);
  if (foreign.length) {
    const some = someOf(town, foreign);
    return to
      ? { zh: `${some.zh} 与“${nameOf(to)}”不在同一居民区，网格不跨居民区。`, en: `${some.en}: not in the residential area of ${nameOf(to)}, and no grid leaves one.` }
      : { zh: `选中的楼栋分属不同居民区，网格不跨居民区。`, en: 'What is selected lies in several residential areas, and no grid leaves one.' };
  }
  const before = target.size ? piecesOf(town, target).length : 1;
  const after = piecesOf(town, new Set([...target, ...moving]));
  if (after.length > before) {
    const apart = to ? moving.filter((i) => after.some((p, k) => k > 0 && p.includes(i))) : after[after.length - 1];
    const some = someOf(town, apart.length ? apart : moving);
    return to
      ? { zh: `${some.zh} 与“${nameOf(to)}”不相连。请连同中间的楼栋一起移。`, en: `${some.en} would not touch ${nameOf(to)}. Move what lies between as well.` }
      : { zh: `选中的楼栋不连成一片：${some.zh} 与其余不相连。`, en: `What is selected is not in one piece: ${some.en} would be apart.` };
  }
  for (const grid of new Set(moving.map((i) => gridOf[i]))) {
    const was = membersOf(gridOf, grid);
    const stays = new Set([...was].filter((i) => !goes.has(i)));
    if (!stays.size) continue; // all of it goes: the two become one
    const pieces = piecesOf(town, stays);
    if (pieces.length > piecesOf(town, was).length) {
      const some = someOf(town, pieces[pieces.length - 1]);
      return { zh: `移走后“${nameOf(grid)}”会断开：${some.zh} 与其余不相连。请一起移，或换一处。`, en: `${nameOf(grid)} would be torn: ${some.en} would be apart from the rest. Move them too, or choose others.` };
    }
  }
  return null;
}

/* Grids that the units touch, the longest border first. */
export function nearGrids(town: Town, gridOf: readonly number[], picked: readonly number[]): number[] {
  const own = new Set(picked);
  const metres = new Map<number, number>();
  for (const i of picked) for (const { to, m } of town.next[i]) if (!own.has(to) && town.units[to].hard === town.units[i].hard) metres.set(gridOf[to], (metres.get(gridOf[to]) ?? 0) + m);
  return [...metres.entries()].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([grid]) => grid);
}

/* ---- a border that is drawn ---- */

const side = (a: number[], b: number[], p: number[]) => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0;
function crosses(a: number[], b: number[], c: number[], d: number[]): boolean {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

/* A line across a grid, snapped to its buildings: two neighbours part where the line runs
 * between them, every building stays whole. The side with fewer households comes back. A
 * line that ends within the grid is drawn on to its edge. `prefer`: the grid meant, where
 * the line crosses several. */
export function cutAlong(town: Town, gridOf: readonly number[], line: Ring, prefer: number): { grid: number; side: number[] } | Both {
  const boxes = new Map<number, number>(); // neighbours parted, by grid
  const parted = (i: number, j: number, along: Ring) => {
    const a = [town.units[i].x, town.units[i].y];
    const b = [town.units[j].x, town.units[j].y];
    let times = 0;
    for (let k = 1; k < along.length; k++) if (crosses(a, b, along[k - 1], along[k])) times++;
    return times % 2 === 1;
  };
  const each = (of: (i: number, j: number) => void) => town.next.forEach((list, i) => list.forEach(({ to }) => i < to && gridOf[i] === gridOf[to] && of(i, to)));
  each((i, j) => {
    if (parted(i, j, line)) boxes.set(gridOf[i], (boxes.get(gridOf[i]) ?? 0) + 1);
  });
  const none: Both = { zh: '这条线没有从楼栋之间穿过。请从网格的一边画到另一边。', en: 'The line runs between no buildings. Draw it from one edge of a grid to another.' };
  const grid = boxes.has(prefer) ? prefer : [...boxes.entries()].sort((a, b) => b[1] - a[1])[0]?.[0];
  if (grid === undefined || line.length < 2) return none;
  const members = membersOf(gridOf, grid);
  const along = drawnOn(town, members, line);
  const cut = new Set<string>();
  for (const i of members) for (const { to } of town.next[i]) if (i < to && members.has(to) && parted(i, to, along)) cut.add(`${i} ${to}`);
  const left: Town = {
    ...town,
    next: town.next.map((list, i) => (members.has(i) ? list.filter(({ to }) => members.has(to) && !cut.has(i < to ? `${i} ${to}` : `${to} ${i}`)) : [])),
  };
  const pieces = piecesOf(left, members);
  if (pieces.length < 2) return { zh: '这条线没有把网格切成两片。请从网格的一边画到另一边。', en: 'The line does not cut the grid in two. Draw it from one edge of the grid to another.' };
  // A zigzag leaves crumbs: each joins the half that it has the longer border with.
  const halves = [new Set(pieces[0]), new Set(pieces[1])];
  const crumbs = pieces.slice(2).flat();
  for (let turn = crumbs.length; crumbs.length && turn >= 0; turn--)
    for (let k = crumbs.length - 1; k >= 0; k--) {
      const m = halves.map((half) => town.next[crumbs[k]].reduce((sum, e) => sum + (half.has(e.to) ? e.m || 1e-9 : 0), 0));
      if (!m[0] && !m[1]) continue;
      halves[m[1] > m[0] ? 1 : 0].add(crumbs[k]);
      crumbs.splice(k, 1);
    }
  const people = (of: Set<number>) => [...of].reduce((sum, i) => sum + town.units[i].households, 0);
  return { grid, side: [...(people(halves[1]) <= people(halves[0]) ? halves[1] : halves[0])] };
}

function drawnOn(town: Town, members: Set<number>, line: Ring): Ring {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of members)
    for (const [ring] of town.units[i].shape)
      for (const [x, y] of ring) [w, s, e, n] = [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)];
  const far = 2 * Math.hypot(e - w, n - s);
  const within = ([x, y]: number[]) => [...members].some((i) => town.units[i].shape.some((rings) => inside(x, y, rings)));
  const on = (from: number[], to: number[]) => {
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
    return [to[0] + ((to[0] - from[0]) / length) * far, to[1] + ((to[1] - from[1]) / length) * far];
  };
  const along = [...line];
  const [first, last] = [line[0], line[line.length - 1]];
  if (within(first)) along.unshift(on(line[Math.min(line.length - 1, 3)], first));
  if (within(last)) along.push(on(line[Math.max(0, line.length - 4)], last));
  return along;
}

/* ---- figures ---- */

export type GridSum = { households: number; units: number; moved_in: number; moved_out: number };

/* What each grid has. `now`: the code of today's grid that it continues. */
export function sumsOf(town: Town, gridOf: readonly number[], now: Map<number, string>): Map<number, GridSum> {
  const sums = new Map<number, GridSum>();
  const of = (grid: number) => {
    let sum = sums.get(grid);
    if (!sum) sums.set(grid, (sum = { households: 0, units: 0, moved_in: 0, moved_out: 0 }));
    return sum;
  };
  const continued = new Map([...now].filter(([, code]) => code).map(([grid, code]): [string, number] => [code, grid]));
  town.units.forEach((u, i) => {
    const sum = of(gridOf[i]);
    sum.households += u.households;
    sum.units++;
    if (!u.now || now.get(gridOf[i]) === u.now) return;
    sum.moved_in++;
    const from = continued.get(u.now);
    if (from !== undefined) of(from).moved_out++;
  });
  return sums;
}

export type Figures = { grids: number; out_of_range: number; most: number; least: number; moved: number; cut_m: number };

export function figuresOf(town: Town, gridOf: readonly number[], sums: Map<number, GridSum>, now: Map<number, string>, min: number, max: number): Figures {
  const lived = [...sums.values()].filter((s) => s.units);
  const out = lived.filter((s) => s.households < min || s.households > max).length;
  let moved = 0, cut = 0;
  town.units.forEach((u, i) => {
    if (u.now && now.get(gridOf[i]) !== u.now) moved++;
    for (const { to, m } of town.next[i]) if (i < to && gridOf[i] !== gridOf[to]) cut += m;
  });
  return { grids: lived.length, out_of_range: out, most: Math.max(0, ...lived.map((s) => s.households)), least: lived.length ? Math.min(...lived.map((s) => s.households)) : 0, moved, cut_m: Math.round(cut) };
}
