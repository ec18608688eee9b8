/* plan_ground – what the planner reads of the map beneath one area: units with their
 * households, the areas that no grid leaves, and the grids that are there now.
 *
 * For micro-grids units are buildings (places whose households are known; with their
 * outlines, as points where they have none), or else the finest areas below the residential ones. No
 * grid leaves the lowest area above a unit that is a residential area or higher; where there
 * is none beneath, the area itself. For zone grids units are residential areas, and no grid
 * leaves a subdistrict. The rows only: the graph is engine/plan_graph.h. */
#ifndef JW_PLAN_GROUND_H
#define JW_PLAN_GROUND_H

#include "area.h"
#include "plan_graph.h"

typedef enum PlanOf {
    PLAN_OF_ANY, /* places where there are some, else areas */
    PLAN_OF_PLACES,
    PLAN_OF_AREAS,
    PLAN_OF_RESIDENTIAL, /* residential areas, for zone grids within a subdistrict */
} PlanOf;

typedef struct PlanName {
    size_t code, name; /* plan_word() */
} PlanName;

typedef struct PlanGround {
    PlanUnit *units; /* their shapes are in `shapes` */
    int64_t *ids;    /* of places, or of areas */
    PlanName *names;
    Shape *shapes; /* of areas as units */
    int32_t n;
    bool places;   /* units are buildings */
    bool outlined; /* all of them with outlines */
    Shape *hards;  /* empty where it has none */
    PlanName *hard_names;
    AreaId *hard_ids;
    int32_t n_hards;
    PlanName *olds; /* micro-grids (or zone grids): those that have units, then the others */
    AreaId *old_ids;
    Shape *old_shapes; /* empty where it has none */
    int32_t n_olds;
    int32_t left_out; /* places without coordinates, areas without a shape */
    int64_t left_out_households;
    Buf words;
} PlanGround;

/* ERR_NOT_FOUND: no such area; ERR_INVALID: nothing beneath it is a unit. On the heap. */
Err plan_ground_read(Tx *tx, Str within, PlanOf of, PlanGround *ret, Fault *f);
void plan_ground_free(PlanGround *g);
const char *plan_word(const PlanGround *g, size_t at);

#endif
