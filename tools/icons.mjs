/* icons – the icons of the phone's home screen as PNG, of web/phone/icon.svg: iOS takes
 * no SVG. They are checked in; run again when the drawing changes:  node tools/icons.mjs */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBrowser } from '../tests/e2e/support.mjs';

const phone = join(dirname(fileURLToPath(import.meta.url)), '..', 'web', 'phone');
const svg = readFileSync(join(phone, 'icon.svg'), 'utf8');
const browser = await startBrowser();
try {
  for (const size of [180, 192, 512]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<body style="margin:0">${svg.replace('<svg ', `<svg width="${size}" height="${size}" style="display:block" `)}`);
    writeFileSync(join(phone, `icon-${size}.png`), await page.screenshot());
    await page.close();
  }
} finally {
  await browser.close();
}
