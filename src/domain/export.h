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
    char path[48];  /* areas and what stands on them: in the order of the tree */
    char code[168]; /* organisations of one area: by their codes */
    int32_t home;   /* access and places: in the order of their keys */
    int64_t number;
} ExportAt;

/* Some rows into the arena, about EXPORT_ROWS; *ret_n 0: there are no more. `at` moves on
 * only when the transaction succeeded. Cases within the scope of `by`; their
 * words (text, spot) only `with_words`; their ids into `ret_ids`, unless it is NULL. */
Err export_cases(Tx *tx, const Actor *by, bool with_words, ExportAt *at, CaseId *ret_ids, CaseListed **ret,
                 size_t *ret_n, Fault *f);
Err export_areas(Tx *tx, ExportAt *at, AreaListed **ret, size_t *ret_n, Fault *f);
/* Those that stand, with headings that `import places` reads. */
Err export_places(Tx *tx, ExportAt *at, PlaceListed **ret, size_t *ret_n, Fault *f);
Err export_access(Tx *tx, ExportAt *at, AccessListed **ret, size_t *ret_n, Fault *f);

/* The lists of a Party-building office, in the headings that `import orgs` reads. */
Err export_orgs(Tx *tx, const Actor *by, ExportAt *at, OrgListed **ret, size_t *ret_n, Fault *f);
Err export_units(Tx *tx, const Actor *by, ExportAt *at, UnitListed **ret, size_t *ret_n, Fault *f);
Err export_seats(Tx *tx, const Actor *by, ExportAt *at, SeatListed **ret, size_t *ret_n, Fault *f);
Err export_covers(Tx *tx, const Actor *by, bool exclusive, ExportAt *at, CoverListed **ret, size_t *ret_n,
                  Fault *f);
Err export_exceptions(Tx *tx, const Actor *by, ExportAt *at, ExceptionListed **ret, size_t *ret_n, Fault *f);

#endif
