/* chain_check – whether the chains of a log hold, asked by the auditor from his page: the
 * same walk as `jingwei check`, a part at a time, so that a log of three years needs no
 * answer that takes minutes. */
#ifndef JW_CHAIN_CHECK_H
#define JW_CHAIN_CHECK_H

#include "actor.h"
#include "tx.h"

Err chain_check(Tx *tx, const ChainCheckIn *in, const Actor *by, ChainChecked *ret, Fault *f);

#endif
