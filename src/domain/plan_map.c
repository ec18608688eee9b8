/* plan_map – a draft as one GeoJSON collection: a feature a unit, and beside the features
 * the grids of the plan, those of today, the edges and the outline of it all. What the page
 * draws and edits, and what other programs read. The same revision is the same bytes. */
#include "area.h"
#include "gzip.h"
#include "plan.h"
#include "plan_body.h"

#include <stdio.h>

enum { MAP_BYTES_MAX = 96 << 20, PACKED_BYTES_MAX = 7 << 20 };

typedef struct Drawing {
    const Plan *p;
    PlanBody b;
    PlanShapes shapes;
    const PlanGrid *grids;
    size_t n_grids;
    Buf *out;
} Drawing;

static Err put_shape(const Drawing *d, int32_t i, Fault *f) {
    Shape s;

    TRY(plan_shape_at(&d->shapes, i, NULL, &s, f));
    if (s.n_points)
        shape_geojson(&s, 0, d->out);
    else
        buf_str(d->out, "null");
    shape_free(&s);
    return OK;
}

static void put_text(const char *key, Str value, Buf *out) {
    buf_fmt(out, ",\"%s\":", key);
    buf_json(out, value);
}

/* ---- units -------------------------------------------------------------- */

static Err put_unit(const Drawing *d, int32_t i, Fault *f) {
    const PlanBody *b = &d->b;
    const BodyUnit *u = &b->units[i];
    Buf *out = d->out;

    buf_fmt(out, "%s\n{\"type\":\"Feature\",\"id\":%d,\"properties\":{\"n\":%d", i ? "," : "", i, i);
    buf_fmt(out, ",\"%s\":\"%lld\"", b->places ? "place" : "area", (long long)u->id);
    put_text("code", plan_body_word(b, u->code), out);
    put_text("name", plan_body_word(b, u->name), out);
    buf_fmt(out, ",\"households\":%d,\"grid\":%d,\"now\":", u->households, b->grid[i]);
    if (u->old >= 0)
        buf_json(out, plan_body_word(b, b->olds[u->old].code));
    else
        buf_str(out, "null");
    put_text("hard", plan_body_word(b, b->hards[u->hard].code), out);
    buf_str(out, ",\"lon\":");
    buf_degree(out, u->lon);
    buf_str(out, ",\"lat\":");
    buf_degree(out, u->lat);
    buf_str(out, "},\"geometry\":");
    TRY(put_shape(d, i, f));
    buf_str(out, "}");
    return OK;
}

/* ---- grids -------------------------------------------------------------- */

static void put_point(int32_t lon, int32_t lat, Buf *out) {
    buf_str(out, "[");
    buf_degree(out, lon);
    buf_str(out, ",");
    buf_degree(out, lat);
    buf_str(out, "]");
}

static Err put_grid(const Drawing *d, const PlanGrid *g, bool first, Fault *f) {
    Buf *out = d->out;
    Shape s;

    buf_fmt(out, "%s\n{\"number\":%d", first ? "" : ",", g->number);
    put_text("code", g->code, out);
    put_text("name", g->name, out);
    buf_fmt(out, ",\"households\":%d,\"units\":%d,\"in_range\":%s,\"label\":", g->households, g->units,
            g->in_range ? "true" : "false");
    if (g->has.label_lon)
        put_point(g->label_lon, g->label_lat, out);
    else
        buf_str(out, "null");
    buf_str(out, ",\"shape\":");
    if (g->shape.n) {
        TRY(shape_unpack(g->shape, NULL, &s, f));
        shape_geojson(&s, 0, out);
        shape_free(&s);
    } else
        buf_str(out, "null");
    buf_str(out, "}");
    return OK;
}

static Err put_grids(const Drawing *d, Fault *f) {
    bool first = true;

    for (size_t i = 0; i < d->n_grids; i++)
        if (d->grids[i].units) {
            TRY(put_grid(d, &d->grids[i], first, f));
            first = false;
        }
    return OK;
}

static Err put_now(const Drawing *d, Fault *f) {
    const PlanBody *b = &d->b;
    Buf *out = d->out;
    Shape s;
    Point at;

    for (int32_t i = 0; i < b->n_olds; i++) {
        const BodyArea *o = &b->olds[i];
        buf_fmt(out, "%s\n{\"area\":\"%lld\"", i ? "," : "", (long long)o->id);
        put_text("code", plan_body_word(b, o->code), out);
        put_text("name", plan_body_word(b, o->name), out);
        buf_fmt(out, ",\"households\":%d,\"units\":%d,\"label\":", o->households, o->units);
        TRY(plan_shape_at(&d->shapes, b->n + i, NULL, &s, f));
        if (s.n_points) {
            shape_label(&s, &at);
            put_point(at.lon, at.lat, out);
            buf_str(out, ",\"shape\":");
            shape_geojson(&s, 0, out);
        } else
            buf_str(out, "null,\"shape\":null");
        shape_free(&s);
        buf_str(out, "}");
    }
    return OK;
}

static void put_edges(const Drawing *d) {
    for (int32_t i = 0; i < d->b.n_edges; i++) {
        const BodyEdge *e = &d->b.edges[i];
        buf_fmt(d->out, "%s[%d,%d,%d.%d]", i ? "," : "", e->a, e->b, e->dm / 10, e->dm % 10);
    }
}

static Err draw(const Drawing *d, Fault *f) {
    Buf *out = d->out;

    buf_fmt(out,
            "{\"type\":\"FeatureCollection\",\"plan\":\"%lld\",\"revision\":%d,\"of\":\"%s\",\"features\":[",
            (long long)d->p->id.v, d->p->revision, d->b.places ? "places" : "areas");
    for (int32_t i = 0; i < d->b.n; i++)
        TRY(put_unit(d, i, f));
    buf_str(out, "],\n\"grids\":[");
    TRY(put_grids(d, f));
    buf_str(out, "],\n\"now\":[");
    TRY(put_now(d, f));
    buf_str(out, "],\n\"edges\":[");
    put_edges(d);
    buf_str(out, "],\n\"outline\":");
    TRY(put_shape(d, d->shapes.n - 1, f));
    buf_str(out, "}\n");
    return out->full ? fault(f, ERR_LIMIT, "plan_map_large", "", "方案的地图太大，无法一次给出。",
                             "The map of the plan is too large to be given at once.")
                     : OK;
}

/* ---- the operation ------------------------------------------------------ */

static Err load(Tx *tx, const PlanKey *in, const Actor *by, Plan *p, Drawing *d, Fault *f) {
    PlanGrid *grids;

    TRY(plan_load_solved(tx, in->id, by, p, f));
    TRY(plan_body_load(tx, p->id, &d->b, f));
    TRY(plan_shapes_load(tx, p->id, d->b.n + d->b.n_olds + 1, &d->shapes, f));
    TRY(plan_grids_load(tx, p->id, &grids, &d->n_grids, f));
    d->p = p;
    d->grids = grids;
    return OK;
}

static Err pack(const Drawing *d, Buf *packed, Fault *f) {
    TRY(draw(d, f));
    return gzip_pack(buf_view(d->out), packed, f);
}

Err plan_map(Tx *tx, const PlanKey *in, const Actor *by, Bytes *ret, Fault *f) {
    Buf plain = { 0 }, packed = { 0 };
    Drawing d = { .out = &plain };
    Bytes out = { .gzip = true };
    Plan p;

    TRY(load(tx, in, by, &p, &d, f));
    Err e = buf_begin(&plain, 1 << 20, MAP_BYTES_MAX, f);
    e = e == OK ? buf_begin(&packed, 1 << 18, PACKED_BYTES_MAX, f) : e;
    e = e == OK ? pack(&d, &packed, f) : e;
    e = e == OK ? str_copy(tx_arena(tx), buf_view(&packed), &out.body, f) : e;
    buf_end(&plain);
    buf_end(&packed);
    TRY(e);
    out.has.body = out.has.gzip = true;
    *ret = out;
    return OK;
}

Err plan_map_tag(Tx *tx, const PlanKey *in, const Actor *by, Tag *ret, Fault *f) {
    Tag tag = { .keep_s = 0 };
    Plan p;

    TRY(plan_load_solved(tx, in->id, by, &p, f));
    snprintf(tag.text, sizeof tag.text, "%llx-%d", (long long)p.id.v, p.revision);
    *ret = tag;
    return OK;
}
