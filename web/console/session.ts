/* session – who is signed in and in which post. The cookie is the server's; the page
 * only knows what /me says. A 401 from anywhere ends in the sign-in form, over the
 * address that was asked for. */
import { computed, ref } from 'vue';

import { Problem, Writer, get, problem, whenSignedOut } from '../shared/api/client';
import { role, type Me, type PostShown, type Right } from '../shared/api/types';
import { dot, titleOf } from '../shared/modes';

export const me = ref<Me | null>(null);
export const known = ref(false); // whether the server has said who it is
export const unreachable = ref('');

const writer = new Writer();

export const post = computed<PostShown | undefined>(() => me.value?.posts?.find((p) => p.id === me.value?.post));

/* What may be opened; the server refuses the rest whatever the page thinks. */
export const may = (who: Me, right: Right): boolean => !!who.rights?.some((held) => held.right === right);

export function postTitle(p: PostShown | undefined): string {
  if (!p) return '';
  return [titleOf(p.role && role[p.role]), p.unit_name ?? p.area_name].filter(Boolean).join(dot());
}

whenSignedOut(() => {
  me.value = null;
  known.value = true;
});

export async function whoAmI(): Promise<void> {
  unreachable.value = '';
  try {
    me.value = await get<Me>('/api/1/me');
    known.value = true;
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401) unreachable.value = problem(e).detail;
  }
}

export async function signIn(login: string, password: string, newPassword?: string): Promise<void> {
  me.value = await writer.post<Me>('/api/1/session', { login, password, ...(newPassword ? { new_password: newPassword } : {}) });
  known.value = true;
}

export async function signOut(): Promise<void> {
  await writer.post('/api/1/session/close', {});
  me.value = null;
}

export async function actAs(id: string): Promise<void> {
  me.value = await writer.post<Me>('/api/1/session/post', { post: id });
}
