/* places_read – the rows of a table or map as places. Whatever the file is, a row is
 * asked for its columns by the headings that are usual, or that an option names. */
#include "places_plan.h"

#include "csv.h"
#include "geojson.h"
#include "xlsx.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEADINGS = 8 };

static const char *const headings[PLACE_COLUMNS][HEADINGS] = {
    [COLUMN_NAME] = { "名称", "name", "楼栋", "楼栋名称", "地址", "address", "building", "地点" },
    [COLUMN_AREA] = { "网格", "area", "微网格", "网格代码", "micro-grid", "micro_grid", "grid", "area_code" },
    [COLUMN_KIND] = { "种类", "kind", "类型", "type" },
    [COLUMN_CODE] = { "代码", "code", "编号", "id", "楼栋编号" },
    [COLUMN_HOUSEHOLDS] = { "户数", "households", "住户数", "total_dwelling_units", "housing" },
    [COLUMN_POPULATION] = { "人数", "population", "人口", "人口数" },
    [COLUMN_LON] = { "经度", "lon", "longitude", "lng", "x" },
    [COLUMN_LAT] = { "纬度", "lat", "latitude", "y" },
    [COLUMN_ALIAS] = { "别名", "alias", "俗名", "aliases" },
    [COLUMN_COMPOUND] = { "小区", "compound", "小区名称", "estate" },
    [COLUMN_OLD] = { "旧名", "old_name", "曾用名", "former name" },
    [COLUMN_SINCE] = { "启用日期", "since", "日期" },
};

/* The texts of one row by column; empty where there is none. */
typedef struct Cells {
    int64_t row;
    Str of[PLACE_COLUMNS];
} Cells;

static Err wrong(const Cells *c, PlaceColumn column, const char *zh, const char *en, Fault *f) {
    Str s = c->of[column];
    int n = (int)(s.n < 60 ? s.n : 60);

    return fault(f, ERR_INVALID, "places_row", headings[column][1], "第 %lld 行的%s“%.*s”%s。%.0s%.0s",
                 "Row %lld, %.0s“%.*s” as %.0s%s: %s.", (long long)c->row, headings[column][0], n, s.p, zh,
                 headings[column][1], en);
}

/* ---- values ---- */

static Err read_count(const Cells *c, PlaceColumn column, int32_t most, int32_t *ret, Fault *f) {
    Str s = c->of[column];
    int64_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        n = n * 10 + (s.p[i] - '0');
        if (s.p[i] < '0' || s.p[i] > '9' || n > most)
            return wrong(c, column, "应是不小于 0 的整数", "a whole number that is not too large is needed", f);
    }
    *ret = s.n ? (int32_t)n : -1;
    return OK;
}

static bool read_degrees(Str s, double *ret) {
    char z[40], *end;

    if (s.n == 0 || s.n >= sizeof z)
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    *ret = strtod(z, &end);
    return *end == 0 && isfinite(*ret) && fabs(*ret) <= 180;
}

/* A latitude beyond 90 is perhaps a longitude: places_judge.c says so. */
static Err read_point(const Cells *c, PlaceRow *r, Fault *f) {
    Str lon = c->of[COLUMN_LON], lat = c->of[COLUMN_LAT];

    if (lon.n == 0 && lat.n == 0)
        return OK;
    if (!read_degrees(lon, &r->written.lon))
        return wrong(c, COLUMN_LON, "不是度数（经度、纬度要一起写）",
                     "degrees are needed, of both or of neither", f);
    if (!read_degrees(lat, &r->written.lat))
        return wrong(c, COLUMN_LAT, "不是度数（经度、纬度要一起写）",
                     "degrees are needed, of both or of neither", f);
    r->pointed = true;
    return OK;
}

static Err read_kind(const Cells *c, PlaceKind usual, PlaceKind *ret, Fault *f) {
    Str s = c->of[COLUMN_KIND];

    *ret = usual ? usual : PLACE_BUILDING;
    if (s.n == 0)
        return OK;
    for (size_t i = 0; i < place_kind_choices.n; i++) {
        const Choice *k = &place_kind_choices.list[i];
        if (str_is(s, k->word) || str_is(s, k->zh) || str_is(s, k->en)) {
            *ret = (PlaceKind)k->number;
            return OK;
        }
    }
    return wrong(
        c, COLUMN_KIND, "不认识；可用楼栋、小区、街区、店铺、商务楼宇、市场、公园绿地、园区、学校、医院等",
        "not known; say building, compound, block, shop, office, market, park, campus, school or the like", f);
}

static Err read_since(const Cells *c, int32_t *ret, Fault *f) {
    Str s = c->of[COLUMN_SINCE];
    char z[11];

    *ret = 0;
    if (s.n == 0)
        return OK;
    memcpy(z, s.p, s.n < 10 ? s.n : 10); /* a spreadsheet may add a time of day */
    z[s.n < 10 ? s.n : 10] = 0;
    return day_parse(z, ret)
               ? OK
               : wrong(c, COLUMN_SINCE, "应是 2026-01-31 这样的日期", "a day such as 2026-01-31 is needed", f);
}

/* ---- a row ---- */

static Err row_add(PlacesPlan *p, PlaceRow **ret, Fault *f) {
    if (p->n == p->room) {
        int32_t room = p->room ? p->room * 2 : 256;
        PlaceRow *wider = mem_grow(p->rows, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        p->rows = wider;
        p->room = room;
    }
    *ret = &p->rows[p->n];
    **ret = (PlaceRow){ .row = 0 };
    p->n++;
    return OK;
}

static Err keep(PlacesPlan *p, const Cells *c, PlaceColumn column, size_t most, Str *ret, Fault *f) {
    if (utf8_count(c->of[column].p, c->of[column].n) > (int32_t)most)
        return wrong(c, column, "太长", "too long", f);
    return str_copy(&p->texts, c->of[column], ret, f);
}

/* Where there is no name, the code is one. */
static Err take_cells(PlacesPlan *p, Cells *c, PlaceRow *r, Fault *f) {
    r->row = c->row;
    if (c->of[COLUMN_NAME].n == 0)
        c->of[COLUMN_NAME] = c->of[COLUMN_CODE];
    if (c->of[COLUMN_NAME].n == 0)
        return wrong(c, COLUMN_NAME, "是空的，也没有代码", "there is neither a name nor a code", f);
    TRY(keep(p, c, COLUMN_NAME, 120, &r->name, f));
    TRY(keep(p, c, COLUMN_AREA, 40, &r->area_code, f));
    TRY(keep(p, c, COLUMN_CODE, 60, &r->code, f));
    TRY(keep(p, c, COLUMN_ALIAS, 1000, &r->aliases, f));
    TRY(keep(p, c, COLUMN_COMPOUND, 60, &r->compound, f));
    TRY(keep(p, c, COLUMN_OLD, 1000, &r->old, f));
    TRY(read_kind(c, p->how->kind, &r->kind, f));
    r->kinded = p->how->kind || c->of[COLUMN_KIND].n;
    TRY(read_count(c, COLUMN_HOUSEHOLDS, 100000, &r->households, f));
    TRY(read_count(c, COLUMN_POPULATION, 1000000, &r->population, f));
    TRY(read_since(c, &r->since, f));
    return read_point(c, r, f);
}

/* ---- tables ---- */

typedef struct Table {
    PlacesPlan *plan;
    int32_t at[PLACE_COLUMNS]; /* -1: no such column */
    bool headed;
} Table;

static Str trimmed(Str s) {
    while (s.n && (*s.p == ' ' || *s.p == '\t'))
        s = (Str){ s.p + 1, s.n - 1 };
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static int32_t cell_named(const Str *cells, int32_t n, Str name) {
    for (int32_t i = 0; i < n; i++)
        if (str_same(trimmed(cells[i]), name))
            return i;
    return -1;
}

static Err find_column(Table *t, const Str *cells, int32_t n, PlaceColumn column, Fault *f) {
    Str own = t->plan->how->columns[column];

    t->at[column] = own.n ? cell_named(cells, n, own) : -1;
    if (own.n && t->at[column] < 0)
        return fault(f, ERR_INVALID, "places_column", headings[column][1], "表里没有列“%.*s”。",
                     "The table has no column “%.*s”.", (int)own.n, own.p);
    for (int i = 0; i < HEADINGS && headings[column][i] && !own.n && t->at[column] < 0; i++)
        t->at[column] = cell_named(cells, n, str(headings[column][i]));
    return OK;
}

static Err read_heading(Table *t, const Str *cells, int32_t n, Fault *f) {
    for (int c = 0; c < PLACE_COLUMNS; c++)
        TRY(find_column(t, cells, n, (PlaceColumn)c, f));
    t->headed = true;
    if (t->at[COLUMN_NAME] < 0 && t->at[COLUMN_CODE] < 0)
        return fault(f, ERR_INVALID, "places_column", "name", "第一行要有列名，至少有“名称”或“代码”。",
                     "The first row has the headings; there must be “name” or “code”.");
    return OK;
}

static Err take_row(Table *t, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Cells c = { .row = row };
    PlaceRow *r;

    if (!t->headed)
        return read_heading(t, cells, n, f);
    for (int i = 0; i < PLACE_COLUMNS; i++)
        c.of[i] = t->at[i] >= 0 && t->at[i] < n ? csv_unguard(trimmed(cells[t->at[i]])) : (Str){ "", 0 };
    TRY(row_add(t->plan, &r, f));
    return take_cells(t->plan, &c, r, f);
}

static Err each_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    return take_row(ctx, row - 1, cells, n, f); /* below the heading, from 1 */
}

static Err read_csv(PlacesPlan *p, Str bytes, Fault *f) {
    CsvMemory memory = { bytes };
    Table t = { .plan = p };
    Str cells[1000];
    bool more = true;
    Csv *c;

    TRY(csv_open(csv_from_memory, &memory, (CsvLimits){ 0 }, &c, f));
    Err e = OK;
    while (e == OK && more) {
        e = csv_next(c, &more, f);
        int32_t n = e == OK && more ? csv_count(c) : 0;
        for (int32_t i = 0; i < n; i++)
            cells[i] = csv_field(c, i);
        if (e == OK && more)
            e = take_row(&t, csv_row(c) - 1, cells, n, f);
    }
    csv_close(c);
    return e;
}

/* ---- maps ---- */

static Err read_property(PlacesPlan *p, const GeoFeature *g, PlaceColumn column, Str *ret, Fault *f) {
    Str own = p->how->columns[column];

    *ret = (Str){ "", 0 };
    if (own.n)
        return geojson_word(g, own, &p->texts, ret, f);
    for (int i = 0; i < HEADINGS && headings[column][i]; i++)
        if (geojson_has(g, str(headings[column][i])))
            return geojson_word(g, str(headings[column][i]), &p->texts, ret, f);
    return OK;
}

/* Where it is the geometry says, whatever its attributes do. */
static Err take_feature(void *ctx, GeoFeature *g, Fault *f) {
    PlacesPlan *p = ctx;
    Cells c = { .row = g->number };
    PlaceRow *r;

    for (int i = 0; i < PLACE_COLUMNS; i++)
        TRY(read_property(p, g, (PlaceColumn)i, &c.of[i], f));
    if (g->pointed || g->shape.n_points)
        c.of[COLUMN_LON] = c.of[COLUMN_LAT] = (Str){ "", 0 };
    TRY(row_add(p, &r, f));
    TRY(take_cells(p, &c, r, f));
    if (g->pointed) {
        r->pointed = true;
        r->written = g->point;
    }
    r->shape = g->shape; /* ours now */
    g->shape = (Shape){ 0 };
    return OK;
}

static bool looks_like_json(Str bytes) {
    size_t i = bytes.n >= 3 && memcmp(bytes.p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (i < bytes.n && strchr(" \t\r\n", bytes.p[i]))
        i++;
    return i < bytes.n && bytes.p[i] == '{';
}

Err places_read(PlacesPlan *p, Str bytes, Fault *f) {
    Table t = { .plan = p };

    TRY(geojson_datum(p->how->crs, p->how->file, &p->datum, f));
    if (xlsx_looks_like(bytes))
        TRY(xlsx_read(bytes, p->how->sheet, each_row, &t, f));
    else if (looks_like_json(bytes))
        TRY(geojson_read_places(bytes, p->how->file, p->datum, take_feature, p, f));
    else
        TRY(read_csv(p, bytes, f));
    return p->n
               ? OK
               : fault(f, ERR_INVALID, "places_none", "", "文件里没有地点。", "There is no place in the file.");
}
