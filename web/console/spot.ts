/* spot – a point asked for by a form and given by a click on the small map. */
import { onUnmounted, ref } from 'vue';

export const picking = ref(false); // a form wants a point

let taker: ((lon: number, lat: number) => void) | null = null;

/* In a form's setup: `take` gets every point clicked while the form is there. */
export function picked(take: (lon: number, lat: number) => void): void {
  taker = take;
  onUnmounted(() => {
    if (taker === take) taker = null;
    picking.value = false;
  });
}

export function give(lon: number, lat: number): void {
  if (picking.value) taker?.(lon, lat);
}
