/* tile_cache – tiles that were made, kept by address; the least recently asked for
 * go when there are too many bytes. Any number of threads may ask. */
#ifndef JW_TILE_CACHE_H
#define JW_TILE_CACHE_H

#include "text.h"
#include "tile.h"

typedef struct TileCache TileCache;

Err tile_cache_new(size_t bytes_max, TileCache **ret, Fault *f);
void tile_cache_free(TileCache *c);

/* Copied into the arena. *ret_found false: not kept. An empty tile is kept too. */
Err tile_cache_get(TileCache *c, TileAddress at, Arena *a, Str *ret, bool *ret_found, Fault *f);

/* Copies it in, or does not, when memory is short: a cache promises nothing. */
void tile_cache_put(TileCache *c, TileAddress at, Str bytes);

size_t tile_cache_size(TileCache *c); /* bytes now */

#endif
