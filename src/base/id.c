/* id – see id.h. One word holds the last tick and its sequence for the whole
 * process: a sequence that overflows, or a clock that steps back, borrows the
 * next tick instead of waiting. */
#include "id.h"

#include "clock.h"

#include <stdatomic.h>

#define EPOCH_MS 1704067200000 /* 2024-01-01T00:00:00Z */
enum { TICK_MS = 4, SEQUENCE_BITS = 7, NODE_BITS = 5, HOME_BITS = 12 };

static _Atomic int32_t node;
static _Atomic int64_t last; /* tick << 7 | sequence */

void id_node_set(int32_t n) { node = n & NODE_MAX; }

int64_t id_new(int32_t home) {
    int64_t tick = (clock_now_ms() - EPOCH_MS) / TICK_MS;
    int64_t first = (tick > 0 ? tick : 0) << SEQUENCE_BITS;
    int64_t before = atomic_load(&last), mine;

    do
        mine = first > before ? first : before + 1; /* the carry is the next tick */
    while (!atomic_compare_exchange_weak(&last, &before, mine));

    int64_t sequence = mine & ((1 << SEQUENCE_BITS) - 1);
    return (((mine >> SEQUENCE_BITS) << HOME_BITS | (home & HOME_MAX)) << NODE_BITS | node) << SEQUENCE_BITS | sequence;
}

int32_t id_home(int64_t id) { return (int32_t)(id >> (NODE_BITS + SEQUENCE_BITS)) & HOME_MAX; }
int64_t id_ms(int64_t id) { return (id >> (HOME_BITS + NODE_BITS + SEQUENCE_BITS)) * TICK_MS + EPOCH_MS; }
