/* route – the address as state: path and query, reactive. Pages read every filter
 * from here and change it only through go(), so that an address can be sent to a
 * colleague and Back does what it says. */
import { reactive } from 'vue';

export type Query = Record<string, string>;

export const route = reactive({ path: '', query: {} as Query });

function read(): void {
  route.path = location.pathname;
  route.query = Object.fromEntries(new URLSearchParams(location.search));
}
read();
window.addEventListener('popstate', read);

/* Empty values leave the address. */
export function addressOf(path: string, query: Query = {}): string {
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const words = kept.toString();
  return words ? `${path}?${words}` : path;
}

export function go(path: string, query: Query = {}, how: 'push' | 'replace' = 'push'): void {
  const to = addressOf(path, query);
  if (to === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  read();
}

/* For @click on links of ours: a plain click stays in the page; with Ctrl or the
 * middle button the browser opens it elsewhere, as links do. */
export function follow(event: MouseEvent, path: string, query: Query = {}): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(path, query);
}
