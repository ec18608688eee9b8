/* rooms – the entries of the console's menu: address, word, drawing and page. An entry
 * stands here when its room works, and is shown to those whose post may open it. The
 * first one that a person may open is what /console/ shows. */
import { computed, defineAsyncComponent, type Component } from 'vue';

import type { Me } from '../shared/api/types';
import { say } from '../shared/modes';
import type { IconName } from '../shared/parts/icons';
import { route } from '../shared/route';
import Cases from './Cases.vue';
import Desk from './Desk.vue';
import Figures from './Figures.vue';
import Grids from './Grids.vue';
import Handover from './Handover.vue';
import MapRoom from './MapRoom.vue';
import Notices from './Notices.vue';
import { unread } from './notices';
import { AUDIT, CODES, COVERAGE, DELIVERIES, DESK, FIGURES, GRIDS, HANDOVER, LAYERS, LIST, MAP, NOTICES, PEOPLE, PETITIONS, PLANNER, REPORT, ROSTER, SETTINGS, VISITS } from './paths';
import { may, me, post } from './session';
import ReportSpot from './ReportSpot.vue';
import RoomFailed from './RoomFailed.vue';

/* What few open comes when it is opened; what each adds has a budget (vite.config.ts). */
const opened = (loader: () => Promise<Component>) => defineAsyncComponent({ loader, errorComponent: RoomFailed });
const Audit = opened(() => import('./Audit.vue'));
const Codes = opened(() => import('./Codes.vue'));
const Coverage = opened(() => import('./Coverage.vue'));
const Deliveries = opened(() => import('./Deliveries.vue'));
const LayersRoom = opened(() => import('./LayersRoom.vue'));
const People = opened(() => import('./People.vue'));
const Petitions = opened(() => import('./Petitions.vue'));
const Planner = opened(() => import('./Planner.vue'));
const Roster = opened(() => import('./Roster.vue'));
const Settings = opened(() => import('./Settings.vue'));
const Visits = opened(() => import('./Visits.vue'));

export type Room = {
  path: string;
  icon: IconName;
  title: () => string;
  page: Component;
  may?: (me: Me) => boolean; // without it: everybody
  count?: () => number; // what waits there, shown in the menu
};

/* Who reads cases has a desk, the list and the figures. */
const reads = (who: Me) => may(who, 'case_read');

/* Who plans the ground looks at it without reading a case. */
const plans = (who: Me) => reads(who) || may(who, 'ground_write');

const all: Room[] = [
  { path: DESK, icon: 'desk', title: () => say('工作台', 'Desk'), page: Desk, may: reads },
  { path: MAP, icon: 'map', title: () => say('地图', 'Map'), page: MapRoom, may: reads },
  { path: LIST, icon: 'cas', title: () => say('案件', 'Cases'), page: Cases, may: reads },
  { path: NOTICES, icon: 'bell', title: () => say('通知', 'Notices'), page: Notices, may: reads, count: () => unread.value },
  { path: ROSTER, icon: 'cal', title: () => say('值班', 'Roster'), page: Roster, may: reads },
  { path: HANDOVER, icon: 'swap', title: () => say('交接班', 'Hand-over'), page: Handover, may: reads },
  { path: PETITIONS, icon: 'mail', title: () => say('信访', 'Petitions'), page: Petitions, may: (who) => may(who, 'petition_read') },
  { path: REPORT, icon: 'plus', title: () => say('上报', 'Report'), page: ReportSpot, may: () => post.value?.role === 'grid_worker' },
  { path: VISITS, icon: 'door', title: () => say('走访', 'Visits'), page: Visits, may: reads },
  { path: GRIDS, icon: 'tree', title: () => say('网格与组织', 'Grids'), page: Grids, may: reads },
  { path: PLANNER, icon: 'plan', title: () => say('网格划分', 'Planner'), page: Planner, may: (who) => may(who, 'plan_see') },
  { path: CODES, icon: 'qr', title: () => say('楼栋码', 'Codes'), page: Codes, may: reads },
  { path: FIGURES, icon: 'chart', title: () => say('看板', 'Figures'), page: Figures, may: reads },
  { path: PEOPLE, icon: 'people', title: () => say('账号与岗位', 'Accounts'), page: People, may: (who) => may(who, 'account_see') },
  { path: LAYERS, icon: 'grid', title: () => say('图层对照', 'Layers'), page: LayersRoom, may: plans },
  { path: COVERAGE, icon: 'pin', title: () => say('领域覆盖', 'Coverage'), page: Coverage, may: plans },
  { path: AUDIT, icon: 'eye', title: () => say('审计', 'Audit'), page: Audit, may: (who) => may(who, 'audit_read') },
  { path: SETTINGS, icon: 'gear', title: () => say('设置', 'Settings'), page: Settings, may: (who) => may(who, 'setting_write') },
  { path: DELIVERIES, icon: 'out', title: () => say('投递', 'Deliveries'), page: Deliveries, may: (who) => may(who, 'setting_write') },
];

export const rooms = computed(() => all.filter((room) => !room.may || (me.value && room.may(me.value))));

/* The room that the address names; none for an address that is no room's, or not for
 * this post. */
export const room = computed<Room | undefined>(() => {
  const path = route.path.replace(/\/+$/, '');
  return path === '/console' ? rooms.value[0] : rooms.value.find((r) => r.path === path);
});
