/* matters – what is met most on the street, as tiles: a word, a drawing, the category it
 * stands for. A tile whose category this city has not is not shown. */
import { computed } from 'vue';

import { say, titleOf } from '../shared/modes';
import type { IconName } from '../shared/parts/icons';
import { lookups } from './tasks';

export type Matter = { key: string; category: string; icon: IconName; title: () => string };

const MATTERS: Matter[] = [
  { key: 'waste', category: '201', icon: 'trash', title: () => say('垃圾', 'Waste') },
  { key: 'road', category: '206', icon: 'road', title: () => say('道路井盖', 'Road, manhole') },
  { key: 'bike', category: '204', icon: 'bike', title: () => say('停车', 'Parking') },
  { key: 'lamp', category: '206', icon: 'lamp', title: () => say('路灯', 'Street lamp') },
  { key: 'fire', category: '301', icon: 'fire', title: () => say('消防通道', 'Escape route') },
  { key: 'noise', category: '207', icon: 'noise', title: () => say('噪声油烟', 'Noise, fumes') },
];

/* Before the catalogue was ever fetched, all of them: the server judges. */
export const matters = computed(() => {
  const known = lookups.value.categories;
  return known.length ? MATTERS.filter((m) => known.some((c) => c.code === m.category)) : MATTERS;
});

/* What the report says where nothing was written: the tile's word, else the category's. */
export function wordsOf(matter: string, category: string): string {
  return MATTERS.find((m) => m.key === matter)?.title() ?? titleOf(lookups.value.categories.find((c) => c.code === category));
}
