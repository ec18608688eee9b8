/* planLayers – how the planner's two maps are drawn: buildings (or blocks) as ground, grids
 * as lines with their households, breaches by shade and mark, moved buildings by hatching.
 * All colours are tokens; no colour is the only signal. Canvas, without WebGL. */
import Feature from 'ol/Feature.js';
import MultiLineString from 'ol/geom/MultiLineString.js';
import MultiPolygon from 'ol/geom/MultiPolygon.js';
import Point from 'ol/geom/Point.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorImageLayer from 'ol/layer/VectorImage.js';
import { fromLonLat } from 'ol/proj.js';
import VectorSource from 'ol/source/Vector.js';
import { Fill, Stroke, Style, Text } from 'ol/style.js';

import { token } from './cityLayers';
import type { Shape, Town } from './planGraph';

/* "#rrggbb" of the tokens, with alpha: no color-mix in the browsers we build for. */
function withAlpha(hex: string, alpha: number): string {
  const n = Number.parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${alpha})`;
}

export type Fit = 'in' | 'over' | 'under';
export const fitOf = (households: number, min: number, max: number): Fit => (households > max ? 'over' : households < min ? 'under' : 'in');
export const markOf: Record<Fit, string> = { in: '', over: '▲', under: '▼' };

export const onMap = (shape: Shape): number[][][][] => shape.map((rings) => rings.map((ring) => ring.map((p) => fromLonLat(p))));

/* What a unit is drawn as: bits, so that a style is made once for each. */
export const MOVED = 1;
export const BREACH = 2; // of a grid whose ground is not known anew

export type Paints = { ground: Style; unit: (bits: number) => Style[]; picked: Style; line: Style; breach: Style; outline: Style; chosen: Style; drawn: Style[]; snapped: Style[]; label: (code: string, households: string, fit: Fit, small: boolean) => Style[] };

function hatch(colour: string): CanvasPattern | string {
  const ratio = Math.min(2, Math.ceil(window.devicePixelRatio || 1));
  const size = 7 * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const pen = canvas.getContext('2d');
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.1 * ratio;
  for (const at of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(at, size);
    pen.lineTo(at + size, 0);
    pen.stroke();
  }
  return pen.createPattern(canvas, 'repeat') ?? colour;
}

export function paints(proposed: boolean): Paints {
  const [accent, land, road, ink, ink3, l1, l3, soon, edge] = ['--accent', '--m-land', '--m-road', '--ink', '--ink-3', '--m-l1', '--m-l3', '--soon', '--soon-edge'].map(token);
  const sans = token('--sans');
  const made = new Map<number, Style[]>();
  const white = new Stroke({ color: road, width: 1.1 });
  const lines = hatch(withAlpha(accent, 0.55));
  const unit = (bits: number): Style[] => {
    let styles = made.get(bits);
    if (!styles) {
      styles = [...(bits & BREACH ? [new Style({ fill: new Fill({ color: withAlpha(edge, 0.2) }) })] : []), ...(bits & MOVED ? [new Style({ fill: new Fill({ color: lines }) })] : [])];
      made.set(bits, styles);
    }
    return styles;
  };
  const labels = new Map<string, Style[]>();
  const halo = new Stroke({ color: land, width: 3 });
  const label = (code: string, households: string, fit: Fit, small: boolean): Style[] => {
    const key = `${code} ${households} ${fit} ${small}`;
    let styles = labels.get(key);
    if (!styles) {
      const number = new Style({ text: new Text({ text: markOf[fit] + households, font: `600 ${small ? 11 : 12}px ${sans}`, fill: new Fill({ color: fit === 'in' ? ink : soon }), stroke: halo, overflow: true, offsetY: small ? 0 : 6 }) });
      styles = small ? [number] : [number, new Style({ text: new Text({ text: code, font: `500 10px ${sans}`, fill: new Fill({ color: ink3 }), stroke: halo, overflow: true, offsetY: -7 }) })];
      labels.set(key, styles);
    }
    return styles;
  };
  return {
    ground: new Style({ fill: new Fill({ color: land }), stroke: white }),
    unit,
    picked: new Style({ fill: new Fill({ color: withAlpha(accent, 0.3) }), stroke: new Stroke({ color: accent, width: 1.4, lineJoin: 'round' }) }),
    line: new Style({ stroke: new Stroke({ color: proposed ? accent : l3, width: proposed ? 2 : 1.6, lineJoin: 'round' }) }),
    breach: new Style({ stroke: new Stroke({ color: proposed ? accent : l3, width: proposed ? 2 : 1.6, lineJoin: 'round' }), fill: new Fill({ color: withAlpha(edge, 0.2) }) }),
    outline: new Style({ stroke: new Stroke({ color: l1, width: 2, lineJoin: 'round' }) }),
    chosen: new Style({ stroke: new Stroke({ color: accent, width: 4, lineJoin: 'round' }), fill: new Fill({ color: withAlpha(accent, 0.1) }) }),
    drawn: [new Style({ stroke: new Stroke({ color: land, width: 5 }) }), new Style({ stroke: new Stroke({ color: ink, width: 2, lineDash: [6, 4] }), fill: new Fill({ color: withAlpha(accent, 0.1) }) })],
    snapped: [new Style({ stroke: new Stroke({ color: land, width: 7, lineCap: 'round' }) }), new Style({ stroke: new Stroke({ color: ink, width: 3.5, lineCap: 'round' }) })],
    label,
  };
}

/* A layer of each kind. The ground is drawn once and then moved as a picture, so that a
 * change draws no more than what it changes, however many buildings there are. */
export type Sheet = { ground: VectorSource; units: VectorSource; lines: VectorSource; picked: VectorSource; marks: VectorSource; names: VectorSource; layers: (VectorLayer | VectorImageLayer)[] };

export function sheet(): Sheet {
  const [ground, units, lines, picked, marks, names] = [0, 1, 2, 3, 4, 5].map(() => new VectorSource());
  return {
    ground,
    units,
    lines,
    picked,
    marks,
    names,
    layers: [
      new VectorImageLayer({ source: ground, imageRatio: 1.5 }),
      new VectorImageLayer({ source: units, imageRatio: 1.5 }),
      new VectorLayer({ source: lines }),
      new VectorLayer({ source: picked }),
      new VectorLayer({ source: marks }),
      new VectorLayer({ source: names, declutter: true }),
    ],
  };
}

export function unitFeatures(town: Town): Feature[] {
  return town.units.map((u, i) => {
    const feature = new Feature(new MultiPolygon(onMap(u.shape)));
    feature.setId(i);
    return feature;
  });
}

/* The same ground is made into a feature once. */
const known = new WeakMap<Shape, MultiPolygon>();
export function shapeFeature(shape: Shape, more: Record<string, unknown> = {}): Feature {
  const geometry = known.get(shape) ?? new MultiPolygon(onMap(shape));
  known.set(shape, geometry);
  const feature = new Feature(geometry);
  feature.setProperties(more, true);
  return feature;
}
export function segmentsFeature(segments: [number[], number[]][], more: Record<string, unknown> = {}): Feature {
  const feature = new Feature(new MultiLineString(segments.map(([a, b]) => [fromLonLat(a), fromLonLat(b)])));
  feature.setProperties(more, true);
  return feature;
}
export function pointFeature(lon: number, lat: number, more: Record<string, unknown>): Feature {
  const feature = new Feature(new Point(fromLonLat([lon, lat])));
  feature.setProperties(more, true);
  return feature;
}
