/* filters – what the address says about the list: which cases, which page, which one
 * is open. The address is the only memory of it. List and map are two rooms with the
 * same questions: going from one to the other takes them along. */
import { computed } from 'vue';

import { case_find_form, case_state, type CaseState } from '../shared/api/types';
import { go, route, type Query } from '../shared/route';
import { now, soon_ms } from '../shared/time';
import { LIST, MAP } from './paths';
import { post } from './session';

export const PAGE = 50;
export const PAGES = 20; // by number; further on by next and previous

const MINUTE_MS = 60_000;

export type Filters = {
  state: CaseState | 'open' | 'all';
  unplaced: boolean;
  overdue: boolean;
  soon: boolean;
  todo: boolean;
  mine: boolean;
  within: string;
  words: string;
};

/* As many characters as the server takes. */
const cutWords = (s: string) => Array.from(s.trim()).slice(0, case_find_form.words.max).join('');

const isId = (s: string | undefined): s is string => !!s && /^[1-9]\d{0,18}$/.test(s);

export const ended = new Set<string>(['closed', 'rejected', 'appraised'] satisfies CaseState[]);

/* The map has the open ones alone, whatever the list is asked for. */
function stateOf(word: string): Filters['state'] {
  if (route.path === MAP && (word === 'all' || ended.has(word))) return 'open';
  return word === 'all' || word in case_state ? (word as Filters['state']) : 'open';
}

export const filters = computed<Filters>(() => {
  const q = route.query;
  return {
    state: stateOf(q.state ?? 'open'),
    unplaced: q.unplaced === '1',
    overdue: q.overdue === '1',
    soon: q.soon === '1',
    todo: q.todo === '1',
    mine: q.mine === '1' && !!post.value?.unit,
    within: isId(q.within) ? q.within : '',
    words: cutWords(q.words ?? ''),
  };
});
export const page = computed(() => Math.min(PAGES, Math.max(1, Number.parseInt(route.query.page ?? '1', 10) || 1)));
export const before = computed(() => (isId(route.query.before) ? route.query.before : ''));
export const chosen = computed(() => (isId(route.query.case) ? route.query.case : ''));

/* What the server is asked; the count takes the same. */
export function asked(): Record<string, string | number | boolean | undefined> {
  const f = filters.value;
  return {
    state: f.state === 'open' || f.state === 'all' ? undefined : f.state,
    open: f.state === 'open' || f.overdue || f.soon ? true : undefined,
    unplaced: f.unplaced || undefined,
    due_from: f.soon ? now.value : undefined,
    due_before: f.soon ? now.value + soon_ms.value : f.overdue ? now.value : undefined,
    todo: f.todo || undefined,
    unit: f.mine ? post.value?.unit : undefined,
    within: f.within || undefined,
    words: f.words || undefined,
  };
}

/* The same of the tiles of the map, which show open cases only. To the minute, so that
 * the browser may keep a tile and ask whether it still holds. */
export const askedOfTiles = computed(() => {
  const minute = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  const { open: _open, unplaced: _unplaced, due_from, due_before, ...rest } = asked();
  const kept = Object.entries({ ...rest, due_from: due_from && minute(Number(due_from)), due_before: due_before && minute(Number(due_before)) });
  return new URLSearchParams(kept.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)])).toString();
});

/* Which list it is, without what is open and where the map looks: when it changes, the
 * list is read anew. */
export const listKey = computed(() => {
  const { case: _case, area: _area, at: _at, show: _show, ...rest } = route.query;
  return JSON.stringify(rest);
});

/* The room that shows them now: the list, where it is none of both. */
export const room = (): string => (route.path === MAP ? MAP : LIST);

/* Another filter begins at page 1; the open case stays open. */
export function filterAddress(change: Query): Query {
  const { page: _p, before: _b, ...rest } = route.query;
  return { ...rest, ...change };
}
export function setFilter(change: Query): void {
  go(room(), filterAddress(change));
}
export function toPage(n: number): Query {
  const { before: _b, ...rest } = route.query;
  return { ...rest, page: n === 1 ? '' : String(n) };
}
export function toBefore(id: string): Query {
  const { page: _p, ...rest } = route.query;
  return { ...rest, before: id };
}
export function choose(id: string, how: 'push' | 'replace' = 'push'): void {
  go(room(), { ...route.query, case: id, area: '' }, how);
}
