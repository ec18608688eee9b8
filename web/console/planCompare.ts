/* planCompare – which units two plans divide otherwise. Their grids are numbered apart: each
 * grid is matched with the one of the other plan that it shares most households with, the
 * most first, and each only once. */
import type { Town } from './planGraph';

export function differing(town: Town, gridOf: readonly number[], keyOf: readonly string[]): boolean[] {
  const shared = new Map<string, { grid: number; key: string; households: number; units: number }>();
  town.units.forEach((u, i) => {
    const name = `${gridOf[i]} ${keyOf[i]}`;
    const pair = shared.get(name) ?? { grid: gridOf[i], key: keyOf[i], households: 0, units: 0 };
    pair.households += u.households;
    pair.units++;
    shared.set(name, pair);
  });
  const pairs = [...shared.values()].sort((a, b) => b.households - a.households || b.units - a.units || a.grid - b.grid);
  const match = new Map<number, string>();
  const taken = new Set<string>();
  for (const p of pairs)
    if (p.key && !match.has(p.grid) && !taken.has(p.key)) {
      match.set(p.grid, p.key);
      taken.add(p.key);
    }
  return town.units.map((_, i) => match.get(gridOf[i]) !== keyOf[i]);
}
