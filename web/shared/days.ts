/* days – days by the calendar as 2026-03-01, and the month that a person turns over to
 * find one. Pure; no zone: a day is what the wall of the city shows (time.ts). */
import { daysOn, mondayOf } from './time';

/* A day that is on the calendar, from 0001 on: 2026-02-30 is none. */
export function isDay(s: string | undefined): s is string {
  if (!s || !/^\d{4}-\d\d-\d\d$/.test(s) || s < '0001') return false;
  const at = Date.parse(`${s}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === s;
}

/* What people write for a day: 2026-3-1, 2026/03/01, 2026.3.1, 20260301, 2026年3月1日. What
 * is none of them is given back as it is, to be told so. */
export function dayWritten(s: string): string {
  const m = /^\s*(\d{4})(?:[-/.年 ](\d{1,2})[-/.月 ](\d{1,2})日?|(\d\d)(\d\d))\s*$/.exec(s);
  if (!m) return s.trim();
  return `${m[1]}-${(m[2] ?? m[4]).padStart(2, '0')}-${(m[3] ?? m[5]).padStart(2, '0')}`;
}

/* The weeks, from Monday on, that show the month of a day. */
export function weeksOf(day: string): string[][] {
  const month = day.slice(0, 7);
  const weeks: string[][] = [];
  for (let at = mondayOf(`${month}-01`); at.slice(0, 7) <= month; at = daysOn(at, 7)) weeks.push([0, 1, 2, 3, 4, 5, 6].map((n) => daysOn(at, n)));
  return weeks;
}

/* So many months on; the 31st becomes the last of a shorter month. */
export function monthsOn(day: string, n: number): string {
  const count = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + n;
  const month = `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
  const last = daysOn(`${monthAfter(month)}-01`, -1);
  const same = `${month}-${day.slice(8)}`;
  return same > last ? last : same;
}
function monthAfter(month: string): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
}
