/* shell – the part of this page that the browser keeps (sw.js), and whether a newer one
 * has come and waits. */
import { ref } from 'vue';

export const newer = ref<ServiceWorker | null>(null);

function watchFor(worker: ServiceWorker | null): void {
  if (!worker) return;
  const look = () => {
    if (worker.state === 'installed' && navigator.serviceWorker.controller) newer.value = worker;
  };
  look();
  worker.addEventListener('statechange', look);
}

/* Without it (an old browser, no HTTPS) the page works, and does not open offline. */
export async function keepShell(): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  try {
    const kept = await navigator.serviceWorker.register('/phone/sw.js');
    watchFor(kept.waiting);
    kept.addEventListener('updatefound', () => watchFor(kept.installing));
    await navigator.storage?.persist?.(); // what is on the phone is not cleared to make room
  } catch {
    /* then it does not open offline */
  }
}

/* What is written is on the disk; the page comes back with it. */
export function change(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  newer.value?.postMessage('now');
}
