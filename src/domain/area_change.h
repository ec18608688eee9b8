/* area_change – what becomes of areas: renamed, merged, split, dissolved, hung under
 * another parent.
 *
 * A change of today or before happens at once. One of a later day is a plan, a row of
 * lineage: proposed, approved (or withdrawn), and done on its day by
 * area_changes_due(), which a server calls by itself. The rules are asked again on
 * that day. Posts, duties and units of an area that ends stay where they are: whose
 * they are to be, people decide. */
#ifndef JW_AREA_CHANGE_H
#define JW_AREA_CHANGE_H

#include "area.h"

/* Shapes are geo's. */
struct Shape;

/* Does what is approved and due; one that cannot be done stays for the next time and
 * is told to `failed`. *ret_done counts those done. ERR_…: the store did not work. */
typedef void AreaChangeFailed(void *ctx, LineageId id, const Fault *why);
Err area_changes_due(Store *s, AreaChangeFailed *failed, void *ctx, int64_t *ret_done, Fault *f);

/* Hangs an area under another parent for an import that puts a level above it: at once,
 * with its line of history; the day is not before the area's own. Shapes are the
 * caller's to lift, and the layer's revision. ERR_CONFLICT: something is planned for it. */
Err area_hang_now(Tx *tx, AreaId id, AreaId parent, int32_t day, Fault *f);

/* A split with shapes of any kind. */
typedef struct AreaPartPut {
    Str code, name;
    int32_t households; /* -1: the sum of its buildings', if those are known */
    const struct Shape *shape;
    const PlaceKey *places; /* that go there wherever they stand */
    size_t n_places;
    const AreaKey *areas; /* beneath, that go there wherever they lie */
    size_t n_areas;
} AreaPartPut;
Err area_split_into(Tx *tx, AreaId id, int32_t day, Str note, const AreaPartPut *parts, size_t n, Area *ret,
                    Fault *f);

/* ---- for area_split.c and area_redraw.c ---- */

enum { AREA_PARTS_MAX = 20 };

Err area_need_active(const Area *a, Fault *f);
Err area_need_leaf(Tx *tx, const Area *a, Fault *f); /* nothing stands beneath it */
/* Nothing else is planned for it, and the day is not before it began. */
Err area_need_free(Tx *tx, const Area *a, int32_t day, Fault *f);
Err area_plan(Tx *tx, const Area *a, LineageKind kind, AreaId to, int32_t day, Str note, Lineage *ret,
              Fault *f);
Err area_end(Tx *tx, Area *a, AreaState state, int32_t day, Fault *f); /* saves it, ended */
Err area_carry_out(Tx *tx, const Lineage *l, Fault *f); /* by its kind; the row is the caller's */
Err area_split_now(Tx *tx, const Lineage *first, Fault *f);
Err area_places_fit(Tx *tx, const Area *a,
                    Fault *f); /* each building has coordinates, or a part that names it */
Err area_begin_now(Tx *tx, const Lineage *l, Fault *f); /* area_redraw.c: all of that layer and day */

/* Its open cases go where `to` says for each: an area's path, or the reason why it is
 * seen from above and queued. */
typedef Err CaseGoes(void *ctx, const Case *c, Str *ret_path, Placing *ret_placed, Fault *f);
Err area_cases_go(Tx *tx, Str path, CaseGoes *to, void *ctx, Fault *f);

#endif
