/* time – instants as the wall of the city shows them, and what the clock of a case
 * says. The city's zone comes with its settings; until they are here, and where a
 * city names none, the device's own. */
import { computed, ref } from 'vue';

import { serverNow } from './api/client';
import { lang, say } from './modes';

export const zone = ref<string | undefined>(undefined);
export const now = ref(serverNow());
setInterval(() => (now.value = serverNow()), 20_000);

/* 临期: what is due within this is "due soon". The city's settings say; until they are
 * here, the usual two hours. */
export const soon_ms = ref(2 * 3_600_000);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const parts = computed(
  () =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone.value,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
);

function civil(ms: number): { day: string; md: string; time: string; year: string } {
  const p = Object.fromEntries(parts.value.formatToParts(ms).map((x) => [x.type, x.value]));
  return { year: p.year, md: `${p.month}-${p.day}`, day: `${p.year}-${p.month}-${p.day}`, time: `${p.hour}:${p.minute}` };
}

/* "15:10" today, "明天 18:00", "11-26 18:00", "2025-11-26 18:00". */
export function when(ms: number | undefined, always_day = false): string {
  if (ms === undefined) return '';
  const at = civil(ms);
  const today = civil(now.value);
  if (at.day === today.day) return always_day ? say(`今天 ${at.time}`, `today ${at.time}`) : at.time;
  if (at.day === civil(now.value + DAY_MS).day) return say(`明天 ${at.time}`, `tomorrow ${at.time}`);
  if (at.day === civil(now.value - DAY_MS).day) return say(`昨天 ${at.time}`, `yesterday ${at.time}`);
  return at.year === today.year ? `${at.md} ${at.time}` : `${at.day} ${at.time}`;
}

/* The day of the city as 2026-11-24, and its wall clock as 18:00. */
export const dayOf = (ms: number): string => civil(ms).day;
export const timeOf = (ms: number): string => civil(ms).time;

/* Days by the calendar: one of them is not always 24 hours. */
export function daysOn(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}
export const mondayOf = (day: string): string => daysOn(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

/* The instant at which the city's wall shows that; 24:00 is the next day's 00:00. */
export function instantOf(day: string, time: string): number {
  const wanted = time === '24:00' ? Date.parse(`${daysOn(day, 1)}T00:00:00Z`) : Date.parse(`${day}T${time}:00Z`);
  const shown = (ms: number) => Date.parse(`${civil(ms).day}T${civil(ms).time}:00Z`);
  const first = wanted - (shown(wanted) - wanted);
  return first + (wanted - shown(first));
}

/* "2 时 46 分", "3 天 4 时". Never less than a minute. */
export function span(ms: number): string {
  const minutes = Math.max(1, Math.floor(ms / MINUTE_MS));
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const zh = lang.value === 'zh';
  if (d >= 30) return zh ? `${d} 天` : `${d} days`;
  if (d > 0) return zh ? `${d} 天${h ? ` ${h} 时` : ''}` : `${d} d${h ? ` ${h} h` : ''}`;
  if (h > 0) return zh ? `${h} 时${m ? ` ${m} 分` : ''}` : `${h} h${m ? ` ${m} min` : ''}`;
  return zh ? `${m} 分` : `${m} min`;
}

export type Clock = { kind: 'ok' | 'soon' | 'over'; word: string; rest: string };

/* Late means now > due. */
export function clockOf(due: number): Clock {
  const left = due - now.value;
  if (left < 0) return { kind: 'over', word: say(`超时 ${span(-left)}`, `Overdue ${span(-left)}`), rest: '' };
  const rest = say(`余 ${span(left)}`, `${span(left)} left`);
  if (left <= soon_ms.value) return { kind: 'soon', word: say(`临期 ${when(due)}`, `Due soon ${when(due)}`), rest };
  return { kind: 'ok', word: lang.value === 'zh' ? when(due) : when(due).replace(/^t/, 'T'), rest };
}
