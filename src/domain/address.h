/* address – the words of all places in memory: which building does a text mean?
 *
 * One picture per store, made from the rows of places and aliases and from the
 * areas of the ground; made anew when a place, an alias or an area has changed.
 * How words are read and judged: engine/locate.h. Rows: place.h. */
#ifndef JW_ADDRESS_H
#define JW_ADDRESS_H

#include "locate.h"
#include "records.h"
#include "tx.h"

typedef struct Addresses Addresses;

/* Borrowed until addresses_return. */
Err addresses_borrow(Tx *tx, const Addresses **ret, Fault *f);
void addresses_return(const Addresses *a);
void addresses_forget(Store *s); /* before store_close */

Err addresses_find(const Addresses *a, Str text, LocateAnswer *ret, Fault *f);
PlaceId addresses_place(const Addresses *a, int32_t position); /* of a hit */

#endif
