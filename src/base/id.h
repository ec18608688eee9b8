/* id – names for rows that no two servers ever give twice.
 *
 * 63 bits: 39 of 4 ms ticks since 2024-01-01 UTC (until 2093), 12 home, 5 node,
 * 7 sequence. The home is the slot of the subdistrict where the row was first
 * filed (0 = unplaced) and never changes, so a look-up by id knows where to look.
 * They are unique as long as no two servers run under one node number at a time. */
#ifndef JW_ID_H
#define JW_ID_H

#include <stdint.h>

enum { HOME_MAX = 4095, NODE_MAX = 31 };

void id_node_set(int32_t node); /* leased by the store; 0 until then           */
int64_t id_new(int32_t home);   /* grows within this process, whatever the clock does; never 0 */
/* The name of a row that is told after the fact: as if it had been made at `ms`, with a
 * `sequence` that tells it from others of the same tick. Under the highest node number;
 * whoever calls sees to it that no server was at work here at that time. */
int64_t id_past(int64_t ms, int32_t home, int32_t sequence);

int32_t id_home(int64_t id);
int32_t id_node(int64_t id);
int64_t id_ms(int64_t id); /* when it was made, within 4 ms (later after a burst) */

/* From this instant on no id is of a tick that was given already. */
int64_t id_last_ms(void);

/* No id will be of a tick before this instant. After a restart: what the server
 * before under this node number may have reached, though the clock be set back. */
void id_floor_set(int64_t ms);

#endif
