/* session – who works on this phone. The console's own, and beside it what makes a page
 * open without a network: the last answer of /me, kept until somebody signs out. */
import { computed } from 'vue';

import { known, may, me, post, postTitle, signOut as endSession, whoAmI } from '../console/session';
import type { Me } from '../shared/api/types';
import { change, get, keys, put } from './store';

export { actAs, known, me, post, postTitle, unreachable, whoAmI } from '../console/session';

const ME = 'me';

/* What is kept or waits belongs to a person in a post, and is nobody else's. */
export const owner = computed(() => (me.value ? `${me.value.account ?? ''}/${me.value.post ?? ''}` : ''));

/* What was kept of one person is not shown to the next. */
async function forgetOthers(account: string): Promise<void> {
  const strange = (await keys('kept')).filter((k) => k !== ME && !k.startsWith(`${account}/`));
  if (strange.length) await change(strange.map((key) => ({ box: 'kept' as const, key })));
}

/* At once from what is kept; then what the server says. */
export async function enter(): Promise<void> {
  me.value = (await get<Me>('kept', ME)) ?? null;
  if (me.value) known.value = true;
  await whoAmI();
}

/* A 401 ends in the sign-in form and keeps everything: it is the same person who signs
 * in again. Another one finds nothing of the first but what is still to be sent. */
export async function entered(who: Me): Promise<void> {
  await put('kept', ME, JSON.parse(JSON.stringify(who)));
  await forgetOthers(who.account ?? '');
}

export async function leave(): Promise<void> {
  await endSession();
  await forgetOthers('-');
  await change([{ box: 'kept', key: ME }]);
}

/* Who visits has a tab for it. */
export const visits = computed(() => !!me.value && may(me.value, 'visit'));

export const where = computed(() => post.value?.unit_name ?? post.value?.area_name ?? postTitle(post.value));
