/* csv – a table that the page shows, as a file for a spreadsheet: with a byte order mark, in
 * CRLF, quoted as RFC 4180 says. What a spreadsheet would take for a formula begins with an
 * apostrophe, as in the exports of the server. */
export type Cell = string | number | undefined;

const FORMULA = /^[=+\-@\t\r]/;

function field(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n']/.test(text) || text !== text.trim() ? `"${text.replace(/"/g, '""')}"` : text;
}

export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return `\ufeff${rows.map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

export function saveFile(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 0);
}
