/* places_plan – what the files of the places import share: the rows as they were
 * read, then with what was found out about them. Order: places_read.c,
 * places_judge.c, places_file.c (writes), places_report.c. */
#ifndef JW_PLACES_PLAN_H
#define JW_PLACES_PLAN_H

#include "place.h"
#include "places_file.h"
#include "polygon.h"
#include "project.h"

typedef struct PlaceRow {
    int64_t row;
    Str name, area_code, code, aliases, compound, old;
    PlaceKind kind;
    int32_t households, population; /* -1: not known */
    int32_t since;                  /* 0: not known */
    bool pointed;
    Degrees written; /* as it stands in the file */
    Point at;        /* in WGS84 */
    Shape shape;     /* the heap's; n_points 0: none */
    bool kinded;     /* the file or an option says which kind */
    bool taken;      /* it is to be written, into `area` */
    bool changes;    /* it is there as `known`, and becomes this */
    PlaceId known;
    AreaId area;
} PlaceRow;

typedef struct PlacesPlan {
    const PlacesOptions *how;
    PlacesReport *report;
    Datum datum;
    Arena texts; /* of the rows */
    PlaceRow *rows;
    int32_t n, room;
    PlaceId *ends; /* the heap's */
    int32_t n_ends, ends_room;
} PlacesPlan;

/* What the row asks of a place; `now`: of one that is to be made. */
PlacePut places_put_of(const PlaceRow *r, bool now);

Err places_read(PlacesPlan *p, Str bytes, Fault *f);
Err places_missing(Tx *tx, PlacesPlan *p, Fault *f); /* places_missing.c: what the file does not have */
Err places_judge(Tx *tx, PlacesPlan *p, Fault *f);
Err places_finding(PlacesPlan *p, FindingKind kind, int64_t row, Str name, Str other, Fault *f);

#endif
