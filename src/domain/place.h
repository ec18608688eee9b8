/* place 地点 – the rows of buildings, compounds, shops and parks, and what else they
 * are called. Each lies in one grid. Which of them words mean: place_locate() here,
 * the picture behind it in address.h. */
#ifndef JW_PLACE_H
#define JW_PLACE_H

#include "actor.h"
#include "tx.h"

/* Shapes are geo's; who only passes places on need not see them. */
struct Shape;

/* ---- for importers and the code beside this file ---- */

/* What is zero is not known; `kind` 0 is a building. After the last one of an import
 * the caller calls places_changed(). */
typedef struct PlacePut {
    AreaId area;
    Str name;
    int32_t households; /* -1: not known */
    bool placed;
    int32_t lon, lat;
    PlaceKind kind;
    Str code;
    bool peopled;
    int32_t population;
    const struct Shape *shape; /* NULL: none. Gives the point, too, where there is none. */
    int32_t since;             /* civil day, or 0 */
} PlacePut;
Err place_put(Tx *tx, const PlacePut *in, Place *ret, Fault *f);
Err place_alias_put(Tx *tx, PlaceId place, Str name, AliasKind kind, PlaceAlias *ret, Fault *f);
Err places_follow(Tx *tx, AreaId from, const Area *to, Fault *f); /* the one joined the other */
Err covers_follow(Tx *tx, const Area *at, Fault *f); /* what covers its buildings, after they came */
Err places_changed(Tx *tx, Fault *f);                /* the next revision: the words of addresses follow */

Err place_load(Tx *tx, PlaceId id, Place *ret, Fault *f);
Err place_by_code(Tx *tx, Str code, Place *ret, bool *ret_found, Fault *f);
/* Places that stand, in the order of their keys. */
Err places_after(Tx *tx, PlaceId after, Place *rows, size_t max, size_t *ret_n, Fault *f);
/* Those of exactly that name, in any grid; those that stand in one grid, by id. */
Err places_called(Tx *tx, Str name, Place *rows, size_t max, size_t *ret_n, Fault *f);
Err places_in(Tx *tx, AreaId area, PlaceId after, Place *rows, size_t max, size_t *ret_n, Fault *f);
Err place_by_name(Tx *tx, AreaId area, Str name, Place *ret, bool *ret_found, Fault *f);

/* The one place that the words mean, if that is certain; *ret_words are those that
 * matched, in quotes, in the arena of `tx`. */
typedef struct PlaceMeant {
    bool certain;
    Place place;
    Str words;
} PlaceMeant;
Err place_meant(Tx *tx, Str text, PlaceMeant *ret, Fault *f);
Err place_of_words(Tx *tx, Str text, PlaceLocated *ret, Fault *f);

/* ---- operations ---- */

Err place_get(Tx *tx, const PlaceKey *in, const Actor *by, Place *ret, Fault *f);
Err place_list(Tx *tx, const PlaceFind *in, const Actor *by, Page *ret, Fault *f);
Err place_locate(Tx *tx, const PlaceWords *in, const Actor *by, PlaceLocated *ret, Fault *f);
Err place_alias_add(Tx *tx, const PlaceAliasNew *in, const Actor *by, PlaceAlias *ret, Fault *f);
Err place_history(Tx *tx, const PlaceKey *in, const Actor *by, Page *ret, Fault *f); /* place_change.c */
Err place_alias_list(Tx *tx, const PlaceKey *in, const Actor *by, Page *ret, Fault *f);

#endif
