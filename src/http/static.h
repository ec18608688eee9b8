/* static – the pages, out of the program itself.
 *
 * tools/embed makes the table from web/dist at build time; this file only serves
 * it: the best encoding the caller takes, an ETag per encoding, 304, HEAD,
 * immutable under /assets/ and no-cache elsewhere. */
#ifndef JW_STATIC_H
#define JW_STATIC_H

#include "http.h"

typedef struct StaticForm {
    const unsigned char *p;
    size_t n;         /* p NULL: not in this form */
    const char *etag; /* with its quotes         */
} StaticForm;

typedef struct StaticFile {
    const char *path; /* "/assets/app-3f2a.js" */
    const char *type;
    StaticForm plain, gz, br;
} StaticFile;

typedef struct StaticSet {
    const StaticFile *files; /* ordered by path, bytewise */
    size_t count;
} StaticSet;

extern const StaticSet web_files; /* what this program was built with */

/* What a page of ours may load: itself, and pictures it made. Vue and the map set
 * styles through the object model, which needs no 'unsafe-inline'. */
#define STATIC_CSP                                                                                   \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; " \
    "manifest-src 'self'; worker-src 'self'; img-src 'self' data: blob:; base-uri 'none'; "          \
    "form-action 'self'; frame-ancestors 'none'"

/* The file at `path` (a path that ends in '/' means its index.html), or NULL. */
const StaticFile *static_find(const StaticSet *set, Str path);
/* Answers GET and HEAD, 405 to others. `csp` NULL: STATIC_CSP. */
void static_answer(HttpCall *c, const StaticFile *file, const char *csp);
/* 404 with a page, for a browser that asked for what is not there. */
void static_missing(HttpCall *c, const StaticFile *file);

#endif
