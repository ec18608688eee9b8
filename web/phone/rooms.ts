/* rooms – the pages of the phone and their addresses. What is opened from a list has no
 * tab of its own: it stands under the tab of its list. */
import { computed, type Component } from 'vue';

import { say } from '../shared/modes';
import type { IconName } from '../shared/parts/icons';
import { route } from '../shared/route';
import Knock from './Knock.vue';
import Mine from './Mine.vue';
import Report from './Report.vue';
import Task from './Task.vue';
import Tasks from './Tasks.vue';
import Visits from './Visits.vue';
import { visits } from './session';

export const TASKS = '/phone/';
export const REPORT = '/phone/report';
export const VISITS = '/phone/visits';
export const MINE = '/phone/mine';
export const knockPath = (round: string, place: string) => `/phone/visits/${round}/${place}`;
export const taskPath = (id: string) => `/phone/task/${id}`;

export type Tab = 'tasks' | 'report' | 'visits' | 'mine';
export type Room = { tab: Tab; title: () => string; page: Component; of?: string; back?: string };

const all: { tab: Tab; path: string; icon: IconName; title: () => string; may?: () => boolean }[] = [
  { tab: 'tasks', path: TASKS, icon: 'list', title: () => say('任务', 'Tasks') },
  { tab: 'report', path: REPORT, icon: 'cam', title: () => say('上报', 'Report') },
  { tab: 'visits', path: VISITS, icon: 'door', title: () => say('走访', 'Visits'), may: () => visits.value },
  { tab: 'mine', path: MINE, icon: 'user', title: () => say('我的', 'Mine') },
];
export const tabs = computed(() => all.filter((t) => !t.may || t.may()));

export const room = computed<Room>(() => {
  const task = /^\/phone\/task\/([1-9]\d{0,18})$/.exec(route.path);
  if (task) return { tab: 'tasks', title: () => say('案件', 'Case'), page: Task, of: task[1], back: TASKS };
  const knock = /^\/phone\/visits\/([1-9]\d{0,18}\/[1-9]\d{0,18})$/.exec(route.path);
  if (knock && visits.value) return { tab: 'visits', title: () => say('走访', 'Visit'), page: Knock, of: knock[1], back: VISITS };
  if (route.path === VISITS && visits.value) return { tab: 'visits', title: () => say('走访', 'Visits'), page: Visits };
  if (route.path === REPORT) return { tab: 'report', title: () => say('上报', 'Report'), page: Report };
  if (route.path === MINE) return { tab: 'mine', title: () => say('我的', 'Mine'), page: Mine };
  return { tab: 'tasks', title: () => say('任务', 'Tasks'), page: Tasks };
});
