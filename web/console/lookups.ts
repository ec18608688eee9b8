/* lookups – the small tables behind ids: units, conditions, categories, areas, and
 * outlines as they are needed. Read once per page; an id that is not in them shows
 * nothing rather than a number. Areas are many: of them the first page of the tree, and
 * whichever is shown. */
import { reactive, ref } from 'vue';

import { get, getAll } from '../shared/api/client';
import type { Area, AreaOutline, Category, Condition, Org } from '../shared/api/types';
import { titleOf } from '../shared/modes';

export const units = ref<Org[]>([]);
export const conditions = ref<Condition[]>([]);
export const categories = ref<Category[]>([]);
const areas = reactive(new Map<string, Area>());
/* The lowest area that holds all others: a district may be here for the sake of its
 * one subdistrict. What the small map shows of a case without a grid. */
export const root = ref<string | undefined>(undefined);

let looked: Promise<unknown> = Promise.resolve();
/* For who draws nothing before the names are there: a name that comes later moves what
 * stands below. Fulfilled also where they could not be read. */
export const lookupsRead = (): Promise<unknown> => looked;
export function loadLookups(): Promise<void> {
  const reading = readLookups();
  looked = reading.catch(() => undefined);
  return reading;
}
async function readLookups(): Promise<void> {
  const [u, c, g, a] = await Promise.all([
    getAll<Org>('/api/1/units', { limit: 500 }),
    getAll<Condition>('/api/1/conditions', { limit: 500 }),
    getAll<Category>('/api/1/categories', { limit: 500 }),
    getAll<Area>('/api/1/areas', { limit: 500 }),
  ]);
  units.value = u;
  conditions.value = c;
  categories.value = g;
  outlines.clear();
  for (const area of a) if (area.id) areas.set(area.id, area);
  let top: Area | undefined = a[0];
  while (top?.children === 1) {
    const only = a.find((x) => x.parent === top?.id);
    if (!only) break;
    top = only;
  }
  root.value = top?.id;
}

/* A city has tens of thousands of grids: what the first page of the tree did not bring is
 * asked for when it is shown, each once. Until it is here, and where it cannot be read, it
 * has no name. */
const asking = new Set<string>();
export function areaName(id: string | undefined): string {
  if (!id) return '';
  const known = areas.get(id);
  if (!known && !asking.has(id)) {
    asking.add(id);
    queueMicrotask(() => void looked.then(() => nameArea(id)).catch(() => asking.delete(id)));
  }
  return known?.name ?? '';
}
export const unitName = (id: string | undefined): string => units.value.find((u) => u.id === id)?.name ?? '';
export const categoryTitle = (code: string | undefined): string => titleOf(categories.value.find((c) => c.code === code));
export const conditionTitle = (id: string | undefined): string => titleOf(conditions.value.find((c) => c.id === id));

/* An area that the first page of the tree did not bring; asked for once, however many
 * rows lie in it. */
const named = new Map<string, Promise<void>>();

export function nameArea(id: string): Promise<void> {
  if (areas.has(id)) return Promise.resolve();
  const known = named.get(id);
  if (known) return known;
  const asked = get<Area>(`/api/1/areas/${id}`)
    .then((area) => void areas.set(id, area))
    .finally(() => named.delete(id));
  named.set(id, asked);
  return asked;
}

/* The outlines of an area and its children, asked for once: cases side by side mostly
 * lie in the same few. A question that fails is asked again. */
const OUTLINES_MOST = 40;
const outlines = new Map<string, Promise<AreaOutline[]>>();

export function outlinesOf(id: string): Promise<AreaOutline[]> {
  const known = outlines.get(id);
  if (known) return known;
  const asked = getAll<AreaOutline>(`/api/1/areas/${id}/outlines`);
  asked.catch(() => outlines.delete(id));
  outlines.set(id, asked);
  if (outlines.size > OUTLINES_MOST) outlines.delete(outlines.keys().next().value as string);
  return asked;
}

/* The ground that an area covers, of its own outline; none for a mere list of buildings. */
export async function boxOf(id: string): Promise<{ west: number; south: number; east: number; north: number } | undefined> {
  const items = await outlinesOf(id);
  const own = items.find((o) => o.id === id && o.geometry);
  const shapes = own ? [own] : items.filter((o) => o.geometry);
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  const take = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] !== 'number') return part.forEach(take);
    const [x, y] = part as number[];
    box.west = Math.min(box.west, x);
    box.east = Math.max(box.east, x);
    box.south = Math.min(box.south, y);
    box.north = Math.max(box.north, y);
  };
  for (const o of shapes) take((o.geometry as { coordinates?: unknown }).coordinates);
  return Number.isFinite(box.west) ? box : undefined;
}
