/* xlsx_part – what the two files of the XLSX reader share. xlsx.c unpacks the parts
 * and reads those about the workbook, xlsx_sheet.c reads the cells. */
#ifndef JW_XLSX_PART_H
#define JW_XLSX_PART_H

#include "xlsx.h"

#include <expat.h>

typedef struct Strings {
    Buf text;
    int32_t *ends; /* of string i; it begins where the one before ends */
    int32_t n, room;
} Strings;

typedef struct Workbook {
    Strings strings;
    uint8_t *dates; /* by cell style: 1 if its numbers are dates */
    int32_t n_dates;
    bool since_1904;
    Str sheet; /* its name, for messages */
} Workbook;

/* Feeds XML to expat, piece by piece. The struct that the handlers get begins with
 * one; a handler that fails puts its fault into `fault` and calls xml_stop. */
typedef struct Xml {
    XML_Parser parser;
    const char *part; /* its name, for messages */
    Fault *fault;
    Err err;
    bool paused; /* by a handler: what it was fed waits within */
} Xml;
Err xml_begin(Xml *x, const char *part, XML_StartElementHandler start, XML_EndElementHandler end,
              XML_CharacterDataHandler text, Fault *f);
Err xml_feed(Xml *x, const char *p, size_t n, bool last, Fault *f);
void xml_pause(Xml *x);           /* from a handler */
Err xml_resume(Xml *x, Fault *f); /* goes on with what waits; it may be paused again */
void xml_end(Xml *x);
void xml_stop(Xml *x, Err e); /* from a handler, whose fault stands in x->fault */
const char *xml_attribute(const char **attributes, const char *name); /* NULL: none */
bool xml_is(const char *name, const char *local);                     /* "x:row" is a row, too */

/* Days since 30 December 1899 as 2026-10-01, with the time of day behind `between`; a
 * date without one shows none where `between` is a blank. */
void put_serial(Buf *b, double serial, bool since_1904, char between);
bool serial_is_time(double serial);

/* One sheet: begin, feed, end. A `each` of NULL is told nothing; one that calls
 * sheet_pause ends the feeding for now, until sheet_resume. */
typedef struct Sheet Sheet;
Err sheet_begin(const Workbook *w, XlsxEach *each, void *ctx, Sheet **ret, Fault *f);
Err sheet_feed(Sheet *s, const char *p, size_t n, bool last, Fault *f);
void sheet_pause(Sheet *s);
Err sheet_resume(Sheet *s, Fault *f);
bool sheet_paused(const Sheet *s);
void sheet_row(const Sheet *s, XlsxRow *ret); /* the row that `each` was told of last */
void sheet_end(Sheet *s);

#endif
