/* bench/partition_city – a made city as a graph of buildings, of any size: residential
 * areas as hard borders, parks where nobody lives, a few towers that alone are over max.
 * Seeded; what it gives stays on the heap until the bench ends. */
#ifndef BENCH_PARTITION_CITY_H
#define BENCH_PARTITION_CITY_H

#include "partition.h"

/* So many units, some 33 households each; false: no memory. `hard`: with labels. */
bool partition_city(int32_t n, bool hard, uint64_t seed, PartitionInput *ret);

#endif
