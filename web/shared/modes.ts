/* modes – language, large type, dark: attributes on <html> that the styles read.
 * Language and type size are switches, remembered on this device; dark follows
 * the system. Words stand in the pages in both languages, side by side, through
 * say(); there is no file of keys. */
import { ref, watchEffect } from 'vue';

import { recall, remember } from './keep';

export type Lang = 'zh' | 'en';

export const lang = ref<Lang>(firstLang());
export const large = ref(recall('large') === 'yes');

function firstLang(): Lang {
  const kept = recall('lang');
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function say(zh: string, en: string): string {
  return lang.value === 'zh' ? zh : en;
}

/* A title of the field tables: a choice, a field of a form, a catalogue row. */
export function titleOf(both: { readonly zh?: string; readonly en?: string } | undefined): string {
  if (!both) return '';
  return lang.value === 'zh' ? (both.zh ?? both.en ?? '') : capital(both.en ?? both.zh ?? '');
}

export function capital(s: string): string {
  return s.charAt(0).toUpperCase() + s.slice(1);
}

/* Between two facts on one line. */
export const dot = () => say('·', ', ');

export function startModes(phone: 'always' | 'narrow', title: () => string): void {
  const root = document.documentElement;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const narrow = window.matchMedia('(max-width: 759px)');

  watchEffect(() => {
    root.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
    remember('lang', lang.value);
  });
  watchEffect(() => {
    if (large.value) root.dataset.size = 'large';
    else delete root.dataset.size;
    remember('large', large.value ? 'yes' : 'no');
  });
  watchEffect(() => (document.title = title()));
  const follow = () => {
    if (dark.matches) root.dataset.theme = 'dark';
    else delete root.dataset.theme;
    if (phone === 'always' || narrow.matches) root.dataset.device = 'phone';
    else delete root.dataset.device;
  };
  follow();
  dark.addEventListener('change', follow);
  narrow.addEventListener('change', follow);
}
