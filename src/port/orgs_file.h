/* orgs_file – the lists that a subdistrict's Party-building office keeps, from a table
 * (CSV, XLSX): organisations and units, who serves what where, numbers of members,
 * reasons why an area does not correspond; seats; what covers the places of the emerging
 * fields and exclusive grids. Which list it is, its headings say (orgs_columns.def).
 *
 * The file is read whole; then every row goes through the same operations as by hand, in
 * one transaction. A row that is refused is told with its number and a sentence, the
 * others are tried as well, and then nothing is written. What is there already stays, so
 * a file can be imported again; what differs changes from its day on. Columns in which
 * persons stand are not read at all, and the report says which and why.
 * docs/import-orgs.md is the manual. */
#ifndef JW_ORGS_FILE_H
#define JW_ORGS_FILE_H

#include "mem.h"
#include "records.h"
#include "tx.h"

#define ORGS_BYTES_MAX ((size_t)32 << 20)
enum { ORGS_ROWS_MAX = 20000 };

typedef struct OrgsImport {
    Str area;      /* where the table has no such column or an empty field; n 0: none */
    OrgKind kind;  /* the same, of what is new; 0: none */
    Str sheet;     /* of a workbook; empty: the first */
    int32_t since; /* the day of what names none; 0: today */
    bool check;    /* judge only */
} OrgsImport;

/* One sentence about a row, or (row 0) about a column of the whole table. */
typedef struct OrgsFinding {
    int64_t row; /* as a spreadsheet counts: the heading is 1 */
    Str column;  /* its heading */
    Str zh, en;
} OrgsFinding;

typedef enum OrgsList { LIST_ORGS, LIST_SEATS, LIST_COVERS } OrgsList;

typedef struct OrgsReport {
    OrgsList list;
    int64_t rows;
    int64_t made, changed, ended, there; /* organisations and units; seats; covers */
    int64_t duties, duties_ended, counts, reasons, places;
    OrgsFinding *left; /* columns that were not read */
    OrgsFinding *refused;
    size_t n_left, n_refused;
    Arena texts;
} OrgsReport;

/* `report` is begun by the caller and filled whatever happens. ERR_INVALID: rows were
 * refused (the fault is the first of them), or the table cannot be read; nothing was
 * written then. */
Err orgs_import(Store *s, Str bytes, const OrgsImport *in, OrgsReport *report, Fault *f);

Err orgs_report_begin(OrgsReport *r, Fault *f);
void orgs_report_end(OrgsReport *r);
void orgs_report_print(const OrgsReport *r, Buf *b); /* for a person, both languages */
void orgs_report_json(const OrgsReport *r, Buf *b);
void orgs_report_csv(const OrgsReport *r, Buf *b); /* every finding */

#endif
