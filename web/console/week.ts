/* week – a week of the roster as a table: places (units, areas) by days, who is on duty
 * in each, and when nobody is. Pure: what the server answered goes in. */
import type { DutyPost, ShiftShown } from '../shared/api/types';
import { daysOn, instantOf } from '../shared/time';

/* A shift as the server lists it. */
export type Planned = ShiftShown & { readonly id: string; readonly begins: number; readonly ends: number };
export type Gap = { begins: number; ends: number };
export type Cell = { day: string; begins: number; ends: number; shifts: Planned[]; gaps: Gap[] };
export type Place = { key: string; unit: boolean; name: string; posts: DutyPost[]; shifts: number; cells: Cell[]; open: boolean };

/* A unit's roster is the unit's; an area's is that of exactly this area. */
type Where = Pick<Planned, 'unit' | 'unit_name' | 'path' | 'area_name'>;
export const keyOf = (w: Where): string => (w.unit ? `u${w.unit}` : `p${w.path}`);

function gapsIn(begins: number, ends: number, shifts: readonly Planned[]): Gap[] {
  const gaps: Gap[] = [];
  let covered = begins;
  for (const s of [...shifts].sort((a, b) => a.begins - b.begins)) {
    if (s.begins > covered) gaps.push({ begins: covered, ends: s.begins });
    covered = Math.max(covered, s.ends);
  }
  if (covered < ends) gaps.push({ begins: covered, ends });
  return gaps;
}

function cellsOf(days: readonly string[], shifts: readonly Planned[], whole: boolean): Cell[] {
  return days.map((day) => {
    const [begins, ends] = [instantOf(day, '00:00'), instantOf(day, '24:00')];
    const here = shifts.filter((s) => s.begins < ends && s.ends > begins);
    return { day, begins, ends, shifts: here, gaps: whole ? gapsIn(begins, ends, here) : [] };
  });
}

export const daysOf = (monday: string): string[] => [0, 1, 2, 3, 4, 5, 6].map((n) => daysOn(monday, n));

/* `whole`: these are all shifts of the week, so that what no shift covers is a gap. Who has
 * shifts stands before who has none, units before areas, otherwise in the order given. */
export function placesOf(monday: string, shifts: readonly Planned[], posts: readonly DutyPost[], whole: boolean, city: string): Place[] {
  const all = new Map<string, { where: Where; posts: DutyPost[]; shifts: Planned[] }>();
  const at = (w: Where) => {
    const key = keyOf(w);
    const found = all.get(key) ?? { where: w, posts: [], shifts: [] };
    all.set(key, found);
    return found;
  };
  for (const s of shifts) at(s).shifts.push(s);
  for (const p of posts) at(p).posts.push(p);
  const days = daysOf(monday);
  return [...all]
    .map(([key, p]) => {
      const cells = cellsOf(days, p.shifts, whole);
      const name = (p.where.unit ? p.where.unit_name : p.where.area_name) ?? city;
      return { key, unit: !!p.where.unit, name, posts: p.posts, shifts: p.shifts.length, cells, open: cells.some((c) => c.gaps.length > 0) };
    })
    .sort((a, b) => Number(b.shifts > 0) - Number(a.shifts > 0) || Number(b.unit) - Number(a.unit));
}
