/* ground – the governing layer in memory: which grid holds a point, the chain
 * above it, and what was agreed along borders.
 *
 * One picture per store, made from the rows and never changed; readers on any
 * thread borrow it. It is made anew when the layer's revision has moved or a new
 * day has begun. Only the finest areas are located; the chain above them is
 * their parents. Rows: area.h. Geometry: geo/index.h. */
#ifndef JW_GROUND_H
#define JW_GROUND_H

#include "point.h"
#include "records.h"
#include "tx.h"

typedef struct GroundArea {
    AreaId id;
    int32_t parent; /* position in the picture, -1 at the top */
    AreaLevel level;
    bool leaf, shaped; /* leaf: nothing that has a shape lies in it */
    Str path, code, name;
    Point label;
} GroundArea;

typedef struct Ground Ground;

/* Borrowed until ground_return. An installation without areas gives an empty one.
 *
 * In a server with a large layer (more than a moment's work) this is the picture
 * before, while the new one is made beside the requests (ground_keeper.h). Who writes
 * down which grid holds a point asks with that point: the picture before serves as
 * long as the grid that it gives still stands where it stood, else the newest is made. */
Err ground_borrow(Tx *tx, const Ground **ret, Fault *f);
Err ground_borrow_at(Tx *tx, Point p, int32_t day, const Ground **ret, Fault *f);
void ground_return(const Ground *g);
void ground_forget(Store *s); /* before store_close; ends the keeper, too */

/* Makes the newest picture if need be, and perhaps writes its file: for the keeper,
 * which is also told when it fails. */
void ground_renew(Store *s, bool write);

const GroundArea *ground_area(const Ground *g, AreaId id); /* NULL: not active, or of another layer */

/* All of them, upper ones first; `parent` is a position among them. */
size_t ground_count(const Ground *g);
const GroundArea *ground_at(const Ground *g, size_t i);

enum { CHAIN_MAX = 8, BORDER_M = 30 };

/* The area itself first, then what it lies in. Returns how many. */
size_t ground_chain(const Ground *g, const GroundArea *from, const GroundArea *ret[CHAIN_MAX]);

typedef struct Spotted {
    const GroundArea *area;            /* NULL: no grid holds the point */
    bool whole;                        /* down to the finest level in use */
    const GroundArea *near[CHAIN_MAX]; /* grids within 30 m, the owner too, nearest first */
    size_t n_near;
    Str agreement; /* name of the border agreement that decided, or empty */
    OrgId unit;    /* of that agreement, or 0 */
} Spotted;

/* An agreement whose line runs within 30 m decides; else the grid that holds it. */
void ground_spot(const Ground *g, Point p, int32_t day, Spotted *ret);

#endif
