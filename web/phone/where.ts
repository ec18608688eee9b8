/* where – where this phone is, asked when somebody wants to know, kept nowhere and sent
 * with nothing but a report. */
import { ref } from 'vue';

import { say } from '../shared/modes';

export type Spot = { lon: number; lat: number; accuracy_m: number };
export const here = ref<Spot | null>(null);

const e7 = (degrees: number) => Math.round(degrees * 1e7) / 1e7;
const OLD_MS = 30_000;
const WAIT_MS = 15_000;

export const canLocate = (): boolean => 'geolocation' in navigator && window.isSecureContext;

/* The sentence of the error says what to do instead. */
export function locate(): Promise<Spot> {
  return new Promise((done, fail) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        here.value = { lon: e7(coords.longitude), lat: e7(coords.latitude), accuracy_m: Math.round(coords.accuracy) };
        done(here.value);
      },
      (e) =>
        fail(
          new Error(
            e.code === e.PERMISSION_DENIED
              ? say('手机没有允许取位置。', 'The phone did not allow it.')
              : say('这里取不到位置。', 'There is no position here.'),
          ),
        ),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: OLD_MS },
    ),
  );
}

/* Without asking anybody: only where it was allowed before. */
export async function locateIfAllowed(): Promise<void> {
  if (!canLocate()) return;
  try {
    if ((await navigator.permissions.query({ name: 'geolocation' })).state === 'granted') await locate();
  } catch {
    /* a browser that cannot say, or no position: then no distances */
  }
}

const M_PER_DEGREE = 111_320;

/* Metres between two points of one city. */
export function metres(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const x = (a.lon - b.lon) * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(x, a.lat - b.lat) * M_PER_DEGREE;
}

/* "350 m", "1.2 km". */
export function far(m: number): string {
  return m < 995 ? `${Math.max(10, Math.round(m / 10) * 10)} m` : `${(m / 1000).toFixed(m < 9950 ? 1 : 0)} km`;
}
