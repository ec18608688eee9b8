/* id – names for rows that no two servers ever give twice.
 *
 * 63 bits: 39 of 4 ms ticks since 2024-01-01 UTC (until 2093), 12 home, 5 node,
 * 7 sequence. The home is the slot of the subdistrict where the row was first
 * filed (0 = unplaced) and never changes, so a look-up by id knows where to look. */
#ifndef JW_ID_H
#define JW_ID_H

#include <stdint.h>

enum { HOME_MAX = 4095, NODE_MAX = 31 };

void id_node_set(int32_t node); /* leased by the store; 0 until then           */
int64_t id_new(int32_t home);   /* grows within this process, whatever the clock does */
int32_t id_home(int64_t id);
int64_t id_ms(int64_t id); /* when it was made, within 4 ms (later after a burst) */

#endif
