/* export_order 导出单 – the words of cases as a table (DOMAIN.md §4.13). Up to
 * EXPORT_ALONE rows a day somebody takes alone; for more another person agrees, in a
 * post with the right to, within a day, and the order gives its rows once, to who asked.
 * Every row stands in the access log of its case, with the reason. */
#ifndef JW_EXPORT_ORDER_H
#define JW_EXPORT_ORDER_H

#include "actor.h"
#include "tx.h"

enum { EXPORT_ALONE = 200 };
#define EXPORT_ORDER_MS (24LL * 3600 * 1000)

Err export_ask(Tx *tx, const ExportAsk *in, const Actor *by, ExportOrder *ret, Fault *f);
Err export_approve(Tx *tx, const ExportApprove *in, const Actor *by, ExportOrder *ret, Fault *f);
Err export_list(Tx *tx, const ExportFind *in, const Actor *by, Page *ret, Fault *f);

/* Rows of CaseListed, fewer than EXPORT_ROWS: the last ones, and the order is finished.
 * ERR_LIMIT: there are more than may be taken alone; then none is given. */
Err export_take(Tx *tx, const ExportKey *in, const Actor *by, Page *ret, Fault *f);

#endif
