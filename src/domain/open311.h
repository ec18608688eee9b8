/* open311 – cases as requests of the standard GeoReport v2, and services as categories of
 * the catalogue (docs/open311.md). A request's id is its case's id: it opens nothing but
 * what stands here, unlike the tracking code, which is the reporter's.
 *
 * Reading order: open311.c (discovery, services), open311_requests.c (what is shown),
 * open311_post.c (a report), open311_updates.c (steps out, additions in). Shown are public
 * cases alone (case_public.h), without the reporter's words; with a key also the status of
 * one that is asked for by its id. How it looks on the wire: port/georeport.h. */
#ifndef JW_OPEN311_H
#define JW_OPEN311_H

#include "actor.h"
#include "tx.h"

enum { OPEN311_MOST = 1000, OPEN311_DAYS = 90 };

Err open311_discovery(Tx *tx, const Open311Ask *in, const Actor *by, Open311Discovery *ret, Fault *f);
Err open311_services(Tx *tx, const Open311Ask *in, const Actor *by, Page *ret, Fault *f);
Err open311_definition(Tx *tx, const Open311Ask *in, const Actor *by, Open311Definition *ret, Fault *f);
Err open311_requests(Tx *tx, const Open311Find *in, const Actor *by, Page *ret, Fault *f);
Err open311_request(Tx *tx, const Open311Key *in, const Actor *by, Page *ret, Fault *f);
Err open311_token(Tx *tx, const Open311Key *in, const Actor *by, Page *ret, Fault *f);
Err open311_post_prepare(Tx *tx, Open311Post *in, const Actor *by, Fault *f);
Err open311_post(Tx *tx, const Open311Post *in, const Actor *by, Page *ret, Fault *f);
Err open311_updates(Tx *tx, const Open311Since *in, const Actor *by, Page *ret, Fault *f);
Err open311_add_update(Tx *tx, const Open311UpdateNew *in, const Actor *by, Page *ret, Fault *f);

/* ---- between these files ---- */

/* ERR_NOT_FOUND: a jurisdiction is named, and it is not this one. */
Err open311_judge(Tx *tx, bool named, Str jurisdiction, Fault *f);

/* The categories in force, in the arena. */
Err open311_categories(Tx *tx, const Category **ret, size_t *ret_n, Fault *f);
const Category *open311_category(const Category *all, size_t n, Str code); /* NULL: none */

bool open311_id(Str text, CaseId *ret); /* false: it is no id */
void open311_print_id(CaseId id, char ret[24]);
bool open311_is_over(CaseState state);

/* What the next word of a list with commas is; n 0: none is left. */
Str open311_next(Str *list);

#endif
