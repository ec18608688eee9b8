/* bench/partition_city – see partition_city.h. A lattice of blocks with streets missing and
 * corners joined, in areas of a street wide that have ragged edges. */
#include "partition_city.h"

#include <math.h>
#include <stdlib.h>

enum { AREA = 9, STEP_M = 30 };

static uint64_t dice;
static int32_t roll(int32_t n) {
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return (int32_t)((dice >> 33) % (uint64_t)n);
}

/* Mostly some dozens, now and then none, a high-rise, or a tower of more than any grid. */
static int32_t some_households(void) {
    int32_t kind = roll(1000);

    return kind < 30 ? 0 : kind < 31 ? 501 + roll(300) : kind < 130 ? 60 + roll(60) : 4 + roll(46);
}

static void join(PartitionInput *in, PartitionEdge *edges, int32_t a, int32_t b, int32_t from_m) {
    edges[in->n_edges++] = (PartitionEdge){ .a = a, .b = b, .border_m = from_m + roll(300) / 10.0 };
}

bool partition_city(int32_t n, bool hard, uint64_t seed, PartitionInput *ret) {
    size_t units = (size_t)n;
    int32_t wide = (int32_t)sqrt(n) + 1, *households = calloc(units, sizeof *households);
    int32_t *label = calloc(units, sizeof *label);
    double *x = calloc(units, sizeof *x), *y = calloc(units, sizeof *y);
    PartitionEdge *edges = calloc(units * 3, sizeof *edges);
    PartitionInput in = { .n = n, .households = households, .x_m = x, .y_m = y, .edges = edges };

    if (!households || !label || !x || !y || !edges)
        return false;
    dice = seed;
    for (int32_t u = 0; u < n; u++) {
        int32_t column = u % wide, row = u / wide;
        households[u] = some_households();
        x[u] = column * STEP_M + roll(10);
        y[u] = row * STEP_M + roll(10);
        label[u] = (row + roll(8) / 7) / AREA * (wide / AREA + 2) + (column + roll(8) / 7) / AREA;
        if (column && roll(20))
            join(&in, edges, u - 1, u, 15);
        if (row && roll(20))
            join(&in, edges, u - wide, u, 15);
        if (row && column && roll(8) == 0)
            join(&in, edges, u - wide - 1, u, 1);
    }
    in.label = hard ? label : NULL;
    in.min = 300;
    in.max = 500;
    in.wishes = partition_usual;
    in.seed = 1;
    *ret = in;
    return true;
}
