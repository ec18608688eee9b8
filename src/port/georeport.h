/* georeport – GeoReport v2 as it stands on the wire (docs/open311.md): rows as XML or JSON,
 * and what a form or an address says as fields of a record. It knows the records of
 * open311.def by their names alone: a list `formats` holds elements `format`. Pure. */
#ifndef JW_GEOREPORT_H
#define JW_GEOREPORT_H

#include "record.h"

/* ---- out: as OpWrite has it ---- */

void georeport_xml(const Record *r, const void *rows, size_t n, Buf *out);
void georeport_json(const Record *r, const void *rows, size_t n, Buf *out);

void georeport_xml_errors(int code, Str sentence, Buf *out);
void georeport_json_errors(int code, Str sentence, Buf *out);

/* How a field is called there: `lon` is `long`. */
const char *georeport_name(const Field *f);

/* ---- in ---- */

enum { GEOREPORT_PAIRS = 40 };

/* What is given, to the fields of `r`, with room for GEOREPORT_PAIRS: the first of a name
 * counts; empty is absent; times become instants; attribute[X] and attribute[X][] become
 * lines of `attributes`, media_url repeated lines of `media_url`; what is not known is left
 * out. *ret_key: the api_key. ERR_INVALID: nested arrays, brackets on what is no list, or a
 * time that is none. What came before the fault is in *ret, the key in any case. */
Err georeport_take(const Record *r, const Pair *given, size_t n, Arena *a, Pair *ret, size_t *ret_n,
                   Str *ret_key, Fault *f);

#endif
