/* handover 交接班 – one page of what is open, promised and due in the part of the city and
 * for the unit of the post acted in; the shift that goes hands it over with a note, and
 * another person of the next one acknowledges it. */
#ifndef JW_HANDOVER_H
#define JW_HANDOVER_H

#include "actor.h"
#include "tx.h"

Err handover_page(Tx *tx, const Nothing *in, const Actor *by, HandoverPage *ret, Fault *f);

Err handover_give(Tx *tx, const HandoverGive *in, const Actor *by, Handover *ret, Fault *f);

/* ERR_FORBIDDEN: one's own; ERR_CONFLICT: taken already. */
Err handover_take(Tx *tx, const HandoverKey *in, const Actor *by, Handover *ret, Fault *f);
Err handover_list(Tx *tx, const HandoverFind *in, const Actor *by, Page *ret, Fault *f);

#endif
