/* catalogue_file – the catalogue as a table, in and out.
 *
 * One row is a category (no `category` in it: code, zh, en) or a condition of one.
 * Headings are the names of the fields, or their Chinese or English titles; so are
 * the choices (work_day, 工作日, work days). docs/catalogue.md describes it. The
 * whole file becomes a new version in one transaction, or nothing does; a fault
 * names row and column. What is not said about `open_to` follows publicity_usual(). */
#ifndef JW_CATALOGUE_FILE_H
#define JW_CATALOGUE_FILE_H

#include "catalogue.h"
#include "csv.h"

enum { CATALOGUE_ROOM = 32 << 20 }; /* bytes of arena that the longest one needs */

/* Reads and judges; texts and rows live in `a`, ids and version are not given yet. */
Err catalogue_read(CsvSource *source, void *from, Arena *a, Catalogue *ret, Fault *f);

typedef struct CatalogueCount {
    int32_t version;
    int64_t categories, conditions;
    int64_t retired; /* conditions that were in force before */
} CatalogueCount;

Err catalogue_import(Store *s, CsvSource *source, void *from, CatalogueCount *ret, Fault *f);

#endif
