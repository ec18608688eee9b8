/* filters – what the address says about the list: which cases, which page, which one
 * is open. The address is the only memory of it. */
import { computed } from 'vue';

import { case_find_form, case_state, type CaseState } from '../shared/api/types';
import { go, route, type Query } from '../shared/route';
import { now, soon_ms } from '../shared/time';
import { LIST } from './paths';
import { post } from './session';

export const PAGE = 50;
export const PAGES = 20; // by number; further on by next and previous

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

export const filters = computed<Filters>(() => {
  const q = route.query;
  const state = q.state ?? 'open';
  return {
    state: state === 'all' || state in case_state ? (state as Filters['state']) : 'open',
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

/* Which list it is, without the open case: when it changes, the list is read anew. */
export const listKey = computed(() => {
  const { case: _open, ...rest } = route.query;
  return JSON.stringify(rest);
});

/* Another filter begins at page 1; the open case stays open. */
export function filterAddress(change: Query): Query {
  const { page: _p, before: _b, ...rest } = route.query;
  return { ...rest, ...change };
}
export function setFilter(change: Query): void {
  go(LIST, filterAddress(change));
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
  go(LIST, { ...route.query, case: id }, how);
}
