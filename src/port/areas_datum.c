/* areas_datum – are the coordinates what they seem to be? A file with latitude first,
 * and one in GCJ-02 or BD-09 that calls itself WGS84, read without a fault and put
 * everything in the wrong place. What the installation has of the ground already tells:
 * the same areas elsewhere by one and the same shift (by code, by name, or the nearest
 * of the same size), or, where no area is there twice, levels that nest far better when
 * the file is read otherwise. Where nothing is known, only what no city can be: one in
 * the Antarctic. */
#include "areas_marks.h"
#include "areas_plan.h"
#include "datum_guess.h"
#include "geojson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- latitude first ---------------------------------------------------------- */

enum { SOUTHMOST = -600000000, NORTHMOST = 840000000 }; /* no city beyond, in 1e-7 degree */

static Point turned(Point p) { return (Point){ p.lat, p.lon }; }
static bool turns(Point p) { return abs(p.lon) <= LAT_MAX; }
static bool habitable(Point p) { return p.lat >= SOUTHMOST && p.lat <= NORTHMOST; }

static Err fault_swapped(const AreasPlan *p, int64_t n, int64_t of, Fault *f) {
    Str file = p->how->file;
    return fault(
        f, ERR_INVALID, "areas_swapped", "",
        "没有导入任何内容：经度和纬度写反了，%lld 个要素中有 %lld 个交换后才在这座城市（或有人居住的地方）。"
        "可以先交换：" GEOJSON_SWAP_LINE " '%.*s'",
        "Nothing was imported: latitude stands first; of %lld features %lld lie where the city (or any "
        "city) is only when both are exchanged. Exchange them: " GEOJSON_SWAP_LINE " '%.*s'",
        (long long)of, (long long)n, (int)(file.n < 120 ? file.n : 120), file.p);
}

static Err judge_order(const AreasPlan *p, const AreaMarks *marks, Fault *f) {
    Box city = box_wider(marks->box, DEGREE_E7 / 2, DEGREE_E7 / 2);
    int64_t n = 0, here = 0, here_turned = 0, alive = 0, alive_turned = 0;
    Point at;

    for (int32_t i = 0; i < p->n_features; i++) {
        if (!shape_label(&p->rows[i].shape, &at))
            continue;
        n++;
        here += marks->n && box_has(city, at);
        here_turned += marks->n && turns(at) && box_has(city, turned(at));
        alive += habitable(at);
        alive_turned += turns(at) && habitable(turned(at));
    }
    if (here == 0 && here_turned * 2 > n)
        return fault_swapped(p, here_turned, n, f);
    return n && alive == 0 && alive_turned == n ? fault_swapped(p, n, n, f) : OK;
}

/* ---- another datum: the same areas -------------------------------------------- */

static Degrees degrees_of(Point p) { return (Degrees){ point_lon(p), point_lat(p) }; }

/* Known from before under the same code, else under the same name; of one level. */
static int32_t mark_named(const AreaRow *row, const AreaMarks *marks, const Words *codes, const Words *names) {
    int32_t at = words_find(codes, row->code);

    if (at < 0 || marks->list[at].level != row->level)
        at = words_find(names, row->name);
    return at >= 0 && marks->list[at].level == row->level ? at : -1;
}

/* Nearest within the reach of any datum's offset, and as large within 2 %. */
static int32_t mark_alike(Point label, double m2, const AreaMarks *marks) {
    enum { REACH = 150000, REACH_M = 1500 };
    int32_t low = 0, high = marks->n, best = -1;
    double nearest = REACH_M;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (marks->list[middle].label.lat < label.lat - REACH)
            low = middle + 1;
        else
            high = middle;
    }
    for (int32_t i = low; i < marks->n && marks->list[i].label.lat <= label.lat + REACH; i++) {
        double m = point_distance_m(label, marks->list[i].label);
        if (m < nearest && fabs(marks->list[i].m2 - m2) <= m2 * 0.02) {
            nearest = m;
            best = i;
        }
    }
    return best;
}

static int64_t pair_up(const AreasPlan *p, const AreaMarks *marks, const Words *codes, const Words *names,
                       DatumPair *pairs) {
    int64_t n = 0;
    Point at;

    for (int32_t i = 0; i < p->n_features; i++) {
        const AreaRow *row = &p->rows[i];
        if (!shape_label(&row->shape, &at))
            continue;
        int32_t k = mark_named(row, marks, codes, names);
        if (k < 0)
            k = mark_alike(at, shape_area_m2(&row->shape), marks);
        if (k >= 0)
            pairs[n++] = (DatumPair){ degrees_of(at), degrees_of(marks->list[k].label) };
    }
    return n;
}

static Err shift_of_pairs(const AreasPlan *p, const AreaMarks *marks, DatumShift *ret, Fault *f) {
    Words codes = { 0 }, names = { 0 };
    DatumPair *pairs = mem_alloc(((size_t)p->n_features + 1) * sizeof *pairs);
    Err e = pairs ? OK : fault_memory(f);
    int32_t was;

    for (int32_t i = 0; e == OK && i < marks->n; i++) {
        e = words_put(&codes, marks->list[i].code, i, &was, f);
        if (e == OK)
            e = words_put(&names, marks->list[i].name, i, &was, f);
    }
    if (e == OK)
        e = datum_shift(pairs, pair_up(p, marks, &codes, &names, pairs), ret, f);
    words_end(&codes);
    words_end(&names);
    mem_free(pairs);
    return e;
}

/* ---- another datum: what they lie in ------------------------------------------- */

typedef struct Nest {
    Shape *children, *parents; /* the latter borrowed */
    int32_t *found;
    int32_t n, n_parents;
    double whole_m2;
} Nest;

/* The lowest level above that has shapes. */
static void gather_parents(const AreasPlan *p, Nest *t) {
    for (int above = (int)p->how->level - 1; t->n_parents == 0 && above >= LEVEL_DISTRICT; above--)
        for (int32_t i = 0; i < p->known.n; i++)
            if ((int)p->known.areas[i].level == above && p->known.areas[i].shape.n_polys)
                t->parents[t->n_parents++] = p->known.areas[i].shape;
}

static Err outside_if(Nest *t, const AreasPlan *p, Datum datum, double *ret_m2, Fault *f) {
    Audit audit = { 0 };

    t->n = 0;
    for (int32_t i = 0; i < p->n_features; i++) {
        if (p->rows[i].shape.n_polys == 0)
            continue;
        Shape *s = &t->children[t->n];
        TRY(shape_copy(NULL, &p->rows[i].shape, s, f));
        t->n++;
        for (int32_t k = 0; k < s->n_points; k++) {
            Degrees d = datum_to_wgs84(datum, degrees_of(s->points[k]));
            point_of_degrees(d.lon, d.lat, &s->points[k]);
        }
    }
    TRY(audit_parents(t->children, t->n, t->parents, t->n_parents, NULL, t->found, &audit, f));
    *ret_m2 = audit.outside_m2;
    audit_free(&audit);
    return OK;
}

static void drop_children(Nest *t) {
    for (int32_t i = 0; i < t->n; i++)
        shape_free(&t->children[i]);
    t->n = 0;
}

/* Read as the datum less than a quarter of what reaches outside now may be left. */
static Err judge_nest(Nest *t, const AreasPlan *p, DatumShift *ret, Fault *f) {
    static const Datum others[] = { DATUM_WGS84, DATUM_GCJ02, DATUM_BD09 };
    double m2 = 0, least = 0, whole = 0;

    for (int32_t i = 0; i < p->n_features; i++)
        whole += shape_area_m2(&p->rows[i].shape);
    for (size_t i = 0; i < COUNT(others); i++) {
        Err e = outside_if(t, p, others[i], &m2, f);
        drop_children(t);
        TRY(e);
        if (i == 0 && m2 < whole / 200)
            return OK; /* nests well enough */
        if (i == 0)
            least = m2 / 4;
        else if (m2 < least) {
            least = m2;
            ret->datum = others[i];
        }
    }
    return OK;
}

static Err shift_of_nest(const AreasPlan *p, DatumShift *ret, Fault *f) {
    Nest t = { .children = mem_alloc(((size_t)p->n_features + 1) * sizeof *t.children),
               .parents = mem_alloc(((size_t)p->known.n + 1) * sizeof *t.parents),
               .found = mem_alloc(((size_t)p->n_features + 1) * sizeof *t.found) };
    Err e = t.children && t.parents && t.found ? OK : fault_memory(f);

    if (e == OK)
        gather_parents(p, &t);
    if (e == OK && t.n_parents && p->n_features >= DATUM_PAIRS_LEAST)
        e = judge_nest(&t, p, ret, f);
    mem_free(t.children);
    mem_free(t.parents);
    mem_free(t.found);
    return e;
}

/* ---- the verdict ---------------------------------------------------------------- */

/* What speaks for it, in both languages. */
static void say_why(const DatumShift *shift, char zh[160], char en[160]) {
    if (shift->pairs >= DATUM_PAIRS_LEAST) {
        snprintf(zh, 160, "%lld 个已有的网格比原位置偏东 %d 米、偏北 %d 米", (long long)shift->pairs,
                 shift->east_m, shift->north_m);
        snprintf(en, 160, "%lld areas that are known lie %d m east and %d m north of themselves",
                 (long long)shift->pairs, shift->east_m, shift->north_m);
    } else {
        snprintf(zh, 160, "这样读取，网格才落在上级之内");
        snprintf(en, 160, "read so the areas lie in those of the level above, as written they do not");
    }
}

static Err say(AreasPlan *p, const DatumShift *shift, Degrees at, Fault *f) {
    AreaNote note = { .kind = NOTE_DATUM, .code = p->how->file, .count = datum_offset_m(shift->datum, at) };
    const char *name = datum_name(shift->datum);
    char zh[160], en[160];

    snprintf(note.why, sizeof note.why, "%s", name);
    if (p->how->crs_sure)
        return areas_note(p->report, &note, f);
    say_why(shift, zh, en);
    return fault(f, ERR_INVALID, "areas_datum", "crs",
                 "没有导入任何内容：坐标像是 %s，不是 WGS-84（此处相差约 %d 米）：%s%.0s。请用 --crs %s "
                 "重新导入；确实是 WGS-84 的，写明 --crs wgs84。",
                 "Nothing was imported: the coordinates look like %s and not WGS84 (about %d m apart there): "
                 "%.0s%s. Import with --crs %s; if they are WGS84 indeed, say so: --crs wgs84.",
                 name, (int)note.count, zh, en, name);
}

static Err judge_datum(AreasPlan *p, const AreaMarks *marks, Fault *f) {
    DatumShift shift = { .datum = DATUM_WGS84 };
    Point at;

    if (p->datum != DATUM_WGS84 || marks->n == 0 || !shape_label(&p->rows[0].shape, &at) ||
        !datum_offsets(degrees_of(at)))
        return OK;
    TRY(shift_of_pairs(p, marks, &shift, f));
    if (shift.pairs < DATUM_PAIRS_LEAST)
        TRY(shift_of_nest(p, &shift, f));
    return shift.datum == DATUM_WGS84 ? OK : say(p, &shift, degrees_of(at), f);
}

Err areas_datum(Store *s, AreasPlan *p, Fault *f) {
    AreaMarks marks;

    if (p->n_features == 0 || p->how->buildings)
        return OK;
    Err e = area_marks_load(s, &marks, f);
    e = e == OK ? judge_order(p, &marks, f) : e;
    e = e == OK ? judge_datum(p, &marks, f) : e;
    area_marks_free(&marks);
    return e;
}
