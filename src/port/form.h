/* form – the body of an HTML form, as browsers and other programs send it:
 * application/x-www-form-urlencoded or multipart/form-data (RFC 7578). Bytes in, fields and
 * files out, in their order; what a field means others know. Borrowed from the body, or in
 * the arena where something was decoded. */
#ifndef JW_FORM_H
#define JW_FORM_H

#include "record.h"

enum { FORM_FIELDS_MAX = 200, FORM_FILES_MAX = 6 };

typedef struct Form {
    Pair *fields;
    Str *files; /* their bytes */
    size_t n, n_files;
} Form;

/* ERR_INVALID: of no kind that is known, broken, not UTF-8, or too much of it. What came
 * before the fault is in *ret, so that who sent it may be known all the same. */
Err form_read(Str content_type, Str body, Arena *a, Form *ret, Fault *f);

#endif
