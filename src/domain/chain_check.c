/* chain_check – see chain_check.h. */
#include "chain_check.h"

#include "access.h"
#include "sign_log.h"

enum { PART_ROWS = 100000 }; /* about a third of a second */

Err chain_check(Tx *tx, const ChainCheckIn *in, const Actor *by, ChainChecked *ret, Fault *f) {
    ChainWalk w;
    Err e = in->log == CHAIN_SIGN ? sign_log_walk(tx, in->from, PART_ROWS, &w, f)
                                  : access_walk(tx, in->from, PART_ROWS, &w, f);

    (void)by;
    if (e != OK && !w.broken)
        return e;
    *ret = (ChainChecked){
        .rows = w.rows, .broken = w.broken, .home = w.home, .number = w.number, .next = w.home
    };
    ret->has.rows = ret->has.broken = true;
    ret->has.home = ret->has.number = w.broken;
    ret->has.next = w.paused;
    return OK;
}
