/* plan_body – what a draft stands on, kept with it as bytes: its units, who is whose
 * neighbour, the areas that no grid leaves, the grids of today, and the grid of each unit.
 * A change by hand reads this and never the map, so that it answers at once; and a draft
 * stays what it was when the map changes beneath it (plan_publish.h says when it has).
 *
 * Three rows (PlanPart): units and edges, written once; shapes, read one by one; and the
 * grids, 4 bytes a unit, written with each change. What does not hang together is refused
 * as damage, never followed. */
#ifndef JW_PLAN_BODY_H
#define JW_PLAN_BODY_H

#include "plan_ground.h"
#include "records.h"

enum { PLAN_UNITS_MAX = 20000 }; /* of a draft; more is planned from the command line */
enum { PLAN_PART_UNITS = 1, PLAN_PART_SHAPES = 2, PLAN_PART_GRIDS = 3 };

typedef struct BodyUnit {
    int64_t id; /* of a place, or of an area */
    int32_t lon, lat, households;
    int32_t hard, old; /* positions among hards and olds; old -1: in none */
    uint32_t code, name, unused;
} BodyUnit;

typedef struct BodyEdge {
    int32_t a, b, dm; /* decimetres of common border */
} BodyEdge;

typedef struct BodyArea {
    int64_t id;
    uint32_t code, name;
    int32_t households, units; /* of the units in it */
} BodyArea;

typedef struct PlanBody {
    int32_t n, n_edges, n_hards, n_olds;
    bool places; /* units are buildings */
    BodyUnit *units;
    BodyArea *hards, *olds;
    BodyEdge *edges;
    const char *words;
    size_t n_words;
    int32_t *grid; /* of each unit, from 1 */
    int32_t top;   /* the highest number of a grid */
} PlanBody;

Str plan_body_word(const PlanBody *b, uint32_t at);

/* From what was read. */
Err plan_body_pack(const PlanGround *g, const PlanGraph *graph, Buf *out, Fault *f);

/* The same as it will be read; `grid` from 0, as the planner numbers. */
Err plan_body_of(Str bytes, const int32_t *grid, Arena *a, PlanBody *ret, Fault *f);

/* Units, edges and grids of a plan, in the arena of `tx`. ERR_STORE: damaged. */
Err plan_body_load(Tx *tx, PlanId plan, PlanBody *ret, Fault *f);
Err plan_body_save_grids(Tx *tx, PlanId plan, const PlanBody *b, Fault *f);

/* Of part 2: of each unit its ground, of each old grid its shape, and the outline of it all. */
typedef struct PlanShapes {
    Str bytes;
    int32_t n; /* units + olds + 1 */
} PlanShapes;
Err plan_shapes_pack(const Shape *shapes, int32_t n, Buf *out, Fault *f);
Err plan_shapes_load(Tx *tx, PlanId plan, int32_t n, PlanShapes *ret, Fault *f);
Err plan_shape_at(const PlanShapes *s, int32_t i, Arena *a, Shape *ret, Fault *f);

#endif
