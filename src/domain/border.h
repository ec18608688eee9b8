/* border 边界约定 – a dated line along a shared road or river, and who is
 * responsible along it. The line is stored as pairs of int32, lon and lat in
 * 1e-7 degree, little-endian. */
#ifndef JW_BORDER_H
#define JW_BORDER_H

#include "actor.h"
#include "tx.h"

struct Point;

enum { BORDER_NAME_ROOM = 320 };

Err border_pack(const struct Point *points, size_t n, Arena *a, Str *ret, Fault *f);

/* On the heap (mem_free), with BORDER_NAME_ROOM bytes behind the last point.
 * ERR_STORE: no such line. */
Err border_unpack(Str bytes, struct Point **ret, size_t *ret_n, Fault *f);

Err border_add(Tx *tx, const BorderNew *in, const Actor *by, Border *ret, Fault *f);
Err border_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);

#endif
