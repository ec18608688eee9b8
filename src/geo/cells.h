/* cells – points as ground: each gets what is nearer to it than to any other (Voronoi's
 * cells), within the area that they stand in; whose cells meet there are neighbours.
 *
 * For places without an outline. A border is what of the line between two cells lies in the
 * area, so a river bend outside it joins nobody. Points at the very same spot are put half
 * a metre apart, so that each has ground. Neighbouring cells have the very same corners:
 * sides between two cancel out. Metres in a plane about the middle of the area: good for a
 * city district, not for a country. */
#ifndef JW_CELLS_H
#define JW_CELLS_H

#include "polygon.h"

#define CELLS_MAX 1000000
#define CELL_BORDER_LEAST_M 0.1 /* shorter ones are a point of touch */

typedef struct CellBorder {
    int32_t a, b; /* a < b */
    double m;
} CellBorder;

typedef struct Cells {
    CellBorder *borders; /* by a, then b; on the heap, freed by cells_free */
    int64_t n_borders;
    Point *corners;     /* of all cells, not cut to the area; cell i has corner_at[i] … */
    int64_t *corner_at; /* n + 1 */
    int32_t n;
} Cells;

/* `within` NULL or empty: the box of the points, half again as wide and by 100 m at least. */
Err cells_make(const Point *points, int32_t n, const Shape *within, Cells *ret, Fault *f);
void cells_free(Cells *cells);

/* Cell i as a shape on the heap, cut to the area if there is one; empty where
 * nothing of it lies in the area or shows on the lattice. */
Err cell_shape(const Cells *cells, int32_t i, const Shape *within, Shape *ret, Fault *f);

#endif
