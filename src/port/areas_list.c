/* areas_list – micro-grids without a shape, from a list of buildings: building,
 * households, micro-grid, and perhaps the residential area and where it stands.
 * Headings in Chinese or English. Each building is in exactly one micro-grid; the
 * same name in another residential area is another building. A micro-grid that stands
 * is added to: areas_standing.c says what of the list is new, and what is otherwise. */
#include "areas_plan.h"

#include "csv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUILDING, HOUSEHOLDS, GRID, RESIDENTIAL, LON, LAT, COLUMNS };

static const struct {
    const char *zh, *en, *also;
    bool needed;
} columns[COLUMNS] = {
    [BUILDING] = { "楼栋", "building", "楼栋名称", true },
    [HOUSEHOLDS] = { "户数", "households", "住户数", true },
    [GRID] = { "微网格", "micro-grid", "micro_grid", true },
    [RESIDENTIAL] = { "居民区", "residential area", "residential_area", false },
    [LON] = { "经度", "lon", "longitude", false },
    [LAT] = { "纬度", "lat", "latitude", false },
};

typedef struct BuildingList {
    AreasPlan *plan;
    int32_t at[COLUMNS];
    Words grids, buildings; /* the latter by residential area and name */
} BuildingList;

static Err wrong_row(const Csv *c, const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "areas_list_row", "", "第 %lld 行（文件第 %lld 行）：%s%.0s",
                 "Row %lld (line %lld of the file): %.0s%s", (long long)csv_row(c), (long long)csv_line(c), zh,
                 en);
}

/* ---- the header ----------------------------------------------------------- */

static Err find_columns(Csv *c, int32_t ret_at[COLUMNS], Fault *f) {
    const char *names[COLUMNS * 3];
    bool needed[COLUMNS * 3] = { false };
    int32_t at[COLUMNS * 3];

    for (int i = 0; i < COLUMNS; i++) {
        names[i * 3] = columns[i].zh;
        names[i * 3 + 1] = columns[i].en;
        names[i * 3 + 2] = columns[i].also;
    }
    TRY(csv_header(c, names, needed, COLUMNS * 3, at, f));
    for (int i = 0; i < COLUMNS; i++) {
        ret_at[i] = at[i * 3] >= 0 ? at[i * 3] : at[i * 3 + 1] >= 0 ? at[i * 3 + 1] : at[i * 3 + 2];
        if (ret_at[i] < 0 && columns[i].needed)
            return fault(f, ERR_INVALID, "csv_column", columns[i].en,
                         "表头缺少“%s”列；要有：楼栋、户数、微网格，可有：居民区、经度、纬度。%.0s",
                         "%.0sThe header has no column “%s”; needed are building, households, micro-grid, and "
                         "there may be residential area, lon, lat.",
                         columns[i].zh, columns[i].en);
    }
    return OK;
}

/* ---- a row ---------------------------------------------------------------- */

static Err read_households(const Csv *c, Str word, int32_t *ret, Fault *f) {
    int32_t n = 0;

    for (size_t i = 0; i < word.n; i++) {
        n = n * 10 + (word.p[i] - '0');
        if (word.p[i] < '0' || word.p[i] > '9' || n > 100000)
            return wrong_row(c, "户数要是 0 到 100000 的整数。",
                             "Households are a whole number from 0 to 100,000.", f);
    }
    *ret = word.n ? n : -1;
    return OK;
}

static bool read_degrees(Str word, double *ret) {
    char *end;

    *ret = strtod(word.p, &end);
    return word.n && end == word.p + word.n && isfinite(*ret);
}

static Err read_spot(const BuildingList *l, const Csv *c, BuildingRow *b, Fault *f) {
    Str lon = csv_field(c, l->at[LON]), lat = csv_field(c, l->at[LAT]);
    Degrees d;
    Point at;

    if (lon.n == 0 && lat.n == 0)
        return OK;
    if (!read_degrees(lon, &d.lon) || !read_degrees(lat, &d.lat) || fabs(d.lon) > 180 || fabs(d.lat) > 90)
        return wrong_row(c, "经度、纬度要是度数，两个都写或都不写。",
                         "Longitude and latitude are degrees, both or neither.", f);
    d = datum_to_wgs84(l->plan->datum, d);
    b->placed = point_of_degrees(d.lon, d.lat, &at);
    b->lon = at.lon;
    b->lat = at.lat;
    return OK;
}

/* A grid of the layer that stands: the list adds to it, and may say where it is. */
static Err standing_grid(BuildingList *l, const Csv *c, BuildingRow *b, Fault *f) {
    const KnownArea *k = &l->plan->known.areas[b->known], *above;

    if (b->residential.n == 0 || k->parent < 0)
        return OK;
    above = &l->plan->known.areas[k->parent];
    return str_same(b->residential, above->code) || str_same(b->residential, above->name)
               ? OK
               : wrong_row(c, "这个微网格现在属于另一个居民区。",
                           "This micro-grid stands in another residential area.", f);
}

/* One that stands, or the row of a new one, made at its first building. */
static Err grid_of(BuildingList *l, const Csv *c, BuildingRow *b, Fault *f) {
    AreasPlan *p = l->plan;
    AreaRow *row;
    Str code, residential;
    int32_t *ret = &b->grid;

    TRY(str_copy(p->texts, csv_field(c, l->at[GRID]), &code, f));
    TRY(str_copy(p->texts, csv_field(c, l->at[RESIDENTIAL]), &residential, f));
    if (code.n == 0)
        return wrong_row(c, "没有写微网格。", "It names no micro-grid.", f);
    b->residential = residential;
    b->known = words_find(&p->known.codes, code);
    if (b->known >= 0 && p->known.areas[b->known].level == p->how->level)
        return standing_grid(l, c, b, f);
    b->known = -1; /* the code of another level: areas_words.c says that it is taken */
    TRY(words_put(&l->grids, code, p->n, ret, f));
    if (*ret == p->n) {
        TRY(areas_row_add(p, &row, f));
        row->level = p->how->level;
        row->code = row->name = code;
        row->feature = (int32_t)csv_row(c);
        row->line = (int32_t)csv_line(c);
        row->group[0] = residential;
        p->n_features++;
    } else if (!str_same(p->rows[*ret].group[0], residential))
        return wrong_row(c, "同一微网格前面写在另一个居民区。",
                         "Its micro-grid stands in another residential area above.", f);
    return OK;
}

Str areas_grid_code(const AreasPlan *p, const BuildingRow *b) {
    return b->known >= 0 ? p->known.areas[b->known].code : p->rows[b->grid].code;
}

static Err keep_building(AreasPlan *p, const BuildingRow *b, Fault *f) {
    if (p->n_buildings == p->buildings_room) {
        int32_t room = p->buildings_room ? p->buildings_room * 2 : 256;
        BuildingRow *wider = mem_grow(p->buildings, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        p->buildings = wider;
        p->buildings_room = room;
    }
    p->buildings[p->n_buildings++] = *b;
    return OK;
}

static Err judge_building(BuildingList *l, const BuildingRow *b, Fault *f) {
    AreasPlan *p = l->plan;
    Str residential = b->residential;
    size_t n = residential.n + 1 + b->name.n;
    char *key = arena_raw(p->texts, n);
    int32_t at;

    if (!key)
        return fault_arena(f);
    memcpy(key, residential.p, residential.n);
    key[residential.n] = '\n';
    memcpy(key + residential.n + 1, b->name.p, b->name.n);
    TRY(words_put(&l->buildings, (Str){ key, n }, p->n_buildings, &at, f));
    if (at == p->n_buildings)
        return OK;
    AreaNote note = { .kind = NOTE_TWICE,
                      .feature = b->row,
                      .line = b->line,
                      .code = b->name,
                      .other = areas_grid_code(p, &p->buildings[at]) };
    return areas_note(p->report, &note, f);
}

static Err take_row(BuildingList *l, const Csv *c, Fault *f) {
    AreasPlan *p = l->plan;
    BuildingRow b = {
        .grid = -1, .known = -1, .households = -1, .row = (int32_t)csv_row(c), .line = (int32_t)csv_line(c)
    };

    TRY(str_copy(p->texts, csv_field(c, l->at[BUILDING]), &b.name, f));
    if (b.name.n == 0 || utf8_count(b.name.p, b.name.n) > 120)
        return wrong_row(c, "楼栋名称缺失或超过 120 个字。",
                         "The building has no name, or one of more than 120 characters.", f);
    TRY(read_households(c, csv_field(c, l->at[HOUSEHOLDS]), &b.households, f));
    TRY(read_spot(l, c, &b, f));
    TRY(grid_of(l, c, &b, f));
    TRY(judge_building(l, &b, f));
    TRY(keep_building(p, &b, f));
    if (b.known >= 0)
        return OK;
    AreaRow *grid = &p->rows[b.grid];
    if (b.households > AREA_HOUSEHOLDS_MAX - (grid->households < 0 ? 0 : grid->households))
        return wrong_row(c, "这个微网格的户数合计超过 1000 万。",
                         "The households of its micro-grid come to more than 10 million.", f);
    if (b.households >= 0)
        grid->households = (grid->households < 0 ? 0 : grid->households) + b.households;
    return OK;
}

static Err read_rows(BuildingList *l, Csv *c, Fault *f) {
    bool more;

    TRY(find_columns(c, l->at, f));
    for (;;) {
        TRY(csv_next(c, &more, f));
        if (!more)
            break;
        TRY(take_row(l, c, f));
    }
    return l->plan->n_buildings ? OK
                                : fault(f, ERR_INVALID, "csv_empty", "", "表格里没有楼栋。",
                                        "There is no building in the table.");
}

/* ---- residential areas ----------------------------------------------------- */

/* A residential area of the layer by its code, else by its name if only one has it. */
static Str code_of_residential(const AreasPlan *p, Str word) {
    int32_t at = words_find(&p->known.codes, word), found = -1, n = 0;

    if (at >= 0)
        return word;
    for (int32_t i = 0; i < p->known.n; i++)
        if (p->known.areas[i].level == LEVEL_RESIDENTIAL && str_same(p->known.areas[i].name, word)) {
            found = i;
            n++;
        }
    return n == 1 ? p->known.areas[found].code : word;
}

/* Those that the layer has are named as parents; where it has none, the list makes
 * them. */
static Err settle_residential(AreasPlan *p, Fault *f) {
    bool known = false;

    for (int32_t i = 0; i < p->known.n; i++)
        known |= p->known.areas[i].level == LEVEL_RESIDENTIAL;
    for (size_t i = 0; i < p->n_groups; i++)
        if (p->groups[i].by == GROUP_BY_FIELD)
            return fault(f, ERR_INVALID, "areas_list_group", "dissolve", "楼栋清单没有其他属性可以分组。",
                         "A list of buildings has no other attribute to group by.");
    if (p->n_features == 0)
        return OK; /* all grids stand */
    if (known) {
        p->named = true;
        for (int32_t i = 0; i < p->n_features; i++)
            p->rows[i].parent_code = code_of_residential(p, p->rows[i].group[0]);
        return OK;
    }
    memmove(&p->groups[1], &p->groups[0], p->n_groups * sizeof p->groups[0]);
    p->groups[0] = (AreasGroup){ .level = LEVEL_RESIDENTIAL, .by = GROUP_BY_FIELD };
    p->n_groups++;
    return OK;
}

Err areas_read_list(AreasPlan *p, Str text, Fault *f) {
    BuildingList l = { .plan = p };
    AreasSheet s;

    TRY(areas_sheet_open(text, &s, f));
    Err e = read_rows(&l, s.csv, f);
    areas_sheet_close(&s);
    words_end(&l.grids);
    words_end(&l.buildings);
    TRY(e);
    return l.at[RESIDENTIAL] >= 0 ? settle_residential(p, f) : OK;
}
