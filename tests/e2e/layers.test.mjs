/* layers – two layers compared and comprehensive grids proposed in the console, and what no
 * organisation covers: tables with what does not fit first, maps, files, one click to cover,
 * on both stores where there are two; in both languages, dark and on a phone. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { holds, noSideways, noStore, noViolations, person, shot, shows, signIn, startBrowser, startServer, until } from './support.mjs';

const box = (c, w, s, e, n) => ({
  type: 'Feature',
  properties: { c, n: `${c} 区` },
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [w, s],
        [e, s],
        [e, n],
        [w, n],
        [w, s],
      ],
    ],
  },
});
const map = (...features) => JSON.stringify({ type: 'FeatureCollection', features });
const PLACES = `name,kind,lon,lat,population,alias
云端大厦,office,121.4661,31.2217,800,
小楼,office,121.4662,31.2218,40,
东市场,market,121.4705,31.2217,,
面馆,shop,121.4706,31.2217,,云桥路1号
`;

/* The police cut the subdistrict along a meridian, the Party across. */
async function prepare(run, data) {
  const file = (name, text) => {
    writeFileSync(join(data, name), text);
    return join(data, name);
  };
  const police = file('police.geojson', map(box('P', 121.45, 31.21, 121.4726, 31.25), box('Q', 121.4726, 31.21, 121.49, 31.25)));
  const party = file('party.geojson', map(box('E', 121.45, 31.21, 121.4726, 31.2305), box('F', 121.45, 31.2305, 121.4726, 31.25), box('G', 121.4726, 31.21, 121.49, 31.25)));
  run('import', 'areas', police, '--layer', 'police', '--layer-zh', '警务区', '--layer-en', 'Police', '--level', 'subdistrict', '--code', 'c', '--name', 'n', '--crs', 'wgs84');
  run('import', 'areas', party, '--layer', 'party', '--layer-zh', '党建网格', '--layer-en', 'Party grids', '--level', 'subdistrict', '--code', 'c', '--name', 'n', '--crs', 'wgs84');
  run('import', 'places', file('places.csv', PLACES));
  const areas = JSON.parse(run('call', 'area.list', '{"code":"990101001"}', '--as', 'system')).items;
  run('call', 'org.add', JSON.stringify({ kind: 'residential_party_org', area: areas[0].id, code: 'ZY', name: '织云居民区党总支', since: '2025-01-01' }), '--as', 'system');
}

/* What a click saves. */
async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator(button).click()]);
  return readFileSync(await download.path(), 'utf8');
}

for (const store of ['sqlite', 'postgres'])
  describe(`layers, ${store}`, { skip: noStore(store) }, () => {
    let server, browser;
    before(async () => {
      server = await startServer({ store, prepare });
      browser = await startBrowser();
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    test('two layers: what does not fit first, on the map, swapped and as a file', async () => {
      const p = await person(browser, server.url);
      const { page } = p;
      await signIn(page, 'dispatch', '/console/layers?a=police&b=party', '.tbl');
      await shows(page.locator('[data-test=sum]'), /2 个网格中 1 个整个落在对照图层的一个网格内，1 个不一致/);
      const rows = page.locator('.tbl tbody tr');
      await until(() => rows.evaluateAll((all) => all.map((r) => r.dataset.fit)), ['most', 'part', 'whole']);
      await holds(() => page.locator('.sheet canvas').first().isVisible(), 'the map');
      await rows.first().locator('button').first().click();
      await until(() => rows.first().getAttribute('aria-selected'), 'true');
      const csv = await saved(page, '[data-test=csv]');
      assert.match(csv, /^\ufeffa_code,a_name,b_code,b_name,fit,m2,share_of_a,share_of_b,households,places\r\nP,P 区,E,E 区,most,\d+,0\.5\d*,1,/);
      await noViolations(page, 'crosswalk');
      await noSideways(page, 'crosswalk');
      await shot(page, `layers.crosswalk.${store}`);
      await page.getByRole('button', { name: '对调' }).click();
      await until(() => page.locator('select[name=a]').inputValue(), 'party');
      await until(() => rows.evaluateAll((all) => all.map((r) => r.dataset.fit)), ['whole', 'whole', 'whole']);
      await page.locator('select[name=b]').selectOption('governing:micro_grid');
      await shows(page.locator('[data-test=sum]'), /3 个网格中 0 个/);
      await until(() => page.locator('.tabs').count(), 0); // who does not plan proposes nothing
      await p.close();
    });

    test('comprehensive grids are proposed, compared with what each layer follows, and saved', async () => {
      const p = await person(browser, server.url, { lang: 'en' });
      const { page } = p;
      await signIn(page, 'system', '/console/layers?tab=merge', 'form.ask');
      await until(() => page.locator('input[name=layer]:checked').evaluateAll((all) => all.map((x) => x.value)), ['police', 'party']);
      await page.locator('input[value=party]').uncheck();
      await holds(() => page.locator('[data-test=few]').isVisible(), 'one layer is too few');
      await until(() => page.locator('form.ask button[type=submit]').isDisabled(), true);
      await page.locator('input[value=party]').check();
      await page.locator('select[name=within]').selectOption({ label: '云桥街道' });
      await page.locator('input[name=min]').fill('1500');
      await page.locator('input[name=max]').fill('7000');
      await page.locator('select[name=whole]').selectOption('none');
      await page.locator('form.ask button[type=submit]').click();
      await shows(page.locator('[data-test=plan] .sum'), /comprehensive grids, 0 out of range; .* km of borders, 0\.0 km of them new \(0\.0 %\)/);
      await until(() => page.locator('[data-test=compared] tbody tr').count(), 3);
      await shows(page.locator('[data-test=compared] .own'), /This proposal100\.0 %/);
      await holds(() => page.locator('[data-drawn] canvas').first().isVisible(), 'the map');
      await page.locator('[data-test=plan] .lnk').first().click();
      await holds(() => page.locator('tr[aria-selected=true]').isVisible(), 'the chosen grid');
      assert.match(await saved(page, '[data-test=units]'), /^\ufeffunit,grid,unit_name,kind,households\r\nP\+E,990101-Z\d,P\+E,piece,\d+/);
      assert.match(await saved(page, '[data-test=grids]'), /^\ufeffcode,name,within,households,.*police_takes,police_along_m,police_crossed_m,party_takes/);
      assert.equal(JSON.parse(await saved(page, '[data-test=map]')).features[0].properties.within, '990101');
      await noViolations(page, 'merge');
      await noSideways(page, 'merge');
      await shot(page, `layers.merge.${store}`);
      // Residential areas run from side to side here: none of them is cut.
      await page.locator('select[name=whole]').selectOption('');
      await page.locator('input[name=min]').fill('5');
      await page.locator('input[name=max]').fill('6');
      await page.locator('form.ask button[type=submit]').click();
      await holds(() => page.locator('tr[data-keeps=false]').first().isVisible(), 'those that break the rule');
      await page.locator('input[name=min]').fill('600');
      await page.locator('form.ask button[type=submit]').click();
      await holds(() => page.locator('.note[role=alert]').isVisible(), 'a range from the wrong end is refused');
      await p.close();
    });

    test('what nothing covers is listed with its form, covered by a click, and then nothing is left', async () => {
      const p = await person(browser, server.url);
      const { page } = p;
      await signIn(page, 'system', '/console/coverage', '[data-test=missing]');
      await until(() => page.locator('[data-test=missing] tbody tr').count(), 4);
      await shows(page.locator('[data-kind=office]'), /商务楼宇 2 \/ 2/);
      const row = (name) => page.locator('[data-test=missing] tbody tr', { hasText: name });
      await shows(row('云端大厦'), /专属网格.*织云居民区党总支/);
      await shows(row('小楼'), /并入所在网格人数 40，不足 300：并入所在网格。/);
      await shows(page.locator('[data-test=streets]'), /云桥路.*1.*不足 10 家/);
      assert.match(await saved(page, '[data-test=csv]'), /^\ufeffname,kind,area,people,form,organisation,distance_m,/);
      await noViolations(page, 'coverage');
      await noSideways(page, 'coverage');
      await shot(page, `coverage.${store}`);
      await page.locator('[data-kind=office]').click();
      await until(() => page.locator('[data-test=missing] tbody tr').count(), 2);
      await row('小楼').getByRole('button', { name: /由它覆盖.*小楼/ }).click();
      await until(() => page.locator('[data-test=missing] tbody tr').count(), 1);
      await row('云端大厦').getByRole('button', { name: /由它覆盖.*云端大厦/ }).click();
      await holds(() => page.locator('[data-test=covered]').isVisible(), 'all covered');
      await shows(page.locator('[data-kind=office]'), /0 \/ 2/);
      await page.locator('input[name=flexible]').fill('东市场');
      await page.locator('form[role=search] button').click();
      await page.locator('.chip', { hasText: '东市场' }).click();
      await shows(page.locator('[data-test=flexible]'), /织云居民区党总支.*由它覆盖/);
      await page.locator('[data-test=flexible] button').click();
      await until(() => page.locator('[data-test=flexible]').count(), 0);
      await p.close();
    });

    test('in the other language, dark, and on a phone; a failure is said', async () => {
      for (const [name, more] of [
        ['dark', { dark: true }],
        ['phone', { size: 'phone', lang: 'en', dark: true }],
      ]) {
        const p = await person(browser, server.url, more);
        await signIn(p.page, 'dispatch', '/console/layers?a=police&b=party', '.tbl');
        await noViolations(p.page, `crosswalk, ${name}`);
        await noSideways(p.page, `crosswalk, ${name}`);
        await shot(p.page, `layers.${name}`);
        await p.page.goto('/console/coverage');
        await p.page.locator('.chip').first().waitFor();
        await until(() => p.page.getByRole('button', { name: /由它覆盖|^Cover:/ }).count(), 0); // who may not
        await noViolations(p.page, `coverage, ${name}`);
        await noSideways(p.page, `coverage, ${name}`);
        await shot(p.page, `coverage.${name}`);
        await p.close();
      }
      const p = await person(browser, server.url, { size: 'phone' });
      await p.page.route(/\/api\/1\/(crosswalk|covers\/tally)/, (route) => route.abort());
      await signIn(p.page, 'system', '/console/layers', '.note[role=alert]');
      await p.page.goto('/console/coverage');
      await p.page.locator('.emp[role=alert]').waitFor();
      await p.page.unroute(/\/api\/1\/(crosswalk|covers\/tally)/);
      await p.page.getByRole('button', { name: '再试一次' }).click();
      await p.page.locator('.chip').first().waitFor();
      await p.page.goto('/console/layers?tab=merge');
      await p.page.locator('form.ask').waitFor();
      await noViolations(p.page, 'merge on a phone');
      await noSideways(p.page, 'merge on a phone');
      await shot(p.page, 'layers.merge.phone');
      await p.close();
    });
  });
