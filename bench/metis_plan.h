/* bench/metis_plan – METIS on the same task as a plan of ours: k-way and contiguous, each part within
 * its hard borders apart, in as many grids as the plan has there, with all the room that the most
 * of a grid leaves. ret_grid gets a number per unit; the answer is the seconds of processor of
 * METIS alone, -1 where the bench was built without it (tools/setup.sh bench). */
#ifndef BENCH_METIS_PLAN_H
#define BENCH_METIS_PLAN_H

#include "partition.h"

double metis_plan(const PartitionInput *in, const PartitionPlan *plan, int32_t seed, int32_t *ret_grid);

#endif
