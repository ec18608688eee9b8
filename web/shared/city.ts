/* city – what this city calls itself and whom to call in danger: the settings that
 * anyone may read. A page works before they come and without them, with what this device
 * heard last. */
import { computed, reactive } from 'vue';

import { get } from './api/client';
import type { City } from './api/types';
import { recallJson, remember } from './keep';
import { lang, say } from './modes';
import { soon_ms, zone } from './time';

const settings = reactive<City>({});

export async function loadCity(): Promise<void> {
  take(recallJson<City>('city') ?? {});
  try {
    const told = await get<City>('/api/1/city');
    take(told);
    remember('city', JSON.stringify(told));
  } catch {
    /* what was heard before stands, or the defaults */
  }
}

function take(told: City): void {
  for (const name of Object.keys(settings) as (keyof City)[]) delete settings[name];
  Object.assign(settings, told);
  if (settings.soon_minutes) soon_ms.value = settings.soon_minutes * 60_000;
  try {
    if (settings.zone) new Intl.DateTimeFormat('en', { timeZone: settings.zone });
    zone.value = settings.zone || undefined;
  } catch {
    zone.value = undefined; // a zone that this browser does not know
  }
}

export const cityName = computed(() => (lang.value === 'zh' ? settings.city_zh : settings.city_en) || settings.city_zh || '');

/* The title of the window: the page, and whose it is. */
export const titled = (page: string, without = ''): string => [page, cityName.value || without].filter(Boolean).join(say('·', ' – '));

export type Call = { number: string; name: string };

/* One a line: "110 警察 Police". The city edits `danger_calls`, and adds
 * the utility's line there, which differs from city to city. */
const CALLS = '110 警察 Police\n119 消防 Fire\n120 急救 Ambulance';

export const calls = computed<Call[]>(() =>
  (settings.danger_calls || CALLS)
    .split('\n')
    .map((line) => /^\s*(\+?[\d-]+)\s+(\S+)\s+(.+?)\s*$/.exec(line))
    .filter((m): m is RegExpExecArray => m !== null)
    .map(([, number, zh, en]) => ({ number, name: say(zh, en) })),
);

/* Whether settling on the spot takes photos from before and after, for this class. */
export function settlesWithPhotos(category: string): boolean {
  return (settings.settle_photos ?? 'all').split('\n').some((one) => one === 'all' || (one !== '' && category.startsWith(one)));
}

/* Who may be tried in a demonstration: none anywhere else. One a line, as
 * src/port/demo_people.h says. */
export type DemoAccount = { login: string; entry: string; title: string; task: string };

export const demo = computed<DemoAccount[]>(() =>
  (settings.demo_accounts ?? '')
    .split('\n')
    .map((line) => line.split('|'))
    .filter((f) => f.length === 6)
    .map(([login, entry, zh, en, task_zh, task_en]) => ({ login, entry: `/${entry}`, title: say(zh, en), task: say(task_zh, task_en) })),
);
