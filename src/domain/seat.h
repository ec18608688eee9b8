/* seat 席位 – the posts that an area ought to have. A seat is filled by an account's post
 * of its role on its area (post.h): rights and dates stand there, once. One whose holder
 * has gone is vacant by itself. */
#ifndef JW_SEAT_H
#define JW_SEAT_H

#include "actor.h"
#include "tx.h"

/* ERR_INVALID: such a seat does not stand on this level. */
Err seat_add(Tx *tx, const SeatNew *in, const Actor *by, Seat *ret, Fault *f);

/* ERR_CONFLICT: somebody holds it beyond that day. */
Err seat_end(Tx *tx, const SeatEnd *in, const Actor *by, Seat *ret, Fault *f);

/* Gives the post that goes with it, under the rules of post_give. ERR_CONFLICT: it is
 * held on one of these days. */
Err seat_fill(Tx *tx, const SeatFill *in, const Actor *by, Post *ret, Fault *f);

/* The seats of a kind on an area that stand on `day` or later, at most `max`; those that
 * nobody holds from then on come first. For importers. */
Err seats_alike(Tx *tx, AreaId area, SeatKind kind, int32_t day, Seat *ret, size_t max, size_t *ret_n,
                Fault *f);

/* With who holds each that day; `vacant` and `both` select. */
Err seat_list(Tx *tx, const SeatFind *in, const Actor *by, Page *ret, Fault *f);

#endif
