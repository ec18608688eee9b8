/* paths – the addresses of the console's rooms, apart from the rooms themselves: pages
 * link to each other, and rooms.ts holds them all. */
export const HOME = '/console/';
export const LIST = '/console/cases';
export const MAP = '/console/map';
export const DESK = '/console/desk';
export const PLANNER = '/console/planner';
export const FIGURES = '/console/figures';
export const GRIDS = '/console/grids';
export const LAYERS = '/console/layers';
export const COVERAGE = '/console/coverage';
export const CODES = '/console/codes';
export const NOTICES = '/console/notices';
export const ROSTER = '/console/roster';
export const VISITS = '/console/visits';
export const HANDOVER = '/console/handover';
export const PETITIONS = '/console/petitions';
export const SETTINGS = '/console/settings';
export const PEOPLE = '/console/accounts';
export const AUDIT = '/console/audit';
export const REPORT = '/console/report';
export const DELIVERIES = '/console/deliveries';
