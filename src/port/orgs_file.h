/* orgs_file – the units from a table: code, name, kind, area (the code of a grid of
 * the governing layer) and, if there is such a column, what they serve there: the
 * beginnings of conditions' codes, with semicolons between them. Headings are in
 * Chinese or English. A unit whose code is there stays as it is and gets what it
 * does not serve yet; the whole file is one transaction. */
#ifndef JW_ORGS_FILE_H
#define JW_ORGS_FILE_H

#include "csv.h"
#include "records.h"
#include "tx.h"

typedef struct OrgsImport {
    Str area;     /* where the table has no such column or an empty field; n 0: none */
    OrgKind kind; /* the same; 0: none */
} OrgsImport;

typedef struct OrgsCount {
    int64_t units, there, duties; /* made; there already; duties added */
} OrgsCount;

/* ERR_INVALID and ERR_NOT_FOUND name row and column; nothing is written then. */
Err orgs_import(Store *s, const OrgsImport *in, CsvSource *source, void *from, OrgsCount *ret, Fault *f);

#endif
