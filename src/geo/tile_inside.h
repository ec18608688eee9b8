/* tile_inside – what the files of the tile maker know of each other; nobody else
 * includes it. A layer is arcs (pieces of border, each stored once), rings made of
 * arcs, areas made of rings. A maker turns the arcs that a tile needs into chains
 * of pixels, and the chains into rings of pixels. */
#ifndef JW_TILE_INSIDE_H
#define JW_TILE_INSIDE_H

#include "box_tree.h"
#include "tile.h"

/* ---- growing arrays ---- */

/* Makes room for one more element; the block of `array` may move. */
Err tile_list_grow(void *array, int32_t *max, int32_t n, size_t size, Fault *f);
#define LIST(T)         \
    struct {            \
        T *p;           \
        int32_t n, max; \
    }
#define LIST_ADD(list, value, f)                                                            \
    do {                                                                                    \
        if ((list).n == (list).max)                                                         \
            TRY(tile_list_grow(&(list).p, &(list).max, (list).n + 1, sizeof *(list).p, f)); \
        (list).p[(list).n++] = (value);                                                     \
    } while (0)
#define LIST_ROOM(list, wanted, f)                                                    \
    do {                                                                              \
        if ((list).max < (wanted))                                                    \
            TRY(tile_list_grow(&(list).p, &(list).max, wanted, sizeof *(list).p, f)); \
    } while (0)

/* ---- words ---- */

/* Values, each as a field of a tile's layer; numbered in the order of coming. */
typedef struct TileWords {
    Buf bytes;
    LIST(uint32_t) at; /* where each begins, and the end */
    int32_t *slots;    /* numbers by their bytes, -1 free */
    uint32_t mask;
} TileWords;
Err tile_words_begin(TileWords *w, int64_t expected, Fault *f);
Err tile_words_put(TileWords *w, const TileValue *v, int32_t *ret,
                   Fault *f); /* the number of a value, new or not */
Str tile_words_get(const TileWords *w, int32_t word);
void tile_words_end(TileWords *w);

/* ---- the layer ---- */

typedef struct WorldPoint {
    uint32_t x, y;
} WorldPoint;

WorldPoint world_of(Point p);

/* Shared borders of a set of shapes. An arc runs from one junction to the next, or
 * is a whole ring that meets nobody else; it is stored once, in one direction. */
typedef struct Arcs {
    WorldPoint *points; /* of all arcs, one after another; a closed arc repeats its first */
    float *worth;       /* of each point: how far, in steps, the border moves without it */
    int32_t *from;      /* n_arcs + 1 offsets into points */
    WorldBox *boxes;    /* of each arc */
    int32_t *refs;      /* an arc, or ~arc if it runs the other way */
    int32_t *ring_at;   /* n_rings + 1 offsets into refs; rings in the order of the shapes */
    int32_t n_points, n_arcs, n_refs, n_rings;
} Arcs;
Err arcs_make(const Shape *const *shapes, int32_t n, Arcs *ret, Fault *f);
void arcs_free(Arcs *arcs);
Err arcs_planar(const Arcs *arcs, bool *ret_planar,
                Fault *f); /* does none cross another? false also: not known */

typedef struct LayerArea {
    int32_t ring, rings;
    WorldBox box;
    WorldPoint label;
    int32_t from_zoom;
    bool labelled;
} LayerArea;

struct TileLayer {
    Arcs arcs;
    LayerArea *areas;
    bool planar; /* no arc crosses another */
    int32_t n_areas, n_keys;
    TileKey keys[TILE_KEYS_MAX];
    char key_room[TILE_KEYS_MAX][32];
    int32_t *values; /* n_areas × n_keys: which word, -1 none */
    TileWords words;
    BoxTree *tree;
};

/* ---- the maker ---- */

typedef struct Pixel {
    int32_t x, y; /* units of the tile, y south; -TILE_BUFFER … TILE_EXTENT + TILE_BUFFER */
} Pixel;
enum { PIXEL_MIN = -TILE_BUFFER, PIXEL_MAX = TILE_EXTENT + TILE_BUFFER, CHAIN_GAP = -1 };

/* Where a border passes along a side of the box while it runs outside: two of
 * them bound a stretch of that side. */
typedef enum Side { SIDE_WEST, SIDE_EAST, SIDE_NORTH, SIDE_SOUTH } Side;
typedef struct Toggle {
    int32_t side, at;
} Toggle;

/* An arc in the tile. */
typedef struct Chain {
    int32_t from, n; /* pixels in `links`; CHAIN_GAP where it was outside */
    int32_t toggle_from, toggles;
    bool whole; /* it never leaves the box */
} Chain;

/* A number that is void once the stamp is another. */
typedef struct Mark {
    uint32_t stamp;
    int32_t number;
} Mark;

/* Of the table of pixels, by open addressing; void with another stamp. */
typedef struct PixelSlot {
    uint32_t stamp;
    int32_t pixel;
} PixelSlot;

/* The same without bounds: up to 2^34 either way. */
typedef struct Far {
    int64_t x, y;
} Far;

typedef struct Scene {
    TileAddress at;
    int64_t west, north; /* the tile's corner, in units of this zoom */
    int32_t shift;       /* a unit is 2^shift steps of the world; may be negative */
    float worth_min;     /* vertices worth no more than that are left out */
    WorldBox reach;      /* what does not meet it leaves nothing in the box */
} Scene;

/* In the cells of tile_node.c. */
typedef struct CellPixel {
    Pixel at;
    int32_t pixel;
} CellPixel;

typedef struct CellEdge {
    int32_t a, b;
    Pixel pa, pb;
    int32_t next;
} CellEdge;

typedef struct RingEdge {
    int32_t a, b;
} RingEdge;

/* Rings of one area, ready to be written: exterior, its holes, the next exterior … */
typedef struct RingOut {
    int32_t from, n; /* in ring_pixels */
    int32_t owner;   /* of a hole: the loop it lies in */
    bool hole;
} RingOut;

struct TileMaker {
    const TileLayer *layer;
    Scene scene;
    uint32_t stamp;  /* of this tile; what carries another is of an older one */
    Mark *arcs;      /* which chain an arc is, in this tile */
    Mark *values;    /* which number a word has, in the pool in hand */
    uint64_t *found; /* a bit for each area */
    LIST(Pixel) pixels;
    LIST(PixelSlot) slots; /* slot_mask + 1 of them in use */
    uint32_t slot_mask, slot_stamp;
    LIST(int32_t) links;
    LIST(int32_t) noded;
    LIST(Toggle) toggles;
    int32_t toggle_from; /* of the arc in hand */
    LIST(Chain) chains;
    /* tile_node.c */
    LIST(uint8_t) pixel_near; /* a line passes near the pixel: lines from there may cross it */
    LIST(uint8_t) line_near;  /* of the line to each of `noded`: a pixel is near */
    LIST(int32_t) cell_from;
    LIST(CellPixel) cell_pixels;
    LIST(int32_t) cell_lines; /* the newest line of each cell, -1 none */
    LIST(RingEdge) pending;
    LIST(CellEdge) cell_edges;
    /* tile_rings.c: corners are the pixels of one area */
    uint32_t area_stamp;
    LIST(Mark) marks; /* which corner a pixel is, in the area in hand */
    LIST(RingEdge) edges;
    LIST(Toggle) area_toggles;
    LIST(Toggle) on_sides;
    LIST(int32_t) corners;
    LIST(int32_t) near_at;
    LIST(int32_t) near;
    LIST(int8_t) way;
    LIST(int32_t) path;
    LIST(int32_t) path_at;
    LIST(Pixel) ring_pixels;
    LIST(RingOut) loops;
    LIST(RingOut) rings; /* the answer */
    /* tile_encode.c */
    LIST(char) geometry;
    uint32_t pool_stamp;
    int32_t pool_n;
    Buf features, pool;
};

/* ---- bytes ---- */

size_t tile_varint(uint64_t v, char *ret); /* at most 10 bytes; how many */
static inline uint64_t zigzag(int64_t v) { return (uint64_t)v << 1 ^ (uint64_t)(v >> 63); }
size_t tile_step(Pixel from, Pixel to, char *ret); /* at most 10 bytes */

typedef enum FeatureKind { FEATURE_POINT = 1, FEATURE_POLYGON = 3 } FeatureKind;
void tile_put_feature(Buf *features, FeatureKind kind, Str tags, Str geometry);
/* Version, name, features, keys (all, or those of labels), values, extent. */
void tile_put_layer(Buf *out, const char *name, const TileKey *keys, int32_t n_keys, bool labels, Str features,
                    Str pool);
Err tile_fits(const Buf *features, const Buf *pool, const Buf *out, Fault *f); /* did all of it fit? */

/* ---- shapes ---- */

void pixels_clear(TileMaker *m);
Err pixel_put(TileMaker *m, Pixel p, int32_t *ret, Fault *f); /* the number of a pixel, new or not */

void scene_set(Scene *s, TileAddress at);
Far far_of(const Scene *s, WorldPoint p);
Err chains_make(TileMaker *m, int32_t arc, Fault *f); /* clips one arc into `links` */
Err chains_node(TileMaker *m, Fault *f); /* all links into `noded`: no two cross, none passes a pixel */
Err rings_make(TileMaker *m, int32_t area, Fault *f); /* `rings` of one area; none if it is too small */

#endif
