/* layer_words – a layer with one of its levels as one word, "police:subdistrict", as the
 * command line names it too; without a level its finest areas. */
import type { AreaLevel, Layer } from '../shared/api/types';
import { area_level } from '../shared/api/types';
import { say, titleOf } from '../shared/modes';

export type Side = { word: string; title: string; layer: Layer; level?: AreaLevel };

export const layerTitle = (l: Layer): string => say(l.zh ?? '', l.en ?? '') || (l.code ?? '');

/* Of the governing layer each level is a way of cutting the city; of others the finest. */
export function sidesOf(layers: readonly Layer[]): Side[] {
  return layers.flatMap((layer): Side[] => {
    const code = layer.code ?? '';
    if (!layer.governing) return [{ word: code, title: layerTitle(layer), layer }];
    const levels = (Object.keys(area_level) as AreaLevel[]).filter((l) => l !== 'district' && l !== 'building_group');
    return levels.map((level) => ({ word: `${code}:${level}`, title: `${layerTitle(layer)}${say('：', ': ')}${titleOf(area_level[level])}`, layer, level }));
  });
}
