/* demo_mesh – the ground of the demo city before it has names: a mesh of city blocks,
 * cut into parts that hang together.
 *
 * Blocks lie in rows like bricks, so that three of them meet at each corner and never
 * four: the border of any set of blocks then passes a corner once, and areas made of
 * blocks share every vertex with their neighbours. Corners are moved a little, and stand
 * on the river where it runs. The outline is a blob; the river divides it. Pure: no
 * names, no store. */
#ifndef JW_DEMO_MESH_H
#define JW_DEMO_MESH_H

#include "demo_dice.h"
#include "polygon.h"

typedef struct RiverCorner {
    Point at;
    int32_t corner, south, north; /* blocks on both banks there */
} RiverCorner;

typedef struct Mesh {
    int32_t wide, high; /* blocks */
    Point *corners;
    int32_t *bank;  /* of each block: 0, 1; -1 outside the city */
    int32_t *label; /* the part it belongs to; -1: none yet */
    int32_t n_inside;
    RiverCorner *river; /* along its course, west to east */
    int32_t n_river;
} Mesh;

/* About `blocks` of them inside. On the heap, until mesh_end. */
Err mesh_begin(int32_t blocks, uint64_t seed, Mesh *ret, Fault *f);
void mesh_end(Mesh *m);

/* Divides `n` blocks that hang together into parts with these weights, each connected;
 * on return `blocks` is in the order of the parts, and part i is
 * blocks[ret_at[i]…ret_at[i + 1]). There must be a block for each unit of weight. */
Err mesh_divide(const Mesh *m, int32_t *blocks, int32_t n, const int32_t *weights, int32_t parts, Dice *d,
                int32_t *ret_at, Fault *f);

/* The shape of the blocks whose label lies in low … high. `blocks` are they. */
Err mesh_shape(const Mesh *m, const int32_t *blocks, int32_t n, int32_t low, int32_t high, Arena *a, Shape *ret,
               Fault *f);

Point mesh_spot(const Mesh *m, int32_t block, Dice *d); /* inside it, away from its edges */

#endif
