/* box_tree – see box_tree.h. Boxes are sorted into vertical strips by their middle,
 * within a strip from north to south, and sixteen neighbours share a node
 * (sort-tile-recursive; Leutenegger, Lopez, Edgington 1997). Level upon level lies
 * in one array, the leaves first. */
#include "box_tree.h"

#include "mem.h"

#include <math.h>
#include <stdlib.h>

enum { FAN = 16, LEVELS_MAX = 9 };

struct BoxTree {
    int32_t n, levels;
    int32_t level_at[LEVELS_MAX + 1]; /* where each level begins in `boxes` */
    int32_t *items;                   /* n: which box a leaf stands for */
    WorldBox *boxes;
};

void world_box_grow(WorldBox *box, uint32_t x, uint32_t y) {
    box->west = x < box->west ? x : box->west;
    box->east = x > box->east ? x : box->east;
    box->north = y < box->north ? y : box->north;
    box->south = y > box->south ? y : box->south;
}

typedef struct Middle {
    uint64_t x, y;
    int32_t item;
} Middle;

static int by_x(const void *p, const void *q) {
    const Middle *a = p, *b = q;
    return a->x != b->x ? (a->x < b->x ? -1 : 1) : a->item - b->item;
}

static int by_y(const void *p, const void *q) {
    const Middle *a = p, *b = q;
    return a->y != b->y ? (a->y < b->y ? -1 : 1) : a->item - b->item;
}

static Err sort_items(BoxTree *t, const WorldBox *boxes, Fault *f) {
    Middle *m = mem_alloc((size_t)t->n * sizeof *m);
    if (!m)
        return fault_memory(f);
    for (int32_t i = 0; i < t->n; i++)
        m[i] =
            (Middle){ (uint64_t)boxes[i].west + boxes[i].east, (uint64_t)boxes[i].north + boxes[i].south, i };
    qsort(m, (size_t)t->n, sizeof *m, by_x);
    int32_t strip = (int32_t)ceil(sqrt((double)t->n / FAN)) * FAN;
    for (int32_t i = 0; i < t->n; i += strip)
        qsort(m + i, (size_t)(t->n - i < strip ? t->n - i : strip), sizeof *m, by_y);
    for (int32_t i = 0; i < t->n; i++) {
        t->items[i] = m[i].item;
        t->boxes[i] = boxes[m[i].item];
    }
    mem_free(m);
    return OK;
}

static void raise_levels(BoxTree *t) {
    int32_t from = 0, end = t->n;

    t->levels = 1;
    t->level_at[1] = end;
    while (end - from > 1) {
        int32_t to = end;
        for (int32_t i = from; i < end; i += FAN, to++) {
            t->boxes[to] = WORLD_BOX_NONE;
            for (int32_t k = i; k < i + FAN && k < end; k++)
                if (t->boxes[k].west <= t->boxes[k].east) {
                    world_box_grow(&t->boxes[to], t->boxes[k].west, t->boxes[k].north);
                    world_box_grow(&t->boxes[to], t->boxes[k].east, t->boxes[k].south);
                }
        }
        from = end;
        end = to;
        t->level_at[++t->levels] = end;
    }
}

Err box_tree_build(const WorldBox *boxes, int32_t n, BoxTree **ret, Fault *f) {
    size_t nodes = (size_t)n, level = (size_t)n;
    BoxTree *t = mem_alloc(sizeof *t);

    if (!t)
        return fault_memory(f);
    while (level > 1)
        nodes += level = (level + FAN - 1) / FAN;
    *t = (BoxTree){ .n = n,
                    .items = mem_alloc((size_t)n * sizeof *t->items),
                    .boxes = mem_alloc(nodes * sizeof *t->boxes) };
    Err e = t->items && t->boxes ? sort_items(t, boxes, f) : fault_memory(f);
    if (e != OK) {
        box_tree_free(t);
        return e;
    }
    raise_levels(t);
    *ret = t;
    return OK;
}

void box_tree_free(BoxTree *t) {
    if (t) {
        mem_free(t->items);
        mem_free(t->boxes);
    }
    mem_free(t);
}

size_t box_tree_size(const BoxTree *t) {
    return sizeof *t + (size_t)t->n * sizeof *t->items + (size_t)t->level_at[t->levels] * sizeof *t->boxes;
}

static void find_below(const BoxTree *t, int32_t level, int32_t at, WorldBox box, uint64_t *found) {
    if (!world_box_meet(t->boxes[at], box))
        return;
    if (level == 0) {
        found[t->items[at] / 64] |= 1ull << (t->items[at] % 64);
        return;
    }
    int32_t below = t->level_at[level - 1] + (at - t->level_at[level]) * FAN, end = t->level_at[level];
    for (int32_t k = below; k < below + FAN && k < end; k++)
        find_below(t, level - 1, k, box, found);
}

void box_tree_find(const BoxTree *t, WorldBox box, uint64_t *ret_found) {
    if (t->n > 0)
        find_below(t, t->levels - 1, t->level_at[t->levels] - 1, box, ret_found);
}

static int32_t list_below(const BoxTree *t, int32_t level, int32_t at, WorldBox box, int32_t *items,
                          int32_t n) {
    if (!world_box_meet(t->boxes[at], box))
        return n;
    if (level == 0) {
        items[n] = t->items[at];
        return n + 1;
    }
    int32_t below = t->level_at[level - 1] + (at - t->level_at[level]) * FAN, end = t->level_at[level];
    for (int32_t k = below; k < below + FAN && k < end; k++)
        n = list_below(t, level - 1, k, box, items, n);
    return n;
}

int32_t box_tree_list(const BoxTree *t, WorldBox box, int32_t *ret_items) {
    return t->n > 0 ? list_below(t, t->levels - 1, t->level_at[t->levels] - 1, box, ret_items, 0) : 0;
}
