/* tile – areas and points as Mapbox Vector Tiles, version 2.1.
 *
 * A layer is made ready once (its vertices projected, shared borders found, each
 * vertex given its worth) and never changed: any number of threads may make tiles
 * of it, each with a maker of its own. What a tile promises, for any shapes:
 *   – every polygon is valid, exterior rings first, wound as MVT 2.1 asks;
 *   – a border that two areas share is one line, so no sliver and no overlap
 *     appears between neighbours, whatever the zoom;
 *   – the same layer and address give the same bytes.
 * The world is a square of 2^32 steps (9 mm), x east, y south, Web Mercator.
 *
 * Reading order: tile_arcs.c (shared borders), tile_layer.c (the layer),
 * tile_clip.c, tile_node.c and tile_rings.c (shapes of one tile), tile_encode.c
 * (bytes), tile_pins.c (points and clusters). How to use it: docs/tiles.md. */
#ifndef JW_TILE_H
#define JW_TILE_H

#include "polygon.h"

enum {
    TILE_EXTENT = 4096,    /* units on a side */
    TILE_BUFFER = 64,      /* units around it that shapes still reach */
    TILE_ZOOM_MAX = 22,    /* a unit is 2 mm there */
    TILE_SINGLE_ZOOM = 13, /* from here on points stand alone */
    TILE_CELL = 512,       /* below: units on a side of the square that makes one cluster */
    TILE_LABEL_SPAN = 256, /* an area narrower and lower than that gets no label: no room for a word */
    TILE_KEYS_MAX = 16
};

typedef struct TileAddress {
    int32_t z, x, y; /* x from the west, y from the north, as in every web map */
} TileAddress;
bool tile_address_ok(TileAddress at);
Err tile_address_fault(Fault *f); /* there is no such tile: ERR_NOT_FOUND */

/* ---- areas ---- */

typedef enum TileValueKind { TILE_ABSENT, TILE_TEXT, TILE_NUMBER } TileValueKind;
typedef struct TileValue {
    TileValueKind kind;
    Str text; /* UTF-8 */
    int64_t number;
} TileValue;

typedef struct TileKey {
    const char *name;
    bool label; /* labels carry it too */
} TileKey;

typedef struct TileArea {
    const Shape *shape; /* all of it is read while building, nothing kept */
    bool labelled;
    Point label;
    int32_t from_zoom;       /* it stands in no tile above */
    const TileValue *values; /* one for each key */
} TileArea;

typedef struct TileLayer TileLayer;

/* On the heap; tile_layer_free gives it back. Shapes that neighbour must share
 * their vertices (audit.h sees to it); where they do not, each is still valid.
 * ERR_LIMIT: more than 2^30 points. */
Err tile_layer_build(const TileKey *keys, int32_t n_keys, const TileArea *areas, int32_t n, TileLayer **ret,
                     Fault *f);
void tile_layer_free(TileLayer *layer);
size_t tile_layer_size(const TileLayer *layer); /* bytes */

/* The memory in which tiles are made: for one thread at a time, used again and
 * again. Borrows the layer. */
typedef struct TileMaker TileMaker;
Err tile_maker_begin(const TileLayer *layer, TileMaker **ret, Fault *f);
void tile_maker_end(TileMaker *m);

/* Appends the tile: the layer "areas" (polygons) and the layer "labels" (a point
 * for each area in exactly one tile), either only if something is in it; so an
 * empty tile has no bytes. On failure `out` may hold a part. */
Err tile_areas(TileMaker *m, TileAddress at, Buf *out, Fault *f);

/* ---- points ---- */

/* One layer of points. Below TILE_SINGLE_ZOOM they are counted into squares, and a
 * cluster carries `count` and the worst `urgency`; from there on each point stands
 * for itself with the values of the keys, which are borrowed until the end. */
typedef struct TilePins TilePins;
Err tile_pins_begin(const char *name, const TileKey *keys, int32_t n_keys, TileAddress at, TilePins **ret,
                    Fault *f);
void tile_pins_free(TilePins *p);
/* The ground whose points belong to the tile, a lattice step wider. */
Box tile_ground(TileAddress at);
/* Points outside the tile are left out; west and north sides are in. `values` may
 * be NULL below TILE_SINGLE_ZOOM. */
Err tile_pins_add(TilePins *p, Point at, int32_t urgency, const TileValue *values, Fault *f);
Err tile_pins_end(TilePins *p, Buf *out, Fault *f); /* appends; frees in any case */

#endif
