/* export 导出 – rows of the city for tables, some at a time in the order of a key, so
 * that each transaction is short. Neither contacts nor reporters are among them. */
#ifndef JW_EXPORT_H
#define JW_EXPORT_H

#include "actor.h"
#include "tx.h"

enum { EXPORT_ROWS = 200 }; /* in one transaction */

/* Where the next begin; all zero: at the beginning. `path` stays in its own room. */
typedef struct ExportAt {
    CaseId case_id; /* cases: the newest first */
    char path[48];  /* areas: in the order of the tree */
    int32_t home;   /* access and places: in the order of their keys */
    int64_t number;
} ExportAt;

/* Up to EXPORT_ROWS rows into the arena; *ret_n less than that: the last ones. `at`
 * moves on only when the transaction succeeded. Cases within the scope of `by`; their
 * words (text, spot) only `with_words`. */
Err export_cases(Tx *tx, const Actor *by, bool with_words, ExportAt *at, CaseListed **ret, size_t *ret_n,
                 Fault *f);
Err export_areas(Tx *tx, ExportAt *at, AreaListed **ret, size_t *ret_n, Fault *f);
/* Those that stand, with headings that `import places` reads. */
Err export_places(Tx *tx, ExportAt *at, PlaceListed **ret, size_t *ret_n, Fault *f);
Err export_access(Tx *tx, ExportAt *at, AccessListed **ret, size_t *ret_n, Fault *f);

#endif
