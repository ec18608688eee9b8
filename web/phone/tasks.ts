/* tasks – the cases that wait for a step of one's post: from the server when it answers,
 * else as they were kept, and since when. */
import { computed, ref, shallowRef } from 'vue';

import { Problem, get, getAll, problem } from '../shared/api/client';
import type { Case, CaseView, Category, Condition, Org, PhotoShown } from '../shared/api/types';
import { titleOf } from '../shared/modes';
import { owner } from './session';
import { get as kept, put } from './store';

export const MOST = 200; // what the server lists at once

export type Lookups = { conditions: Condition[]; units: Org[]; categories: Category[] };
export const lookups = shallowRef<Lookups>({ conditions: [], units: [], categories: [] });

export const tasks = shallowRef<Case[]>([]);
export const asOf = ref(0); // when the server last told; 0: never
export const loading = ref(false);
export const failed = ref('');
export const unreached = ref(false); // the last try got no answer

const name = (what: string) => `${owner.value}/${what}`;

/* Keeping a copy is a help: where the phone is full, the page works without. */
async function keep(what: string, value: unknown): Promise<void> {
  try {
    await put('kept', what, value);
  } catch {
    /* it is shown now and not without a network */
  }
}

export async function recall(): Promise<void> {
  const list = await kept<{ cases: Case[]; at: number }>('kept', name('tasks'));
  if (list && !asOf.value) [tasks.value, asOf.value] = [list.cases, list.at];
  const tables = await kept<Lookups>('kept', name('lookups'));
  if (tables && !lookups.value.conditions.length) lookups.value = tables;
}

/* With more than one list holds, those due first come first. */
async function ask(): Promise<Case[]> {
  const any = await getAll<Case>('/api/1/cases', { todo: true, limit: MOST });
  if (any.length < MOST) return any;
  const due = await getAll<Case>('/api/1/cases', { todo: true, by_due: true, limit: MOST });
  return [...due, ...any.filter((c) => !due.some((d) => d.id === c.id))];
}

/* What the forms choose from: once, and kept. */
export async function askTables(): Promise<void> {
  if (lookups.value.conditions.length && lookups.value.units.length) return;
  const [conditions, units, categories] = await Promise.all([
    getAll<Condition>('/api/1/conditions', { limit: 500 }),
    getAll<Org>('/api/1/units', { limit: 500 }),
    getAll<Category>('/api/1/categories', { limit: 500 }),
  ]);
  lookups.value = { conditions, units, categories };
  await keep(name('lookups'), lookups.value);
}

export async function load(): Promise<void> {
  if (loading.value || !owner.value) return;
  loading.value = true;
  const mine = owner.value;
  failed.value = '';
  try {
    await recall();
    await askTables();
    const got = await ask();
    if (mine !== owner.value) return;
    [tasks.value, asOf.value, unreached.value] = [got, Date.now(), false];
    await keep(name('tasks'), { cases: got, at: asOf.value });
  } catch (e) {
    const p = problem(e);
    unreached.value = p.unanswered;
    failed.value = p.detail;
  } finally {
    loading.value = false;
  }
}

export function clear(): void {
  [tasks.value, asOf.value, failed.value, lookups.value] = [[], 0, '', { conditions: [], units: [], categories: [] }];
}

/* ---- one of them ---- */

export type Opened = { c: Case; view: CaseView; photos: PhotoShown[]; at: number; kept: boolean };

/* As the server tells it now; without an answer as it was kept. */
export async function openTask(id: string): Promise<Opened> {
  const key = name(`task/${id}`);
  try {
    const [c, view, photos] = await Promise.all([
      get<Case>(`/api/1/cases/${id}`),
      get<CaseView>(`/api/1/cases/${id}/view`),
      getAll<PhotoShown>(`/api/1/cases/${id}/photos`),
    ]);
    const opened = { c, view, photos, at: Date.now(), kept: false };
    await keep(key, opened);
    return opened;
  } catch (e) {
    const p = e instanceof Problem ? e : null;
    const before = p?.unanswered ? await kept<Opened>('kept', key) : undefined;
    if (before) return { ...before, kept: true };
    throw e;
  }
}

const titles = computed(() => new Map(lookups.value.conditions.map((k) => [k.id, titleOf(k)])));
const TITLE_MOST = 40;

export function titleOfCase(c: Case): string {
  const filed = titles.value.get(c.condition);
  if (filed) return filed;
  const letters = Array.from(c.text.trim().split('\n', 1)[0]);
  return letters.length > TITLE_MOST ? `${letters.slice(0, TITLE_MOST).join('')}…` : letters.join('');
}
