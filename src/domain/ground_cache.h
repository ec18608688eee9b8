/* ground_cache – the index of the governing layer in a file, so that a start need not
 * read every shape: DIR/cache/ground-LAYER-REVISION.index, mapped and never changed.
 *
 * A file is believed when its key and both checks agree: magic and version of the
 * format, layer, revision, what the rows of its areas say (the content), the hash of
 * all its bytes, and index_view(). Anything else is ignored, and the caller builds.
 * It is written beside and renamed, so that nobody ever sees half a file, and so that
 * a file that is mapped stays whole when another takes its name. Nothing here is
 * needed: what cannot be read or written costs time at the next start, no more. */
#ifndef JW_GROUND_CACHE_H
#define JW_GROUND_CACHE_H

#include "index.h"
#include "records.h"

typedef struct GroundCacheKey {
    LayerId layer;
    int32_t revision;
    uint8_t content[32]; /* of what the index is made from, without reading the shapes */
} GroundCacheKey;

typedef struct GroundMap {
    void *at; /* NULL: nothing is mapped */
    size_t size;
    const AreaIndex *index; /* lies in the mapping */
} GroundMap;

typedef enum CacheFound {
    CACHE_NONE,
    CACHE_MAPPED,
    CACHE_OTHER,  /* whole, but of another layer, revision, content or version */
    CACHE_DAMAGED /* not such a file, cut short, or changed since */
} CacheFound;

enum { GROUND_FILE_NAME = 64 };
void ground_cache_name(const GroundCacheKey *key, char ret[GROUND_FILE_NAME]);

/* *ret is written with CACHE_MAPPED alone; ground_cache_unmap gives it back. */
CacheFound ground_cache_map(const char *dir, const GroundCacheKey *key, GroundMap *ret);
void ground_cache_unmap(GroundMap *m);

/* Makes the directory where there is none, and deletes the files of older revisions
 * and what writers that were killed left behind. ERR_STORE: not written, and whatever
 * was there is as it was. */
Err ground_cache_write(const char *dir, const GroundCacheKey *key, const AreaIndex *ix, Fault *f);

#endif
