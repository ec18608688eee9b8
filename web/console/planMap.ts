/* planMap – the map of a plan as the server says it, and as the page takes it apart. */
import { middleOf, townOf, type Ring, type Shape, type Town, type Unit } from './planGraph';

export type GridShape = { number: number; shape: Shape; label?: number[] };
export type NowShape = { code: string; name: string; households: number; shape: Shape; label?: number[] };
type Geometry = { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Shape };
export type PlanMapTold = {
  features: { geometry: Geometry | null; properties: { n: number; code?: string | null; name?: string | null; households: number; grid: number; now?: string | null; hard?: string | null; lon?: number; lat?: number } }[];
  grids?: { number: number; shape: Geometry | null; label?: number[] | null }[];
  now?: { code: string; name: string; households: number; shape: Geometry | null; label?: number[] | null }[];
  edges?: number[][];
  outline?: Geometry | null;
};
export type PlanMap = { town: Town; gridOf: number[]; grids: GridShape[]; now: NowShape[]; outline: Shape };

const shapeOf = (g: Geometry | null | undefined): Shape => (!g ? [] : g.type === 'Polygon' ? [g.coordinates] : g.coordinates);
const drawn = <T extends { shape: Geometry | null; label?: number[] | null }>(g: T) => ({ ...g, shape: shapeOf(g.shape), label: g.label ?? undefined });

export function mapOf(told: PlanMapTold): PlanMap {
  const gridOf: number[] = [];
  const units = told.features.map(({ geometry, properties: p }): Unit => {
    const shape = shapeOf(geometry);
    const [x, y] = p.lon !== undefined && p.lat !== undefined ? [p.lon, p.lat] : middleOf(shape);
    gridOf.push(p.grid);
    return { n: p.n, code: p.code ?? '', name: p.name ?? p.code ?? '', households: p.households, now: p.now ?? '', hard: p.hard ?? '', shape, x, y };
  });
  return { town: townOf(units, told.edges ?? []), gridOf, grids: (told.grids ?? []).map(drawn), now: (told.now ?? []).map(drawn), outline: shapeOf(told.outline) };
}
