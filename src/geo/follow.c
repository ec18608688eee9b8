/* follow – see follow.h. */
#include "follow.h"

#include <math.h>

static const double looks_m[] = { 1, 5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200 }; /* across the street */

typedef struct Walk {
    const AreaIndex *own;
    const FollowRules *rules;
    FollowEach *each;
    void *ctx;
    Scale scale;
    int32_t in;
} Walk;

/* `m` metres from p along (x, y), a unit vector in metres. */
static Point moved(const Walk *w, Point p, double x, double y, double m) {
    return (Point){ (int32_t)lround(p.lon + x * m / w->scale.lon_m),
                    (int32_t)lround(p.lat + y * m / w->scale.lat_m) };
}

/* One stretch about p; (x, y) points out of the area. */
static Err tell(const Walk *w, Point p, double x, double y, double m, Fault *f) {
    FollowStretch s = { w->in, -1, moved(w, p, -x, -y, w->rules->near_m), { 0 }, m };
    double apart = 0;

    for (size_t i = 0; i < COUNT(looks_m) && (i == 0 || looks_m[i] <= w->rules->street_m); i++) {
        int32_t over = index_find(w->own, moved(w, p, x, y, looks_m[i]));
        if (over == w->in)
            return OK; /* its own seam */
        if (over < 0)
            continue;
        s.out = over;
        s.m = m / 2;
        apart = i ? looks_m[i] : 0;
        break;
    }
    s.at_out = moved(w, p, x, y, apart + w->rules->near_m);
    return w->each(w->ctx, &s, f);
}

/* The inside is on the left of an edge: outer rings go anticlockwise, holes clockwise. */
static Err walk_edge(const Walk *w, Point a, Point b, Fault *f) {
    double x = ((double)b.lon - a.lon) * w->scale.lon_m, y = ((double)b.lat - a.lat) * w->scale.lat_m,
           m = hypot(x, y);
    int64_t steps = (int64_t)ceil(m / FOLLOW_STEP_M);

    for (int64_t k = 0; k < steps; k++) {
        double at = ((double)k + 0.5) / (double)steps;
        Point p = { (int32_t)lround(a.lon + ((double)b.lon - a.lon) * at),
                    (int32_t)lround(a.lat + ((double)b.lat - a.lat) * at) };
        TRY(tell(w, p, y / m, -x / m, m / (double)steps, f));
    }
    return OK;
}

Err follow_walk(const Shape *shapes, int32_t n, const AreaIndex *own, const FollowRules *rules,
                FollowEach *each, void *ctx, Fault *f) {
    Walk w = { .own = own, .rules = rules, .each = each, .ctx = ctx };

    for (w.in = 0; w.in < n; w.in++) {
        const Shape *s = &shapes[w.in];
        if (s->n_points)
            w.scale = scale_at(s->points[0].lat);
        for (int32_t r = 0; r < s->n_rings; r++)
            for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++)
                TRY(walk_edge(&w, s->points[i], s->points[i + 1 < s->ring_at[r + 1] ? i + 1 : s->ring_at[r]],
                              f));
    }
    return OK;
}
