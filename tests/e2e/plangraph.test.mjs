/* plangraph – the planner page's own geometry, without a browser: what a lasso holds, where a
 * drawn border cuts, what hangs together, and that its figures are those of counting anew. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { town as made } from './plans.mjs';

const web = new URL('../../web/', import.meta.url);
const ts = createRequire(new URL('package.json', web))('typescript');
async function load(file) {
  const source = ts.transpileModule(readFileSync(fileURLToPath(new URL(file, web)), 'utf8'), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2020 } });
  return import(`data:text/javascript;base64,${Buffer.from(source.outputText).toString('base64')}`);
}
const { borderOf, cutAlong, figuresOf, inside, lassoed, membersOf, middleOf, nearGrids, piecesOf, sumsOf, townOf, whyNot } = await load('console/planGraph.ts');
const { differing } = await load('console/planCompare.ts');

const square = (x, y, w = 1, h = 1) => [[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]];
/* cols × rows unit squares; grids by `of(x, y)`. */
function board(cols, rows, of, more = () => ({})) {
  const units = [];
  for (let y = 0; y < rows; y++) for (let x = 0; x < cols; x++) units.push({ n: 100 + units.length, code: `U${x}-${y}`, name: `${x}/${y}`, households: 10, now: `G${of(x, y)}`, hard: 'A', shape: [[square(x, y)]], x: x + 0.5, y: y + 0.5, ...more(x, y) });
  const edges = [];
  units.forEach((u, i) => {
    if ((i + 1) % cols) edges.push([u.n, u.n + 1, 5]);
    if (i + cols < units.length) edges.push([u.n, u.n + cols, 7]);
  });
  const town = townOf(units, edges);
  return { town, gridOf: units.map((_, i) => of(i % cols, Math.floor(i / cols))), at: (x, y) => y * cols + x };
}
const sorted = (all) => [...all].sort((a, b) => a - b);
const name = (g) => `${g} 格`;

test('a point in a ring with a hole; the middle of a court lies on it', () => {
  const court = [square(0, 0, 10, 10), square(2, 2, 7, 6)];
  assert.equal(inside(1, 1, court), true);
  assert.equal(inside(5, 5, court), false);
  assert.equal(inside(11, 5, court), false);
  const [x, y] = middleOf([court]);
  assert.ok(inside(x, y, court), `${x} ${y}`);
  assert.deepEqual(middleOf([[square(0, 0)], [square(10, 10, 4, 2)]]), [12, 11], 'of the larger of two');
  const u = [[[0, 0], [9, 0], [9, 9], [6, 9], [6, 2], [3, 2], [3, 9], [0, 9], [0, 0]]];
  assert.ok(inside(...middleOf([u[0]].map((r) => [r])), [u[0]]), 'of a horseshoe');
});

test('a lasso holds the units whose middle it holds', () => {
  const { town, at } = board(4, 3, () => 1);
  assert.deepEqual(lassoed(town, square(0.2, 0.2, 2, 1)), [at(0, 0), at(1, 0)]);
  assert.deepEqual(lassoed(town, square(0.6, 0.6, 0.3, 0.3)), []);
  assert.deepEqual(lassoed(town, [[0, 0], [4, 0], [0, 3]]), [at(0, 0), at(1, 0), at(2, 0), at(0, 1), at(1, 1), at(0, 2)].filter((i) => town.units[i].x / 4 + town.units[i].y / 3 < 1));
});

test('the border of units together is what no two of them share', () => {
  const { town } = board(3, 3, () => 1);
  assert.equal(borderOf(town, [0, 1, 2, 3, 4, 5, 6, 7, 8]).length, 12);
  assert.equal(borderOf(town, [0, 1]).length, 6);
  assert.equal(borderOf(town, [0, 1, 2, 3, 5, 6, 7, 8]).length, 16, 'the hole counts');
});

test('a move that tears a grid, reaches none of the other, or leaves the residential area is refused with names', () => {
  const { town, gridOf, at } = board(5, 2, (x) => (x < 3 ? 1 : 2));
  assert.equal(whyNot(town, gridOf, [at(2, 0)], 2, name), null);
  assert.match(whyNot(town, gridOf, [at(0, 0)], 2, name).zh, /^0\/0 与“2 格”不相连/);
  assert.match(whyNot(town, gridOf, [at(0, 0)], 2, name).en, /^0\/0 would not touch 2 格/);
  assert.match(whyNot(town, gridOf, [at(1, 0), at(1, 1), at(2, 0), at(2, 1)].slice(0, 2), 0, name).zh, /^移走后“1 格”会断开：/);
  assert.equal(whyNot(town, gridOf, [at(1, 0), at(1, 1), at(2, 0), at(2, 1)], 2, name), null);
  assert.equal(whyNot(town, gridOf, [0, 1, 2, 5, 6, 7], 2, name), null, 'all of a grid may go: two become one');
  assert.match(whyNot(town, gridOf, [at(0, 0), at(2, 1)], 0, name).zh, /^选中的楼栋不连成一片/);
  assert.match(whyNot(town, gridOf, [at(4, 0)], 2, name).zh, /已经都在“2 格”/);
  assert.match(whyNot(town, gridOf, [], 2, name).zh, /先选楼栋/);
  const two = board(4, 1, (x) => (x < 2 ? 1 : 2), (x) => ({ hard: x < 2 ? 'A' : 'B' }));
  assert.match(whyNot(two.town, two.gridOf, [1], 2, name).zh, /^1\/0 与“2 格”不在同一居民区/);
  assert.match(whyNot(two.town, two.gridOf, [1, 2], 0, name).zh, /分属不同居民区/);
});

test('a grid that was in pieces before may stay so, but not fall into more', () => {
  const { town, gridOf, at } = board(7, 1, (x) => (x === 3 ? 2 : 1));
  assert.equal(piecesOf(town, membersOf(gridOf, 1)).length, 2);
  assert.equal(whyNot(town, gridOf, [at(2, 0)], 2, name), null);
  assert.match(whyNot(town, gridOf, [at(1, 0)], 0, name).zh, /会断开/);
});

test('near grids: the longest border first, none over a hard border', () => {
  const { town, gridOf, at } = board(3, 3, (x, y) => (y === 1 ? 1 : y === 0 ? 2 : 3), (_, y) => ({ hard: y === 2 ? 'B' : 'A' }));
  assert.deepEqual(nearGrids(town, gridOf, [at(1, 1)]), [1, 2]);
});

test('a border is snapped between buildings and gives the side with fewer households', () => {
  const { town, gridOf, at } = board(5, 3, (x) => (x < 4 ? 1 : 2));
  const down = cutAlong(town, gridOf, [[1.2, -1], [0.9, 1], [1.1, 4]], 0);
  assert.deepEqual({ grid: down.grid, side: sorted(down.side) }, { grid: 1, side: [at(0, 0), at(0, 1), at(0, 2)] });
  const inner = cutAlong(town, gridOf, [[1.1, 0.9], [1.05, 1.5], [1.1, 2.2]], 0);
  assert.deepEqual(sorted(inner.side), [at(0, 0), at(0, 1), at(0, 2)], 'a line that ends within is drawn on');
  const corner = cutAlong(town, gridOf, [[-1, 1.1], [0.9, 1.1], [1.1, -1]], 0);
  assert.deepEqual(sorted(corner.side), [at(0, 0)]);
  assert.match(cutAlong(town, gridOf, [[-3, -3], [-2, -3]], 0).zh, /没有从楼栋之间穿过/);
  assert.match(cutAlong(town, gridOf, [[2, -2], [2.2, 0.8], [2.3, -2]], 0).zh ?? '', /没有/);
  const both = cutAlong(town, gridOf, [[-1, 1.05], [6, 1.05]], 2);
  assert.deepEqual({ grid: both.grid, side: sorted(both.side) }, { grid: 2, side: [at(4, 0)] }, 'the grid that is meant');
});

test('each side of a drawn border is in one piece, whatever is drawn', () => {
  const { units, edges } = made({ cols: 20, rows: 20, wide: 20, high: 20 });
  const town = townOf(units.map((u) => ({ ...u, now: '', shape: [[u.ring]], x: middleOf([[u.ring]])[0], y: middleOf([[u.ring]])[1] })), edges);
  const gridOf = units.map(() => 1);
  let cuts = 0;
  let state = 7;
  const rand = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const [w, s] = units[0].ring[0];
  for (let n = 0; n < 300; n++) {
    const line = Array.from({ length: 2 + Math.floor(rand() * 6) }, () => [w + (rand() * 1.4 - 0.2) * 0.012, s + (rand() * 1.4 - 0.2) * 0.012]);
    const cut = cutAlong(town, gridOf, line, 0);
    if ('zh' in cut) continue;
    cuts++;
    const side = new Set(cut.side);
    const rest = new Set([...membersOf(gridOf, 1)].filter((i) => !side.has(i)));
    assert.equal(piecesOf(town, side).length, 1);
    assert.equal(piecesOf(town, rest).length, 1);
    assert.equal(whyNot(town, gridOf, cut.side, 0, name), null);
  }
  assert.ok(cuts > 200, `${cuts} of 300 lines cut`);
});

test('figures are those of counting anew, after any moves', () => {
  const { units, edges } = made();
  const town = townOf(units.map((u) => ({ ...u, now: `G${u.block}`, shape: [[u.ring]], x: 0, y: 0 })), edges);
  const gridOf = units.map((u) => u.grid);
  const now = new Map(units.map((u) => [u.block + 1, `G${u.block}`]));
  const sums = sumsOf(town, gridOf, now);
  const f = figuresOf(town, gridOf, sums, now, 300, 500);
  const each = [...sums.values()];
  assert.equal(each.reduce((s, g) => s + g.households, 0), units.reduce((s, u) => s + u.households, 0));
  assert.equal(each.reduce((s, g) => s + g.moved_in, 0), f.moved);
  assert.equal(each.reduce((s, g) => s + g.moved_out, 0), f.moved);
  assert.equal(f.moved, units.filter((u) => u.grid !== u.block + 1).length);
  assert.equal(f.grids, new Set(gridOf).size);
  assert.equal(f.most, Math.max(...each.map((g) => g.households)));
  assert.equal(f.out_of_range, each.filter((g) => g.households < 300 || g.households > 500).length);
  const at = new Map(units.map((u, i) => [u.n, i]));
  assert.equal(f.cut_m, edges.reduce((s, [a, b, m]) => s + (gridOf[at.get(a)] !== gridOf[at.get(b)] ? m : 0), 0));
});

test('two plans that number their grids otherwise differ only where they divide otherwise', () => {
  const { town, gridOf, at } = board(4, 2, (x) => (x < 2 ? 1 : 2));
  const other = gridOf.map((g) => String(10 - g));
  assert.deepEqual(differing(town, gridOf, other), gridOf.map(() => false));
  other[at(1, 0)] = '8';
  assert.deepEqual(differing(town, gridOf, other).flatMap((d, i) => (d ? [i] : [])), [at(1, 0)]);
});
