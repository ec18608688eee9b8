/* area_tile – tiles of the areas of any layer, by revision.
 *
 * A revision of a layer is made ready once (geo/tile.h) and kept, with the tiles
 * made of it, until the next; the last few layers asked for stay. Only the current
 * revision has tiles: who asks for another is told to read the layers again. */
#ifndef JW_AREA_TILE_H
#define JW_AREA_TILE_H

#include "actor.h"
#include "tx.h"

Err area_tile(Tx *tx, const TileOfAreas *in, const Actor *by, Bytes *ret, Fault *f);
Err area_tile_tag(Tx *tx, const TileOfAreas *in, const Actor *by, Tag *ret, Fault *f);
void area_tiles_forget(Store *s); /* before store_close */

#endif
