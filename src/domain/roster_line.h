/* roster_line – the roster as rows of a table: each names its person by login, and post and
 * place by their codes. What is written is judged as by hand (shift.plan). */
#ifndef JW_ROSTER_LINE_H
#define JW_ROSTER_LINE_H

#include "export.h"

/* Plans the shift of a row, unless it is there already (*ret_there). The post is the one
 * that fits what the row says; ERR_INVALID where none or several do. */
Err shift_take_line(Tx *tx, const ShiftListed *in, const Actor *by, bool *ret_there, Fault *f);

/* Those that stand, with headings that `import roster` reads; see export.h. */
Err export_roster(Tx *tx, const Actor *by, ExportAt *at, ShiftListed **ret, size_t *ret_n, Fault *f);

#endif
