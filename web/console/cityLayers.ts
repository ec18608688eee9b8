/* cityLayers – what the big map draws and how: tiles of areas, tiles of open cases, and
 * what is chosen. Levels differ by weight and pattern, urgency by shape, so that colour
 * is never the only signal; all colours are tokens. Canvas only: no WebGL.
 *
 * Tiles are fetched here and not by OpenLayers, because the page has to know what became
 * of them: a tile that did not come is told and asked for again, a revision that is gone
 * means that the layers are read anew. */
import MVT from 'ol/format/MVT.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';
import type RenderFeature from 'ol/render/Feature.js';
import VectorTileSource from 'ol/source/VectorTile.js';
import { Circle, Fill, Icon, RegularShape, Stroke, Style, Text } from 'ol/style.js';
import TileState from 'ol/TileState.js';
import type VectorTile from 'ol/VectorTile.js';
import { createXYZ } from 'ol/tilegrid.js';

import { area_level, type AreaLevel } from '../shared/api/types';
import { now, soon_ms } from '../shared/time';

export type TileTrouble = 'none' | 'failed' | 'revision' | 'signed_out';

const TILE = 512;
const MOST_ZOOM = 22;
const GONE = 404;
const SIGNED_OUT = 401;
const levels = Object.keys(area_level) as AreaLevel[];

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* From which resolution on (metres a pixel) a level is drawn, and its name. */
type Weight = { line: string; width: number; dash?: number[]; from: number; named: number };
export const weights: Record<AreaLevel, Weight> = {
  district: { line: '--m-l1', width: 2.4, dash: [10, 4, 2, 4], from: Infinity, named: 0 },
  subdistrict: { line: '--m-l1', width: 2.4, dash: [9, 3, 2, 3], from: Infinity, named: 0 },
  zone_grid: { line: '--m-l2', width: 2.6, from: 80, named: 0 },
  residential_area: { line: '--m-l3', width: 1.3, from: 40, named: 12 },
  micro_grid: { line: '--m-l4', width: 1, from: 16, named: 2.2 },
  building_group: { line: '--m-l4', width: 1, dash: [2, 3], from: 1.6, named: 0.5 },
};
/* Names of the upper levels, where those of the lower ones are not drawn yet. */
const namedTo: Partial<Record<AreaLevel, number>> = { zone_grid: 12, subdistrict: 40 };

export const levelOf = (f: { get: (key: string) => unknown }): AreaLevel => levels[f.get('level') as number] ?? 'micro_grid';

function source(url: string, trouble: (what: TileTrouble) => void): VectorTileSource {
  const tiles = new VectorTileSource({
    format: new MVT({ idProperty: 'id' }),
    tileGrid: createXYZ({ tileSize: TILE, maxZoom: MOST_ZOOM }),
    url,
    transition: 0,
  });
  tiles.setTileLoadFunction((asked, src) => {
    const tile = asked as VectorTile<RenderFeature>;
    tile.setLoader((extent, _resolution, projection) => {
      void fetch(src, { credentials: 'same-origin' })
        .then(async (answer) => {
          if (!answer.ok) {
            trouble(answer.status === GONE ? 'revision' : answer.status === SIGNED_OUT ? 'signed_out' : 'failed');
            return tile.setState(TileState.ERROR);
          }
          const bytes = await answer.arrayBuffer();
          tile.setFeatures(tile.getFormat().readFeatures(bytes, { extent, featureProjection: projection }) as RenderFeature[]);
        })
        .catch(() => {
          trouble('failed');
          tile.setState(TileState.ERROR);
        });
    });
  });
  return tiles;
}

/* ---- areas ---- */

export type AreaLayer = { layer: VectorTileLayer; mark: VectorTileLayer; id: string };

export function areaLayer(id: string, revision: number, trouble: (what: TileTrouble) => void): AreaLayer {
  const tiles = source(`/api/1/tiles/areas/${id}/${revision}/{z}/{x}/{y}`, trouble);
  return {
    id,
    layer: new VectorTileLayer({ source: tiles, declutter: true, zIndex: 1, renderBuffer: 64 }),
    // The same tiles once more, for the chosen one alone: choosing draws nothing else anew.
    mark: new VectorTileLayer({ source: tiles, zIndex: 2, renderMode: 'vector' }),
  };
}

/* The governing layer is drawn in its levels; another one (the police's, say) over it, in
 * one dotted line. */
export function styleAreas(areas: AreaLayer, governing: boolean, chosen: () => string): void {
  const [accent, land, ink, ink2] = ['--accent', '--m-land', '--ink', '--ink-2'].map(token);
  const sans = token('--sans');
  const none = new Fill({ color: 'rgba(0,0,0,0)' });
  const lines = Object.fromEntries(
    levels.map((level, i) => {
      const w = weights[level];
      const stroke = governing ? new Stroke({ color: token(w.line), width: w.width, lineDash: w.dash, lineJoin: 'round' }) : new Stroke({ color: ink2, width: 1.4, lineDash: [1, 4], lineCap: 'round' });
      const line = new Style({ zIndex: 10 - i, fill: governing ? none : undefined, stroke });
      // The ground lies under the lines of all levels.
      return [level, governing && i < 2 ? [new Style({ zIndex: 0, fill: new Fill({ color: land }) }), line] : line];
    }),
  ) as Record<AreaLevel, Style | Style[]>;
  const names = new Map<string, Style>();
  areas.layer.setStyle((f, resolution) => {
    const level = levelOf(f);
    const w = weights[level];
    if (f.get('layer') === 'areas') return resolution <= w.from ? lines[level] : undefined;
    if (!governing || f.get('layer') !== 'labels') return undefined;
    const last = namedTo[level];
    if (last ? resolution < last || resolution > w.from : resolution > w.named) return undefined;
    const name = f.get('name') as string;
    const key = `${level} ${name}`;
    let style = names.get(key);
    if (!style) {
      const strong = level !== 'micro_grid' && level !== 'building_group';
      style = new Style({
        zIndex: 10 - levels.indexOf(level),
        text: new Text({
          text: name,
          font: `${strong ? 600 : 500} ${strong ? 13 : 11}px ${sans}`,
          fill: new Fill({ color: strong ? ink : ink2 }),
          stroke: new Stroke({ color: land, width: 3 }),
          overflow: true,
          offsetY: -18, // cases stand about the middle
        }),
      });
      names.set(key, style);
    }
    return style;
  });
  const on = new Style({ fill: new Fill({ color: withAlpha(accent, 0.16) }), stroke: new Stroke({ color: accent, width: 3.5, lineJoin: 'round' }) });
  areas.mark.setStyle((f) => (f.get('layer') === 'areas' && String(f.get('id') ?? f.getId()) === chosen() ? on : undefined));
}

/* "#rrggbb" of the tokens, with alpha: no color-mix in the browsers we build for. */
function withAlpha(hex: string, alpha: number): string {
  const n = Number.parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${alpha})`;
}

/* ---- cases ---- */

export function caseLayer(trouble: (what: TileTrouble) => void): VectorTileLayer {
  return new VectorTileLayer({ source: source('/api/1/tiles/cases/{z}/{x}/{y}', trouble), zIndex: 5, renderBuffer: 40, renderMode: 'vector' });
}

const IN_TIME = 1;
const SOON = 2;
const LATE = 3;
const DANGER = 4;

/* By the clock of this minute where the deadline is known: tiles are a minute old. */
function urgencyOf(f: { get: (key: string) => unknown }): number {
  const told = f.get('urgency') as number;
  const due = f.get('due') as number | undefined;
  if (told === DANGER || due === undefined) return told;
  return due < now.value ? LATE : due - now.value <= soon_ms.value ? SOON : IN_TIME;
}

const svg = (body: string) => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns='http://www.w3.org/2000/svg' width='18' height='18' viewBox='0 0 18 18'>${body}</svg>`)}`;

/* Circle, diamond, square, triangle: the shapes of the list, larger. */
export function styleCases(layer: VectorTileLayer): void {
  const [surface, ink, ink2, over, soon] = ['--surface', '--ink', '--ink-2', '--over', '--soon'].map(token);
  const sans = token('--sans');
  const marks: Record<number, Icon> = {
    [IN_TIME]: new Icon({ src: svg(`<circle cx='9' cy='9' r='5.5' fill='${surface}' stroke='${ink2}' stroke-width='2'/>`) }),
    [SOON]: new Icon({ src: svg(`<path d='M9 1.5 16.5 9 9 16.5 1.5 9z' fill='${surface}' stroke='${soon}' stroke-width='1.8'/><path d='M9 1.5 9 16.5 1.5 9z' fill='${soon}'/>`) }),
    [LATE]: new Icon({ src: svg(`<path d='M2 2h14v14H2z' fill='${over}' stroke='${surface}' stroke-width='1.5'/><path d='M9 5v5M9 12.2v1' stroke='${surface}' stroke-width='2'/>`) }),
    [DANGER]: new Icon({ src: svg(`<path d='M9 1 17.5 16.5H.5z' fill='${ink}' stroke='${surface}' stroke-width='1.3'/><path d='M9 6.5v4.6M9 12.8v1' stroke='${surface}' stroke-width='1.8'/>`) }),
  };
  const one = Object.fromEntries(Object.entries(marks).map(([u, image]) => [u, new Style({ zIndex: Number(u), image })]));
  const many = new Map<string, Style[]>();
  layer.setStyle((f) => {
    const count = f.get('count') as number | undefined;
    const urgency = urgencyOf(f);
    if (count === undefined) return one[urgency];
    const key = `${count} ${urgency}`;
    let styles = many.get(key);
    if (!styles) {
      const radius = count < 10 ? 11 : count < 100 ? 13 : count < 1000 ? 16 : 20;
      const badge = urgency > IN_TIME ? marks[urgency].clone() : null;
      badge?.setDisplacement([radius - 1, -radius + 3]);
      badge?.setScale(0.78);
      styles = [
        new Style({
          zIndex: urgency * 2,
          image: new Circle({ radius, fill: new Fill({ color: surface }), stroke: new Stroke({ color: ink, width: 1.4 }) }),
          text: new Text({ text: count < 10_000 ? String(count) : `${Math.round(count / 1000)}k`, font: `600 12px ${sans}`, fill: new Fill({ color: ink }), overflow: true }),
        }),
        ...(badge ? [new Style({ zIndex: urgency * 2 + 1, image: badge })] : []),
      ];
      many.set(key, styles);
    }
    return styles;
  });
}

/* Where the chosen case is. */
export function pinStyle(): Style[] {
  const [accent, surface] = ['--accent', '--surface'].map(token);
  return [
    new Style({ image: new RegularShape({ points: 3, radius: 8, angle: Math.PI, displacement: [0, 5], fill: new Fill({ color: accent }) }) }),
    new Style({ image: new Circle({ radius: 10, displacement: [0, 18], fill: new Fill({ color: accent }), stroke: new Stroke({ color: surface, width: 2 }) }) }),
    new Style({ image: new Circle({ radius: 3.5, displacement: [0, 18], fill: new Fill({ color: surface }) }) }),
  ];
}
