/* icons – the drawings that the pages use now; one is added with its first use. */
export const icons = {
  cam: 'M3.5 7.5h4L9 5h6l1.5 2.5h4v12h-17zM12 10a3.5 3.5 0 1 0 .01 0',
  cas: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h5',
  ck: 'M5 12.5l4.5 4.5L19 7',
  cl: 'M15 5l-7 7 7 7',
  cr: 'M9 5l7 7-7 7',
  copy: 'M9 8h11v13H9zM15 8V3H4v13h5',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  minus: 'M5 12h14',
  off: 'M3 3l18 18M5 11a10 10 0 0 1 4-2.5M19 11a10 10 0 0 0-5-2.8M8.5 14.5a5 5 0 0 1 5-1M12 19h.01',
  out: 'M14 4h5v16h-5M4 12h10M10.5 8l4 4-4 4',
  phone: 'M6 3h4l1.5 5-2.5 1.5a12 12 0 0 0 5.5 5.5L16 12.5l5 1.5v4a3 3 0 0 1-3 3C10 21 3 14 3 6a3 3 0 0 1 3-3z',
  pin: 'M12 21s7-6.5 7-12a7 7 0 0 0-14 0c0 5.5 7 12 7 12zM12 6.5a2.5 2.5 0 1 0 .01 0',
  plus: 'M12 5v14M5 12h14',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v6h-6M17 20v-2',
  search: 'M11 4a7 7 0 1 0 .01 0M16 16l4.5 4.5',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  user: 'M12 4a4 4 0 1 0 .01 0M4.5 21c.5-4.5 3.5-7 7.5-7s7 2.5 7.5 7',
  warn: 'M12 4 2.5 20h19zM12 10v5M12 17.5h.01',
  x: 'M6 6l12 12M18 6 6 18',
} as const;
export type IconName = keyof typeof icons;
