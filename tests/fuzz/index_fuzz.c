/* index: any bytes as a written index. What index_view lets through must answer
 * within its areas and read within its block. */
#include "index.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    uint64_t *block = malloc(n + 8); /* aligned, as a mapped file is */
    const AreaIndex *ix;
    AreaPair *pairs;
    AreaNear near[8];
    int32_t all[8];
    int64_t count;
    Fault f;

    memcpy(block, data, n);
    if (index_view(block, n, &ix, &f) == OK) {
        Box box = index_box(ix);
        for (int32_t i = 0; i < 64; i++) {
            Point p = { (int32_t)(box.west + ((int64_t)box.east - box.west) * i / 63),
                        (int32_t)(box.south + ((int64_t)box.north - box.south) * (i * 37 % 64) / 63) };
            int32_t at = index_find(ix, p);
            if (at < -1 || at >= index_count(ix))
                abort();
            index_find_all(ix, p, all, 8);
            index_near(ix, p, 1, near, 8);
        }
        if (n < 8192 && index_overlaps(ix, &pairs, &count, &f) == OK)
            mem_free(pairs);
    }
    free(block);
    return 0;
}
