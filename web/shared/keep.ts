/* keep – what this device remembers. Storage may be full, forbidden or emptied at
 * any time (private windows, WeChat), so nothing here throws; remember() says
 * whether it stayed, for pages that promise it. */

const PREFIX = 'jw.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/* True: it is stored. */
export function remember(name: string, value: string): boolean {
  try {
    localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    /* then there was nothing to forget */
  }
}

export function recallJson<T>(name: string): T | null {
  try {
    return JSON.parse(recall(name) ?? 'null') as T | null;
  } catch {
    return null;
  }
}
