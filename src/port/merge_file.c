/* merge_file – see merge_file.h. */
#include "merge_file.h"

#include "crosswalk.h"
#include "csv.h"
#include "grid_merge.h"
#include "micro_plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert((int)MERGE_FILE_LAYERS_MAX == (int)MERGE_LAYERS_MAX, "as many as the engine takes");

enum { ROWS_ROOM = 64 << 20 };

struct MergeDone {
    GridMerge g;
    char names[MERGE_LAYERS_MAX][64]; /* of the layers, as they were asked for */
};

/* ---- making ------------------------------------------------------------- */

typedef struct Asking {
    GridMergeAsk ask;
    GridMerge *to;
    Arena rows;
} Asking;

static Err ask(Tx *tx, void *arg, Fault *f) {
    Asking *q = arg;

    tx_lend(tx, &q->rows);
    if (q->to->ground)
        grid_merge_free(q->to);
    return grid_merge_make(tx, &q->ask, q->to, f);
}

static Err read_options(const MergeOptions *how, MergeDone *m, GridMergeAsk *ret, Fault *f) {
    GridMergeAsk q = { .within = how->within,
                       .n_layers = how->n_layers,
                       .min = how->min,
                       .max = how->max,
                       .grids = how->grids,
                       .sweeps = how->sweeps,
                       .threads = how->threads,
                       .compact = how->compact,
                       .seed = how->seed };

    for (int32_t i = 0; i < how->n_layers && i < MERGE_LAYERS_MAX; i++) {
        TRY(cross_side_read(how->layers[i], &q.layers[i], f));
        snprintf(m->names[i], sizeof m->names[i], "%.*s", (int)how->layers[i].n, how->layers[i].p);
    }
    q.pieces = str_is(how->whole, "none");
    q.whole_named = how->whole.n && !q.pieces;
    if (q.whole_named)
        TRY(cross_side_read(how->whole, &q.whole, f));
    *ret = q;
    return OK;
}

Err merge_file_make(Store *s, const MergeOptions *how, MergeDone **ret, Fault *f) {
    MergeDone *m = mem_alloc(sizeof *m);
    Asking q = { 0 };

    if (!m)
        return fault_memory(f);
    memset(m, 0, sizeof *m);
    Err e = read_options(how, m, &q.ask, f);
    q.to = &m->g;
    if (e == OK)
        e = arena_begin(&q.rows, ROWS_ROOM, f);
    if (e == OK) {
        e = store_read(s, -1, ask, &q, f);
        arena_end(&q.rows);
    }
    if (e == OK)
        *ret = m;
    else
        merge_file_free(m);
    return e;
}

void merge_file_free(MergeDone *m) {
    if (m && m->g.ground)
        grid_merge_free(&m->g);
    mem_free(m);
}

/* ---- tables ------------------------------------------------------------- */

static const char *word(const MergeDone *m, size_t at) { return grid_merge_word(&m->g, at); }

static void put_number(CsvOut *o, const char *how, double x) {
    char text[32];
    snprintf(text, sizeof text, how, x);
    csv_put(o, str(text));
}

static const CrossArea *area_of(const MergeDone *m, const MergeShare *s) {
    return &m->g.layers[s->layer].areas[s->area];
}

/* "P 62 %, Q": most first; what is there whole has no number. Crumbs are left out. */
static void put_takes(const MergeDone *m, int32_t grid, int32_t layer, Buf *out) {
    const Merge *x = &m->g.merge;
    bool first = true;

    for (int64_t i = 0; i < x->n_shares; i++) {
        const MergeShare *s = &x->shares[i];
        if (s->grid != grid || s->layer != layer || s->of_area < 1 - CROSSWALK_WHOLE)
            continue;
        buf_fmt(out, "%s%s", first ? "" : "; ", word(m, area_of(m, s)->code));
        if (s->of_area < CROSSWALK_WHOLE)
            buf_fmt(out, " %.0f %%", s->of_area * 100);
        first = false;
    }
}

static void put_grids(const MergeDone *m, Buf *out) {
    static const char *const heads[] = { "code",   "name",    "within",   "households", "units",
                                         "reason", "area_m2", "border_m", "new_m" };
    const Merge *x = &m->g.merge;
    CsvOut o = { .b = out };
    char text[120], room[4096];

    csv_begin(&o);
    for (size_t i = 0; i < COUNT(heads); i++)
        csv_put(&o, str(heads[i]));
    for (int32_t l = 0; l < x->n_layers; l++) {
        static const char *const each[] = { "%s_takes", "%s_along_m", "%s_crossed_m" };
        for (size_t i = 0; i < COUNT(each); i++) {
            snprintf(text, sizeof text, each[i], m->names[l]);
            csv_put(&o, str(text));
        }
    }
    csv_end_row(&o);
    for (int32_t g = 0; g < x->n_grids; g++) {
        const MergeGrid *grid = &x->grids[g];
        csv_put(&o, str(word(m, m->g.codes[g])));
        csv_put(&o, str(word(m, m->g.names_zh[g])));
        csv_put(&o, str(word(m, m->g.hard_codes[g])));
        csv_put_int(&o, grid->households);
        csv_put_int(&o, grid->units);
        csv_put(&o, str(micro_reason_key(grid->reason)));
        put_number(&o, "%.0f", grid->m2);
        put_number(&o, "%.1f", grid->border_m);
        put_number(&o, "%.1f", grid->new_m);
        for (int32_t l = 0; l < x->n_layers; l++) {
            Buf takes = { room, 0, sizeof room, false, 0 };
            put_takes(m, g, l, &takes);
            csv_put(&o, buf_view(&takes));
            put_number(&o, "%.1f", grid->along_m[l]);
            put_number(&o, "%.1f", grid->crossed_m[l]);
        }
        csv_end_row(&o);
    }
}

static void put_units(const MergeDone *m, Buf *out) {
    CsvOut o = { .b = out };

    csv_begin(&o);
    csv_put(&o, str("unit"));
    csv_put(&o, str("grid"));
    csv_put(&o, str("unit_name"));
    csv_put(&o, str("kind"));
    csv_put(&o, str("households"));
    csv_end_row(&o);
    for (int32_t i = 0; i < m->g.n_units; i++) {
        const GridMergeUnit *u = &m->g.units[i];
        csv_put(&o, str(word(m, u->code)));
        csv_put(&o, str(word(m, m->g.codes[m->g.merge.grid[i]])));
        csv_put(&o, str(word(m, u->name)));
        csv_put(&o, str(u->piece ? "piece" : "area"));
        csv_put_int(&o, m->g.in.units[i].households);
        csv_end_row(&o);
    }
}

static void put_areas(const MergeDone *m, Buf *out) {
    static const char *const heads[] = { "layer", "code",          "name",          "grid",
                                         "fit",   "share_of_area", "share_of_grid", "m2" };
    const Merge *x = &m->g.merge;
    CsvOut o = { .b = out };

    csv_begin(&o);
    for (size_t i = 0; i < COUNT(heads); i++)
        csv_put(&o, str(heads[i]));
    csv_end_row(&o);
    for (int64_t i = 0; i < x->n_shares; i++) {
        const MergeShare *s = &x->shares[i];
        csv_put(&o, str(m->names[s->layer]));
        csv_put(&o, str(word(m, area_of(m, s)->code)));
        csv_put(&o, str(word(m, area_of(m, s)->name)));
        csv_put(&o, str(word(m, m->g.codes[s->grid])));
        csv_put(&o, str(s->of_area >= CROSSWALK_WHOLE ? "whole" : "part"));
        put_number(&o, "%.6f", s->of_area);
        put_number(&o, "%.6f", s->of_grid);
        put_number(&o, "%.2f", s->m2);
        csv_end_row(&o);
    }
}

/* ---- the map ------------------------------------------------------------ */

static Err put_feature(const MergeDone *m, int32_t g, Buf *out, Fault *f) {
    const Merge *x = &m->g.merge;
    const MergeGrid *grid = &x->grids[g];
    char room[4096];
    Shape shape;

    buf_fmt(out, "%s\n{\"type\":\"Feature\",\"properties\":{\"code\":", g ? "," : "");
    buf_json(out, str(word(m, m->g.codes[g])));
    buf_str(out, ",\"name\":");
    buf_json(out, str(word(m, m->g.names_zh[g])));
    buf_str(out, ",\"within\":");
    buf_json(out, str(word(m, m->g.hard_codes[g])));
    buf_fmt(out, ",\"households\":%lld,\"reason\":\"%s\",\"border_m\":%.1f,\"new_m\":%.1f",
            (long long)grid->households, micro_reason_key(grid->reason), grid->border_m, grid->new_m);
    for (int32_t l = 0; l < x->n_layers; l++) {
        Buf takes = { room, 0, sizeof room, false, 0 };
        put_takes(m, g, l, &takes);
        buf_char(out, ',');
        buf_json(out, str(m->names[l]));
        buf_char(out, ':');
        buf_json(out, buf_view(&takes));
    }
    buf_str(out, "},\"geometry\":");
    TRY(merge_ground(x, &m->g.in, g, &shape, f));
    shape_geojson(&shape, 0, out);
    shape_free(&shape);
    buf_str(out, "}");
    return OK;
}

Err merge_file_put(const MergeDone *m, MergeTable what, Buf *out, Fault *f) {
    if (what == MERGE_TABLE_GRIDS)
        put_grids(m, out);
    else if (what == MERGE_TABLE_UNITS)
        put_units(m, out);
    else if (what == MERGE_TABLE_AREAS)
        put_areas(m, out);
    else {
        buf_str(out, "{\"type\":\"FeatureCollection\",\"features\":[");
        for (int32_t g = 0; g < m->g.merge.n_grids; g++)
            TRY(put_feature(m, g, out, f));
        buf_str(out, "]}\n");
    }
    return out->full ? fault_memory(f) : OK;
}

/* ---- figures ------------------------------------------------------------ */

static double percent(double part, double all) { return all > 0 ? part / all * 100 : 0; }

void merge_file_json(const MergeDone *m, Buf *out) {
    const Merge *x = &m->g.merge;

    buf_fmt(out,
            "{\"units\":%d,\"pieces\":%d,\"of\":\"%s\",\"left_out_households\":%lld,\"grids\":%d,"
            "\"out_of_range\":%d,\"border_m\":%.1f,\"new_m\":%.1f,\"layers\":[",
            m->g.n_units, m->g.n_pieces, m->g.by_places ? "places" : "areas", (long long)m->g.left_out,
            x->n_grids, x->out_of_range, x->border_m, x->new_m);
    for (int32_t l = 0; l < x->n_layers; l++) {
        buf_fmt(out, "%s{\"layer\":", l ? "," : "");
        buf_json(out, str(m->names[l]));
        buf_fmt(out, ",\"areas\":%d,\"along_m\":%.1f,\"border_m\":%.1f,\"followed_m\":%.1f,\"crossed_m\":%.1f}",
                m->g.layers[l].n, x->along_m[l], x->layer_m[l], x->kept_m[l], x->layer_m[l] - x->kept_m[l]);
    }
    buf_str(out, "]}\n");
}

/* How much of each layer's borders the proposal follows, and each layer by itself would. */
static void say_compared(const MergeDone *m, Buf *out) {
    const Merge *x = &m->g.merge;

    buf_str(out, "跟随的现有边界 / borders followed, %:\n");
    buf_fmt(out, "  %-28s", "");
    for (int32_t l = 0; l < x->n_layers; l++)
        buf_fmt(out, " %16.16s", m->names[l]);
    buf_fmt(out, "\n  %-28s", "方案 / proposal");
    for (int32_t l = 0; l < x->n_layers; l++)
        buf_fmt(out, " %16.1f", percent(x->kept_m[l], x->layer_m[l]));
    buf_char(out, '\n');
    for (int32_t own = 0; own < x->n_layers; own++) {
        buf_fmt(out, "  %-28.28s", m->names[own]);
        for (int32_t l = 0; l < x->n_layers; l++)
            if (l == own)
                buf_fmt(out, " %16s", "–");
            else
                buf_fmt(out, " %16.1f", percent(x->shared_m[l][own], x->layer_m[l]));
        buf_fmt(out, "   （%d）\n", m->g.layers[own].n);
    }
}

static void say_grid(const MergeDone *m, int32_t g, Buf *out) {
    const Merge *x = &m->g.merge;
    const MergeGrid *grid = &x->grids[g];

    buf_fmt(out, "%8lld %6d %9.0f %6.1f  %s %s", (long long)grid->households, grid->units, grid->border_m,
            percent(grid->new_m, grid->border_m), word(m, m->g.codes[g]), word(m, m->g.names_zh[g]));
    if (grid->reason != PARTITION_KEEPS)
        buf_fmt(out, "  ! %s / %s", partition_reason_zh[grid->reason], partition_reason_en[grid->reason]);
    for (int32_t l = 0; l < x->n_layers; l++) {
        buf_fmt(out, "\n%34s%s: ", "", m->names[l]);
        put_takes(m, g, l, out);
    }
    buf_char(out, '\n');
}

void merge_file_words(const MergeDone *m, Buf *out) {
    const Merge *x = &m->g.merge;

    buf_fmt(out, "地块 / units: %d（切出的 / pieces: %d）；户数来自 / households of %s\n", m->g.n_units,
            m->g.n_pieces, m->g.by_places ? "楼栋 buildings" : "网格 areas");
    if (m->g.left_out)
        buf_fmt(out, "不在任何地块的户数 / households in no unit: %lld\n", (long long)m->g.left_out);
    buf_fmt(out, "综合网格 / comprehensive grids: %d（%d 不合范围 / out of range）\n", x->n_grids,
            x->out_of_range);
    buf_fmt(out, "边界 / borders: %.0f m，其中新划 / of them new: %.0f m（%.1f %%）\n", x->border_m, x->new_m,
            percent(x->new_m, x->border_m));
    say_compared(m, out);
    buf_fmt(out, "%8s %6s %9s %6s  网格 / grid\n", "户/hh", "units", "border m", "new %");
    for (int pass = 0; pass < 2; pass++) /* those that break the rule first */
        for (int32_t g = 0; g < x->n_grids; g++)
            if ((x->grids[g].reason == PARTITION_KEEPS) == (pass == 1))
                say_grid(m, g, out);
}
