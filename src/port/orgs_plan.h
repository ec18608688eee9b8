/* orgs_plan – what the files of the import of organisations share: the rows as they were
 * read, and the running transaction. Order: orgs_read.c, orgs_file.c, then one file for
 * each list: orgs_put.c, orgs_seats.c, orgs_covers.c; orgs_report.c. */
#ifndef JW_ORGS_PLAN_H
#define JW_ORGS_PLAN_H

#include "actor.h"
#include "orgs_file.h"
#include "words.h"

typedef enum OrgsColumn {
#define COLUMN(name, title, others) name,
#define LEFT(word, why)
#include "orgs_columns.def"
    ORGS_COLUMNS
} OrgsColumn;

/* The lists in which one person's column says that a seat ought to be there. */
enum { SEATS_IN_ROW = 4, NO_NUMBER = -1 };

typedef struct OrgsRow {
    int64_t row;
    Str of[ORGS_COLUMNS]; /* empty: nothing was said */
    OrgKind kind;         /* 0: not said */
    AreaLevel level;      /* the same */
    AreaState state;
    SeatKind seat;
    PlaceKind place_kind;
    CoverField field;
    int32_t since, until, day, counted, serves_since, serves_until; /* 0: not said */
    int32_t members, probationary, all, ought;                      /* NO_NUMBER */
    SeatKind seats[SEATS_IN_ROW];                                   /* of its headings */
    int32_t waits;                                                  /* the row of its parent, -1: none */
    bool done, refused, unread; /* unread: refused before the store was asked */
} OrgsRow;

typedef struct OrgsPlan {
    const OrgsImport *how;
    OrgsReport *report;
    Arena texts; /* of the rows */
    OrgsRow *rows;
    int32_t n;
    Words codes, names; /* → the first row of that code or name, of organisations */
    SeatKind headed[SEATS_IN_ROW];
    int32_t at[ORGS_COLUMNS]; /* -1: no such column */
    Str headings[ORGS_COLUMNS];
    bool is_headed;
    Actor by;
    int32_t today; /* or the day that was asked for */
    Arena write;   /* lent to the transaction, emptied for each row */
} OrgsPlan;

const char *orgs_title(OrgsColumn column);
Err orgs_read(OrgsPlan *p, Str bytes, Fault *f);

/* A row is refused: the sentence is kept, and the others go on. Not OK: there is no room
 * for more sentences. */
Err orgs_refuse(OrgsPlan *p, OrgsRow *r, OrgsColumn column, const char *zh, const char *en, Fault *f);
Err orgs_leave_out(OrgsPlan *p, Str heading, const char *zh, const char *en, Fault *f);

/* ---- one row into the city: within the transaction, each may fail alone ---- */

/* The area that a cell names, by code or, where only one is called so, by name. `field`:
 * which one the fault blames. */
Err orgs_area(Tx *tx, Str word, const char *field, Area *ret, Fault *f);
Err orgs_area_of(Tx *tx, const OrgsPlan *p, const OrgsRow *r, Area *ret, Fault *f);
/* The organisation that a cell names, the same way. */
Err orgs_named(Tx *tx, Str word, const char *field, Org *ret, Fault *f);

Err orgs_put(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f);
Err orgs_put_seat(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f);
Err orgs_put_cover(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f);

#endif
