/* view 保存的视图 – the lists that somebody keeps under a name. They are their owner's
 * alone: nobody else reads, changes or removes them, whatever the post. The filters are
 * kept as the address says them; what they show is asked for anew within the scope. */
#ifndef JW_VIEW_H
#define JW_VIEW_H

#include "actor.h"
#include "tx.h"

enum { VIEWS_MAX = 100 };

Err view_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);
/* Under a name that is taken it takes the place of what was there. */
Err view_save(Tx *tx, const ViewNew *in, const Actor *by, SavedView *ret, Fault *f);
Err view_remove(Tx *tx, const ViewKey *in, const Actor *by, SavedView *ret, Fault *f);

#endif
