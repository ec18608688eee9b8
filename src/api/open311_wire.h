/* open311_wire – what stands between HTTP and the rows of ops/open311.def: the ending of a
 * path says XML or JSON, the body is a form, faults are in the standard's own form and
 * statuses, and who calls is an application with an api_key, never somebody's cookie.
 * What an answer looks like: port/georeport.h; what is answered: domain/open311.h. */
#ifndef JW_OPEN311_WIRE_H
#define JW_OPEN311_WIRE_H

#include "http.h"
#include "ops.h"

/* How a call is answered. */
typedef struct Tongue {
    const char *type;
    OpWrite *write; /* NULL: JSON as everywhere */
    void (*fault)(HttpCall *c, const Fault *f);
} Tongue;

/* Does the path belong here? *ret_path as the operation tables have it (in the arena):
 * slashes once, without the ending; *ret_tongue by the ending, XML where there is none,
 * and then *ret_path is empty, for nothing answers it. */
bool open311_at(HttpCall *c, Str *ret_path, const Tongue **ret_tongue);

/* May its body be large: a form with files. */
bool open311_takes_files(const HttpCall *c);

/* What is asked, into c->pairs, c->files and c->fingerprint; the first
 * c->n_pairs are those of the path. *ret_key: the api_key. A fault is told after the right
 * was judged. */
Err open311_ask_of(HttpCall *http, OpCall *c, bool secure, Str *ret_key, Fault *f);

/* Does this operation look at the key at all? Discovery and services do not. */
bool open311_takes_key(const Op *op);

/* No such path, or not by this method. */
void open311_refuse(HttpCall *c, const Tongue *t, bool other_method);

#endif
