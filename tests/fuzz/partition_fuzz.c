/* partition: any bytes as a graph of units. What is refused is refused with a sentence; what
 * is accepted and small is planned, and each unit has a grid that is whole. */
#include "partition_file.h"

#include <stdlib.h>

static void must(bool held) {
    if (!held)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const PartitionFields fields = { n % 2 ? "committee" : NULL, n % 3 ? "kind" : NULL };
    PartitionFile file;
    PartitionPlan plan;
    Arena a;
    Fault f = { 0 };
    int32_t grids[64];

    if (partition_plan_read((Str){ (const char *)data, n }, 3, n % 2, grids, &f) != OK)
        must(f.zh[0] && f.en[0]);
    if (partition_file_read((Str){ (const char *)data, n }, &fields, &file, &f) != OK) {
        must(f.zh[0] && f.en[0]);
        return 0;
    }
    file.in.sweeps = 2;
    if (file.in.n <= 64 && arena_begin(&a, partition_room(&file.in), &f) == OK) {
        if (partition_solve(&file.in, &a, &plan, &f) != OK)
            must(f.zh[0] && f.en[0]);
        else
            for (int32_t u = 0; u < file.in.n; u++)
                must(plan.grid[u] >= 0 && plan.grid[u] < plan.n_grids && plan.grids[plan.grid[u]].pieces == 1);
        arena_end(&a);
    }
    partition_file_end(&file);
    return 0;
}
