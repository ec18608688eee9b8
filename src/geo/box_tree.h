/* box_tree – which boxes of the world meet another one: a packed tree, made once. */
#ifndef JW_BOX_TREE_H
#define JW_BOX_TREE_H

#include "err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct WorldBox {
    uint32_t west, north, east, south; /* steps, closed on all sides; west > east: nothing */
} WorldBox;

#define WORLD_BOX_NONE ((WorldBox){ UINT32_MAX, UINT32_MAX, 0, 0 })

void world_box_grow(WorldBox *box, uint32_t x, uint32_t y);

static inline bool world_box_meet(WorldBox a, WorldBox b) {
    return a.west <= b.east && b.west <= a.east && a.north <= b.south && b.north <= a.south;
}

typedef struct BoxTree BoxTree;
Err box_tree_build(const WorldBox *boxes, int32_t n, BoxTree **ret, Fault *f);
void box_tree_free(BoxTree *t);
size_t box_tree_size(const BoxTree *t);

/* Sets the bit of every box that meets `box` in `ret_found`, (n + 63) / 64 words
 * that the caller has cleared. */
void box_tree_find(const BoxTree *t, WorldBox box, uint64_t *ret_found);

/* The same as a list, in no order that means anything; ret_items has room for all. */
int32_t box_tree_list(const BoxTree *t, WorldBox box, int32_t *ret_items);

#endif
