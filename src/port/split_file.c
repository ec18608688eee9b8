/* split_file – see split_file.h. The file is read as a whole first, because a write may
 * run twice; the names of the table are looked up in the write itself. */
#include "split_file.h"

#include "area.h"
#include "area_change.h"
#include "csv.h"
#include "geojson.h"
#include "place.h"
#include "words.h"

#include <string.h>

enum { PARTS_MAX = 20, ROWS_MAX = 20000, WRITE_ROOM = 256 << 20 };

typedef struct ListRow {
    int64_t row;
    Str building, area;
    int32_t part;
} ListRow;

typedef struct Split {
    const SplitOptions *how;
    Arena texts, write;
    AreaPartPut parts[PARTS_MAX];
    Shape shapes[PARTS_MAX];
    int32_t n;
    ListRow *rows;
    int32_t n_rows;
    SplitDone done;
} Split;

static Err add_part(Split *s, Str code, Str name, int32_t households, Fault *f) {
    if (s->n == PARTS_MAX)
        return fault(f, ERR_LIMIT, "split_parts", "parts", "拆分要有 2 到 %d 个部分。",
                     "A split needs 2 to %d parts.", PARTS_MAX);
    s->parts[s->n++] = (AreaPartPut){ .code = code, .name = name.n ? name : code, .households = households };
    return OK;
}

/* ---- a map ---- */

static Err read_households(const GeoFeature *g, Split *s, int32_t *ret, Fault *f) {
    Str word = { "", 0 };
    int64_t n = 0;

    if (s->how->households.n)
        TRY(geojson_word(g, s->how->households, &s->texts, &word, f));
    for (size_t i = 0; i < word.n; i++) {
        n = n * 10 + (word.p[i] - '0');
        if (word.p[i] < '0' || word.p[i] > '9' || n > 10000000)
            return fault(f, ERR_INVALID, "areas_households", "", "户数“%.40s”不是 0 到 1000 万之间的整数。",
                         "The households “%.40s” are no whole number from 0 to 10 million.", word.p);
    }
    *ret = word.n ? (int32_t)n : -1;
    return OK;
}

static Err take_feature(void *ctx, GeoFeature *g, Fault *f) {
    Split *s = ctx;
    Str code, name;
    int32_t households = -1;

    TRY(geojson_word(g, s->how->code.n ? s->how->code : str("code"), &s->texts, &code, f));
    TRY(geojson_word(g, s->how->name.n ? s->how->name : str("name"), &s->texts, &name, f));
    TRY(read_households(g, s, &households, f));
    if (code.n == 0)
        return fault(f, ERR_INVALID, "split_code", "code", "没有写代码（属性 %.*s）。",
                     "It has no code (attribute %.*s).", s->how->code.n ? (int)s->how->code.n : 4,
                     s->how->code.n ? s->how->code.p : "code");
    TRY(add_part(s, code, name, households, f));
    s->shapes[s->n - 1] = g->shape;
    g->shape = (Shape){ 0 };
    s->parts[s->n - 1].shape = &s->shapes[s->n - 1];
    return OK;
}

static Err read_map(Split *s, Str bytes, Fault *f) {
    Datum datum;

    TRY(geojson_datum(s->how->crs.n ? s->how->crs : str("wgs84"), s->how->file, &datum, f));
    return geojson_read(bytes, s->how->file, datum, take_feature, s, f);
}

/* ---- a list ---- */

enum { BUILDING, AREA, PART, PART_NAME, COLUMNS };
static const char *const headings[2 * COLUMNS] = { "楼栋",     "下级网格", "新网格", "新网格名称",
                                                   "building", "area",     "part",   "part name" };

static Err find_columns(Csv *c, int32_t ret_at[COLUMNS], Fault *f) {
    static const bool needed[2 * COLUMNS] = { false };
    int32_t at[2 * COLUMNS];

    TRY(csv_header(c, headings, needed, 2 * COLUMNS, at, f));
    for (int i = 0; i < COLUMNS; i++)
        ret_at[i] = at[i] >= 0 ? at[i] : at[i + COLUMNS];
    if (ret_at[PART] >= 0 && (ret_at[BUILDING] >= 0 || ret_at[AREA] >= 0))
        return OK;
    return fault(
        f, ERR_INVALID, "split_columns", "part",
        "表头要有“新网格”，以及“楼栋”（名称）或“下级网格”（代码）；可有“新网格名称”。",
        "The header needs “part”, and “building” (names) or “area” (codes); there may be “part name”.");
}

static Err wrong_row(int64_t row, const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "split_row", "", "第 %lld 行：%s%.0s", "Row %lld: %.0s%s", (long long)row, zh,
                 en);
}

static Err take_row(Split *s, Csv *c, const int32_t at[COLUMNS], Fault *f) {
    ListRow *r = &s->rows[s->n_rows];
    Str part, name;

    *r = (ListRow){ .row = csv_row(c) };
    if (s->n_rows == ROWS_MAX)
        return wrong_row(r->row, "清单太长，最多 20000 行。", "The list is too long: at most 20,000 rows.", f);
    TRY(str_copy(&s->texts, csv_unguard(csv_field(c, at[BUILDING])), &r->building, f));
    TRY(str_copy(&s->texts, csv_unguard(csv_field(c, at[AREA])), &r->area, f));
    TRY(str_copy(&s->texts, csv_unguard(csv_field(c, at[PART])), &part, f));
    TRY(str_copy(&s->texts, csv_unguard(csv_field(c, at[PART_NAME])), &name, f));
    if (part.n == 0 || (r->building.n == 0) == (r->area.n == 0))
        return wrong_row(r->row, "要写新网格，以及楼栋、下级网格两者之一。",
                         "It needs the part, and one of building and area.", f);
    for (r->part = 0; r->part < s->n && !str_same(s->parts[r->part].code, part); r->part++)
        ;
    if (r->part == s->n)
        TRY(add_part(s, part, name, -1, f));
    s->n_rows++;
    return OK;
}

static Err read_list(Split *s, Str bytes, Fault *f) {
    CsvMemory from = { bytes };
    int32_t at[COLUMNS];
    bool more = true;
    Csv *c;

    s->rows = arena_take(&s->texts, (ROWS_MAX + 1) * sizeof *s->rows);
    if (!s->rows)
        return fault_arena(f);
    TRY(csv_open(csv_from_memory, &from, (CsvLimits){ 0 }, &c, f));
    Err e = find_columns(c, at, f);
    while (e == OK && more) {
        e = csv_next(c, &more, f);
        e = e == OK && more ? take_row(s, c, at, f) : e;
    }
    csv_close(c);
    return e;
}

/* ---- writing ---- */

static Err find_row(Tx *tx, const Area *a, const ListRow *r, PlaceKey *ret_place, AreaKey *ret_area, Fault *f) {
    Place p;
    Area child;
    bool found;

    if (r->area.n) {
        Err e = area_by_code(tx, a->layer, r->area, &child, f);
        if (e == ERR_NOT_FOUND)
            return fault(f, ERR_INVALID, "split_row", "", "第 %lld 行：没有代码为“%.*s”的网格。",
                         "Row %lld: there is no area with the code “%.*s”.", (long long)r->row, (int)r->area.n,
                         r->area.p);
        ret_area->id = child.id;
        return e;
    }
    TRY(place_by_name(tx, a->id, r->building, &p, &found, f));
    ret_place->id = p.id;
    return found ? OK
                 : fault(f, ERR_INVALID, "split_row", "", "第 %lld 行：“%.*s”里没有楼栋“%.*s”。",
                         "Row %lld: in “%.*s” there is no building “%.*s”.", (long long)r->row, (int)a->code.n,
                         a->code.p, (int)r->building.n, r->building.p);
}

static Err look_up(Tx *tx, Split *s, const Area *a, Fault *f) {
    size_t n = (size_t)s->n_rows;

    for (int32_t i = 0; i < s->n; i++) {
        AreaPartPut *part = &s->parts[i];
        PlaceKey *places = arena_take(tx_arena(tx), (n + 1) * sizeof *places);
        AreaKey *areas = arena_take(tx_arena(tx), (n + 1) * sizeof *areas);
        if (!places || !areas)
            return fault_arena(f);
        part->places = places;
        part->areas = areas;
        part->n_places = part->n_areas = 0;
        for (size_t k = 0; k < n; k++) {
            const ListRow *r = &s->rows[k];
            if (r->part != i)
                continue;
            TRY(find_row(tx, a, r, &places[part->n_places], &areas[part->n_areas], f));
            part->n_areas += r->area.n > 0;
            part->n_places += r->area.n == 0;
        }
    }
    return OK;
}

static Err write_split(Tx *tx, void *arg, Fault *f) {
    Split *s = arg;
    Layer layer;
    Area a, after;

    s->write.used = 0;
    tx_lend(tx, &s->write);
    if (s->how->layer.n) {
        TRY(layer_find(tx, s->how->layer, &layer, f));
        TRY(area_by_code(tx, layer.id, s->how->area, &a, f));
    } else
        TRY(area_governing_by_code(tx, s->how->area, &a, f));
    if (s->n_rows)
        TRY(look_up(tx, s, &a, f));
    TRY(area_split_into(tx, a.id, s->how->day, s->how->note, s->parts, (size_t)s->n, &after, f));
    s->done = (SplitDone){ .state = after.state, .parts = s->n };
    return OK;
}

static bool is_map(Str bytes) {
    size_t i = 0;

    while (i < bytes.n && memchr("\xEF\xBB\xBF \t\r\n", bytes.p[i], 7))
        i++;
    return i < bytes.n && bytes.p[i] == '{';
}

Err split_file(Store *store, Str bytes, const SplitOptions *how, SplitDone *ret, Fault *f) {
    Split s = { .how = how };

    TRY(arena_begin(&s.texts, bytes.n * 2 + (4 << 20), f));
    Err e = arena_begin(&s.write, WRITE_ROOM, f);
    e = e != OK ? e : is_map(bytes) ? read_map(&s, bytes, f) : read_list(&s, bytes, f);
    e = e == OK ? store_write_now(store, write_split, &s, false, f) : e;
    if (e == OK)
        *ret = s.done;
    for (int32_t i = 0; i < s.n; i++)
        shape_free(&s.shapes[i]);
    arena_end(&s.write);
    arena_end(&s.texts);
    return e;
}
