/* notices – how many notices of one's post are unread, for the menu: asked on signing in,
 * on another post, each minute while the page is looked at, and after reading some. */
import { onMounted, onUnmounted, ref, watch } from 'vue';

import { get } from '../shared/api/client';
import type { Total } from '../shared/api/types';
import { may, me } from './session';

export const unread = ref(0);
const EVERY_MS = 60_000;

let turn = 0;
export async function countUnread(): Promise<void> {
  const mine = ++turn;
  if (!me.value || !may(me.value, 'case_read')) {
    unread.value = 0;
    return;
  }
  try {
    const total = await get<Total>('/api/1/notices/count');
    if (mine === turn) unread.value = total.n ?? 0;
  } catch {
    /* the number stays as it was; the room itself says what is wrong */
  }
}

export function watchUnread(): void {
  let timer = 0;
  onMounted(() => {
    timer = window.setInterval(() => {
      if (!document.hidden) void countUnread();
    }, EVERY_MS);
  });
  onUnmounted(() => window.clearInterval(timer));
  watch(() => me.value?.post, countUnread);
}
