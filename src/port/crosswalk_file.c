/* crosswalk_file – see crosswalk_file.h. */
#include "crosswalk_file.h"

#include "crosswalk.h"
#include "csv.h"
#include "repair.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_ROOM = 16 << 20 };

/* ---- what is asked ------------------------------------------------------ */

typedef struct Asking {
    CrossSide a, b;
    Crosswalk *x;
    Arena rows;
} Asking;

static Err ask(Tx *tx, void *arg, Fault *f) {
    Asking *q = arg;

    tx_lend(tx, &q->rows);
    crosswalk_free(q->x);
    return crosswalk_make(tx, &q->a, &q->b, q->x, f);
}

/* ---- table and map ------------------------------------------------------ */

static const char *fit_of(const Crosswalk *x, int64_t i) {
    const CrossPair *p = &x->pairs[i];
    if (p->share_a >= CROSSWALK_WHOLE)
        return "whole";
    return x->a.areas[p->a].most == i ? "most" : "part";
}

static void put_share(CsvOut *o, double share) {
    char text[32];
    snprintf(text, sizeof text, "%.6f", share);
    csv_put(o, str(text));
}

static double part_of(int64_t n, int64_t all) { return all > 0 ? (double)n / (double)all : 0; }

static void put_table(const Crosswalk *x, Buf *out) {
    static const char *const heads[] = { "a_code",
                                         "a_name",
                                         "b_code",
                                         "b_name",
                                         "fit",
                                         "m2",
                                         "share_of_a",
                                         "share_of_b",
                                         "households",
                                         "households_share_of_a",
                                         "households_share_of_b",
                                         "places",
                                         "places_share_of_a",
                                         "places_share_of_b" };
    CsvOut o = { .b = out };

    csv_begin(&o);
    for (size_t i = 0; i < COUNT(heads); i++)
        csv_put(&o, str(heads[i]));
    csv_end_row(&o);
    for (int64_t i = 0; i < x->n_pairs; i++) {
        const CrossPair *p = &x->pairs[i];
        const CrossArea *a = &x->a.areas[p->a], *b = &x->b.areas[p->b];
        csv_put(&o, str(crosswalk_word(x, a->code)));
        csv_put(&o, str(crosswalk_word(x, a->name)));
        csv_put(&o, str(crosswalk_word(x, b->code)));
        csv_put(&o, str(crosswalk_word(x, b->name)));
        csv_put(&o, str(fit_of(x, i)));
        char m2[32];
        snprintf(m2, sizeof m2, "%.2f", p->m2);
        csv_put(&o, str(m2));
        put_share(&o, p->share_a);
        put_share(&o, p->share_b);
        csv_put_int(&o, p->households);
        put_share(&o, part_of(p->households, a->households));
        put_share(&o, part_of(p->households, b->households));
        csv_put_int(&o, p->places);
        put_share(&o, part_of(p->places, a->places));
        put_share(&o, part_of(p->places, b->places));
        csv_end_row(&o);
    }
}

static Err put_feature(const Crosswalk *x, int64_t i, Buf *out, Fault *f) {
    const CrossPair *p = &x->pairs[i];
    const CrossArea *a = &x->a.areas[p->a], *b = &x->b.areas[p->b];
    Shape common;

    buf_fmt(out, "%s\n{\"type\":\"Feature\",\"properties\":{\"a_code\":", i ? "," : "");
    buf_json(out, str(crosswalk_word(x, a->code)));
    buf_str(out, ",\"b_code\":");
    buf_json(out, str(crosswalk_word(x, b->code)));
    buf_fmt(out,
            ",\"fit\":\"%s\",\"m2\":%.2f,\"share_of_a\":%.6f,\"share_of_b\":%.6f,\"households\":%lld,"
            "\"places\":%lld},\"geometry\":",
            fit_of(x, i), p->m2, p->share_a, p->share_b, (long long)p->households, (long long)p->places);
    TRY(shape_intersection(&a->shape, &b->shape, NULL, &common, f));
    if (common.n_points)
        shape_geojson(&common, 0, out);
    else
        buf_str(out, "null"); /* less than the lattice shows */
    buf_str(out, "}");
    shape_free(&common);
    return out->full ? fault_arena(f) : OK;
}

static Err put_map(const Crosswalk *x, Buf *out, Fault *f) {
    buf_str(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int64_t i = 0; i < x->n_pairs; i++)
        TRY(put_feature(x, i, out, f));
    buf_str(out, "]}\n");
    return OK;
}

/* ---- mismatches --------------------------------------------------------- */

static double share_of(const CrossPair *p, bool of_a) { return of_a ? p->share_a : p->share_b; }

static void name_of(const Crosswalk *x, const CrossLayer *l, int32_t i, char ret[44]) {
    snprintf(ret, 44, "%s", crosswalk_word(x, l->areas[i].code));
}

/* Keeps the worst few, in order: the least share first. */
static void note_mismatch(CrosswalkSide *side, const CrosswalkMismatch *m) {
    int32_t at = side->n_worst < CROSSWALK_WORST ? side->n_worst++ : CROSSWALK_WORST - 1;

    if (at == CROSSWALK_WORST - 1 && side->n_worst == CROSSWALK_WORST && side->worst[at].code[0] &&
        side->worst[at].share <= m->share)
        return;
    while (at > 0 && side->worst[at - 1].share > m->share) {
        side->worst[at] = side->worst[at - 1];
        at--;
    }
    side->worst[at] = *m;
}

static int64_t next_most(const Crosswalk *x, bool of_a, int32_t i, int64_t most) {
    int64_t next = -1;

    for (int64_t k = 0; k < x->n_pairs; k++)
        if (k != most && (of_a ? x->pairs[k].a : x->pairs[k].b) == i &&
            (next < 0 || share_of(&x->pairs[k], of_a) > share_of(&x->pairs[next], of_a)))
            next = k;
    return next;
}

static void list_mismatches(const Crosswalk *x, bool of_a, CrosswalkSide *side) {
    const CrossLayer *own = of_a ? &x->a : &x->b, *other = of_a ? &x->b : &x->a;

    side->areas = own->n;
    side->whole = own->whole;
    for (int32_t i = 0; i < own->n; i++) {
        const CrossArea *a = &own->areas[i];
        CrosswalkMismatch m = { .households = a->households };
        const CrossPair *most = a->most >= 0 ? &x->pairs[a->most] : NULL;
        if (most && share_of(most, of_a) >= CROSSWALK_WHOLE)
            continue;
        name_of(x, own, i, m.code);
        if (most) {
            m.share = share_of(most, of_a);
            m.households_most = most->households;
            name_of(x, other, of_a ? most->b : most->a, m.most);
        }
        note_mismatch(side, &m);
    }
    for (int32_t k = 0; k < side->n_worst; k++) /* only of those that are shown */
        for (int32_t i = 0; i < own->n; i++) {
            if (strcmp(crosswalk_word(x, own->areas[i].code), side->worst[k].code) != 0)
                continue;
            int64_t next = next_most(x, of_a, i, own->areas[i].most);
            if (next >= 0) {
                side->worst[k].next_share = share_of(&x->pairs[next], of_a);
                name_of(x, other, of_a ? x->pairs[next].b : x->pairs[next].a, side->worst[k].next);
            }
            break;
        }
}

Err crosswalk_file(Store *s, const CrosswalkOptions *how, Buf *out, CrosswalkDone *ret, Fault *f) {
    Crosswalk x = { 0 };
    Asking q = { .x = &x };
    CrosswalkDone done = { 0 };

    TRY(cross_side_read(how->a, &q.a, f));
    TRY(cross_side_read(how->b, &q.b, f));
    TRY(arena_begin(&q.rows, ROWS_ROOM, f));
    Err e = store_read(s, -1, ask, &q, f);
    arena_end(&q.rows);
    if (e == OK && how->wanted && how->map)
        e = put_map(&x, out, f);
    else if (e == OK && how->wanted)
        put_table(&x, out);
    if (e == OK && out->full)
        e = fault_arena(f);
    if (e == OK) {
        list_mismatches(&x, true, &done.a);
        list_mismatches(&x, false, &done.b);
        done.pairs = x.n_pairs;
        done.places = x.places;
        done.apart = x.apart;
        *ret = done;
    }
    crosswalk_free(&x);
    return e;
}
