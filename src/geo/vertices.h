/* vertices – neighbours shall share every vertex.
 *
 * Where a corner of one area lies on the edge of another, within the reach, the
 * edge gets that corner too. It moves the border by at most the reach (1 is a
 * centimetre) and closes the slivers that rounding opened. Part of the audit of
 * a layer: audit.h. */
#ifndef JW_VERTICES_H
#define JW_VERTICES_H

#include "polygon.h"

/* Replaces shapes (of the heap) in place where something is put in; adds to
 * counts[i] how many. On failure the shapes are whole, some with, some without. */
Err vertices_share(Shape *shapes, int32_t n, int32_t reach, int64_t *counts, Fault *f);

#endif
