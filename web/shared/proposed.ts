/* proposed – which categories words are most like, as the server has learnt it. It is a
 * help: without an answer there is nothing, and whoever fills in or files chooses. */
import { ref, type Ref } from 'vue';

import { ask } from './api/client';
import type { CategoryProposed } from './api/types';

const LEAST = 4; // letters; of fewer nothing is asked

export type Proposer = { proposed: Ref<CategoryProposed[]>; propose: (text: string) => Promise<void> };

export function proposer(): Proposer {
  const proposed = ref<CategoryProposed[]>([]);

  /* Answers may overtake each other: only the last question asked counts. */
  let turn = 0;
  async function propose(text: string): Promise<void> {
    const mine = ++turn;
    try {
      const got = Array.from(text).length < LEAST ? {} : await ask<{ items?: CategoryProposed[] }>('/api/1/report/category', { text });
      if (mine === turn) proposed.value = got.items ?? [];
    } catch {
      if (mine === turn) proposed.value = [];
    }
  }
  return { proposed, propose };
}
