/* planDraft – the plan that is open: its figures, grids and map from the server, what was
 * just changed by hand on top of them, and the steps that change it. A change shows at
 * once; what the server then says replaces it, and where it refuses, all is as before. */
import { computed, onUnmounted, ref, shallowRef } from 'vue';

import { Problem, Writer, get, getAll, problem } from '../shared/api/client';
import type { Plan, PlanGrid } from '../shared/api/types';
import { say } from '../shared/modes';
import { figuresOf, sumsOf, whyNot, type Both } from './planGraph';
import { fitOf } from './planLayers';
import { mapOf, type PlanMap, type PlanMapTold } from './planMap';
import { tell } from './told';

const POLL_MS = 500;
const STALE = new Set(['plan_changed', 'plan_not_draft']); // somebody else was there
const MOST_MOVED = 2000;

export function useDraft(changed: (plan: Plan) => void) {
  const plan = ref<Plan | null>(null);
  const rows = shallowRef<PlanGrid[]>([]);
  const map = shallowRef<PlanMap | null>(null);
  const gridOf = shallowRef<number[]>([]);
  const touched = shallowRef<number[]>([]); // grids whose ground the server has not told anew
  const error = ref('');
  const refused = ref(''); // why the last change by hand was not made
  const loading = ref(false);
  const saving = ref(false);
  const writer = new Writer();
  let timer = 0;
  let turn = 0;

  const path = (more = '') => `/api/1/plans/${plan.value?.id}${more}`;
  const solved = (p: Plan | null) => !!p && p.state !== 'computing' && p.state !== 'failed';

  /* ---- reading ---- */

  async function open(id: string): Promise<void> {
    const mine = ++turn;
    window.clearTimeout(timer);
    error.value = refused.value = '';
    loading.value = true;
    if (plan.value?.id !== id) {
      plan.value = null;
      map.value = null;
      rows.value = [];
    }
    try {
      const p = await get<Plan>(`/api/1/plans/${id}`);
      if (mine !== turn) return;
      if (solved(p)) await read(p, mine);
      else show(p, mine);
    } catch (e) {
      if (mine === turn) error.value = problem(e).detail;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }
  function show(p: Plan, mine: number): void {
    plan.value = p;
    changed(p);
    if (p.state !== 'computing') return;
    timer = window.setTimeout(() => void poll(p.id!, mine), POLL_MS);
  }
  /* A plan in work comes by itself; a question without an answer is asked again. */
  async function poll(id: string, mine: number): Promise<void> {
    try {
      const p = await get<Plan>(`/api/1/plans/${id}`);
      if (mine !== turn) return;
      error.value = '';
      if (solved(p)) await read(p, mine);
      else show(p, mine);
    } catch (e) {
      if (mine !== turn) return;
      error.value = problem(e).detail;
      if (e instanceof Problem && e.unanswered) timer = window.setTimeout(() => void poll(id, mine), 4 * POLL_MS);
    }
  }
  async function read(p: Plan, mine: number): Promise<void> {
    const [grids, told] = await Promise.all([getAll<PlanGrid>(`/api/1/plans/${p.id}/grids`), get<PlanMapTold>(`/api/1/plans/${p.id}/map`)]);
    if (mine !== turn) return;
    const next = mapOf(told);
    // The same ground as before: the drawing of it stays.
    const same = map.value && plan.value?.id === p.id && map.value.town.units.length === next.town.units.length;
    map.value = same ? { ...next, town: map.value!.town } : next;
    gridOf.value = next.gridOf;
    touched.value = [];
    rows.value = grids;
    plan.value = p;
    changed(p);
  }
  function close(): void {
    turn++;
    window.clearTimeout(timer);
    plan.value = null;
    map.value = null;
    rows.value = [];
    loading.value = false;
    error.value = refused.value = '';
  }
  onUnmounted(close);

  /* ---- as it is now ---- */

  const nowOf = computed(() => new Map(rows.value.map((r): [number, string] => [r.number!, r.now_code ?? ''])));
  const sums = computed(() => (map.value ? sumsOf(map.value.town, gridOf.value, nowOf.value) : new Map()));
  const min = computed(() => plan.value?.min ?? 0);
  const max = computed(() => plan.value?.max ?? 0);
  /* Grids with what they have now; a new one that the server does not know yet at the end.
   * Out of the range first, then by code. */
  const grids = computed<PlanGrid[]>(() => {
    const known = new Set(rows.value.map((r) => r.number));
    const fresh = [...sums.value.keys()].filter((n) => !known.has(n)).map((number): PlanGrid => ({ number, code: say('新', 'new'), name: say('新网格', 'New grid') }));
    const all = [...rows.value, ...fresh].map((r): PlanGrid => {
      const sum = sums.value.get(r.number!);
      return { ...r, households: sum?.households ?? 0, units: sum?.units ?? 0, moved_in: sum?.moved_in ?? 0, moved_out: sum?.moved_out ?? r.moved_out ?? 0, in_range: fitOf(sum?.households ?? 0, min.value, max.value) === 'in' };
    });
    return all
      .filter((r) => r.units)
      .sort((a, b) => Number(a.in_range) - Number(b.in_range) || outBy(b) - outBy(a) || (a.code ?? '').localeCompare(b.code ?? '', 'zh-CN', { numeric: true }));
  });
  const wasOut = (r: PlanGrid) => r.now_households !== undefined && fitOf(r.now_households, min.value, max.value) !== 'in';
  /* Breaches by how far they are out; then what was out and is not any more. */
  function outBy(r: PlanGrid): number {
    const h = r.households ?? 0;
    return h > max.value ? h - max.value : h < min.value ? min.value - h : wasOut(r) ? 1 : 0;
  }
  const figures = computed(() => (map.value ? figuresOf(map.value.town, gridOf.value, sums.value, nowOf.value, min.value, max.value) : null));
  const nameOf = (grid: number): string => {
    const row = rows.value.find((r) => r.number === grid);
    return row ? (row.name ?? row.code ?? '') : say('新网格', 'the new grid');
  };

  /* ---- steps ---- */

  /* What somebody else changed meanwhile is read, and told. */
  async function conflict(e: unknown): Promise<string> {
    const told = problem(e);
    if (!STALE.has(told.code)) return told.detail;
    if (plan.value?.id) await open(plan.value.id);
    return say(`${told.detail} 已读入最新的方案，请看过再改。`, `${told.detail} The plan was read anew: look again before you change it.`);
  }
  /* True: it is done, and the plan read anew. What a grid is called or excused with is
   * answered with the grid, all else with the plan. */
  async function step(more: string, body: object): Promise<boolean> {
    saving.value = true;
    refused.value = '';
    const mine = turn;
    try {
      const told = await writer.post<Plan>(path(more), body);
      await read(more === '/reason' || more === '/rename' ? await get<Plan>(path()) : told, mine);
      return true;
    } catch (e) {
      refused.value = await conflict(e);
      return false;
    } finally {
      saving.value = false;
    }
  }

  function mayMove(picked: readonly number[], to: number): Both | null {
    if (!map.value) return null;
    if (picked.length > MOST_MOVED) return { zh: `一次最多移 ${MOST_MOVED} 处。`, en: `At most ${MOST_MOVED} are moved at once.` };
    return whyNot(map.value.town, gridOf.value, picked, to, nameOf);
  }
  /* By index; true: it is done. */
  async function move(picked: readonly number[], to: number): Promise<boolean> {
    if (!map.value || saving.value) return false;
    const why = mayMove(picked, to);
    if (why) {
      refused.value = say(why.zh, why.en);
      return false;
    }
    const was = gridOf.value;
    const fresh = Math.max(0, ...rows.value.map((r) => r.number ?? 0)) + 1;
    const goes = new Set(picked);
    touched.value = [...new Set([...touched.value, ...picked.map((i) => was[i]), to || fresh])];
    gridOf.value = was.map((g, i) => (goes.has(i) ? to || fresh : g));
    const done = await step('/move', { units: picked.map((i) => ({ n: map.value!.town.units[i].n })), to, revision: plan.value?.revision });
    if (!done && gridOf.value !== was && touched.value.length) {
      gridOf.value = was;
      touched.value = [];
    }
    return done;
  }
  const canUndo = computed(() => plan.value?.state === 'draft' && (plan.value.at_step ?? 0) > 0);
  const canRedo = computed(() => plan.value?.state === 'draft' && (plan.value.top_step ?? 0) > (plan.value.at_step ?? 0));
  async function undo(): Promise<void> {
    if (canUndo.value && !saving.value && (await step('/undo', { revision: plan.value?.revision }))) tell(say('已撤销一步', 'One step undone'));
  }
  async function redo(): Promise<void> {
    if (canRedo.value && !saving.value && (await step('/redo', { revision: plan.value?.revision }))) tell(say('已重做一步', 'One step done again'));
  }

  return { plan, rows, map, gridOf, touched, grids, figures, nowOf, error, refused, loading, saving, min, max, open, close, step, move, mayMove, undo, redo, canUndo, canRedo, nameOf, wasOut };
}
export type Draft = ReturnType<typeof useDraft>;
