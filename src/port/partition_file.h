/* partition_file – a graph of units and a plan as JSON, the way the planner is measured:
 * {"units":[{"households","x","y",…}], "edges":[[i,j,shared_border_m],…], "min":300,
 * "max":500}; a plan is a list with one grid number per unit. Other members of a unit are
 * passed over unless they are asked for. Read strictly: what is wrong is said with the
 * number of the unit, edge or entry, and nothing is given. */
#ifndef JW_PARTITION_FILE_H
#define JW_PARTITION_FILE_H

#include "partition.h"
#include "text.h"

#define PARTITION_FILE_BYTES_MAX ((size_t)512 << 20)

typedef struct PartitionFields {
    const char *hard;    /* whole numbers: units that differ in it never share a grid; NULL: none */
    const char *feature; /* a number: what grids may be alike in; NULL: none */
} PartitionFields;

typedef struct PartitionFile {
    PartitionInput in; /* arrays in the arena; wishes, seed and the like as usual */
    Arena arena;
} PartitionFile;

Err partition_file_read(Str bytes, const PartitionFields *fields, PartitionFile *ret, Fault *f);
void partition_file_end(PartitionFile *file);

/* One number from 0 per unit, -1 or null: none (only where `gaps`); in ret (n) they are numbered anew, from
 * 0 in the order in which they come. */
Err partition_plan_read(Str bytes, int32_t n, bool gaps, int32_t *ret, Fault *f);

#endif
