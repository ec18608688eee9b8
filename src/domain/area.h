/* area 网格 – the rows of layers and areas: made by imports and by hand, dated,
 * renamed, merged; nothing is ever deleted, and a case keeps the grid it was
 * filed in. Which grid holds a point: ground.h. */
#ifndef JW_AREA_H
#define JW_AREA_H

#include "actor.h"
#include "tx.h"

/* Shapes are geo's; who only passes areas on need not see them. */
struct Shape;

/* ---- for importers and the code beside this file ---- */

/* The layer of that code, made if there is none. ERR_CONFLICT: a second layer
 * is to govern. `zh` and `en` name a new one. */
typedef struct LayerPut {
    Str code, zh, en, code_pattern; /* pattern: POSIX extended, empty: any code */
    bool governing;
} LayerPut;
Err layer_put(Tx *tx, const LayerPut *in, Layer *ret, Fault *f);
Err layer_find(Tx *tx, Str code, Layer *ret, Fault *f); /* ERR_NOT_FOUND names it */

/* One area. `shape` may be NULL: a mere list of buildings. Gives it its id, home,
 * path, slot and label point. ERR_INVALID: code against the pattern, parent of
 * another layer or not above it; ERR_CONFLICT: an active area of this layer has
 * the code. The caller calls area_layer_changed() once, after the last one. */
typedef struct AreaPut {
    LayerId layer;
    AreaLevel level;
    AreaId parent; /* 0: at the top */
    Str code, name;
    const struct Shape *shape;
    int32_t households; /* -1: not known */
    int32_t since;      /* civil day */
    AreaState state;    /* 0: active; proposed or approved: a plan, it owns nothing yet */
    bool instead;       /* it takes the place of the active area that has its code */
} AreaPut;
Err area_put(Tx *tx, const AreaPut *in, Area *ret, Fault *f);
Err area_layer_changed(Tx *tx, LayerId layer, Fault *f); /* the next revision: caches follow */
Err area_count_households(Tx *tx, AreaId id, Fault *f);  /* the sum of its buildings', where any is known */
bool area_code_fits(Str pattern, Str code); /* an empty or NULL pattern fits all; a broken pattern none */

Err layer_load(Tx *tx, LayerId id, Layer *ret, Fault *f);
Err area_load(Tx *tx, AreaId id, Area *ret, Fault *f);
bool area_in_force(const Area *a, int32_t day); /* active, and its dates say so */
Err area_by_code(Tx *tx, LayerId layer, Str code, Area *ret, Fault *f);
/* The only one of the governing layer that is called so: ERR_INVALID: there are several. */
Err area_governing_by_name(Tx *tx, Str name, Area *ret, Fault *f);
Err area_governing_by_code(Tx *tx, Str code, Area *ret, Fault *f); /* of the layer that governs */
/* What lies in an area, itself too: paths from *ret_low to *ret_high. */
Err area_range(Tx *tx, AreaId within, Str *ret_low, Str *ret_high, Fault *f);
Err area_shape_load(Tx *tx, AreaId id, Arena *a, struct Shape *ret, bool *ret_shaped, Fault *f);

/* Every active area of a layer, upper ones first; its texts live until `each`
 * returns. */
typedef Err AreaEach(void *ctx, const Area *a, Fault *f);
Err area_each(Tx *tx, LayerId layer, AreaEach *each, void *ctx, Fault *f);

/* Another shape for an area that is there: in the governing layer an upper one is
 * the union of what lies in it. Then area_layer_changed(). */
Err area_reshape(Tx *tx, AreaId id, const struct Shape *shape, Fault *f);

/* The links from an area of the picture upward, copied into the arena of `tx`. */
struct Ground;
struct GroundArea;
Err area_chain(Tx *tx, const struct Ground *g, const struct GroundArea *from, List *ret, Fault *f);

/* ---- operations ---- */

Err layer_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);
Err area_list(Tx *tx, const AreaFind *in, const Actor *by, Page *ret, Fault *f);
Err area_get(Tx *tx, const AreaKey *in, const Actor *by, Area *ret, Fault *f);
Err area_outlines(Tx *tx, const AreaWithin *in, const Actor *by, Page *ret, Fault *f);
Err area_history(Tx *tx, const AreaKey *in, const Actor *by, Page *ret, Fault *f);
Err area_locate(Tx *tx, const Spot *in, const Actor *by, Located *ret, Fault *f);
Err area_rename(Tx *tx, const AreaRename *in, const Actor *by, Area *ret, Fault *f);
Err area_merge(Tx *tx, const AreaMerge *in, const Actor *by, Area *ret, Fault *f);
Err area_split(Tx *tx, const AreaSplit *in, const Actor *by, Area *ret, Fault *f);
Err area_dissolve(Tx *tx, const AreaDissolve *in, const Actor *by, Area *ret, Fault *f);
Err area_move(Tx *tx, const AreaHang *in, const Actor *by, Area *ret, Fault *f);
Err area_approve(Tx *tx, const AreaKey *in, const Actor *by, Page *ret, Fault *f);
Err area_withdraw(Tx *tx, const AreaKey *in, const Actor *by, Page *ret, Fault *f);

#endif
