/* demo_city – what the files of the demo city share: its plan, and what of it is in the
 * store. In the order in which it is made: ground (demo_ground.c, on demo_mesh.h),
 * organisations and people (demo_orgs.c), the year of cases (demo_cases.c, in the words
 * of demo_words.h). Everything here is invented; the same seed and day give the same. */
#ifndef JW_DEMO_CITY_H
#define JW_DEMO_CITY_H

#include "demo.h"
#include "demo_mesh.h"
#include "demo_words.h"
#include "records.h"

enum { MICRO_LOW = 300, MICRO_HIGH = 500, MICRO_USUAL = 400, UNITS = 4, DEMO_NAME = 60 };

typedef struct DemoSubdistrict {
    char code[20], name[DEMO_NAME];
    AreaId id;
    OrgId units[UNITS];
    AccountId handlers[UNITS];
} DemoSubdistrict;

typedef struct DemoZone {
    char code[20], name[DEMO_NAME];
    AreaId id;
    int32_t subdistrict;
} DemoZone;

typedef struct DemoResidential {
    char code[20], name[DEMO_NAME], roads[2][DEMO_NAME];
    AreaId id;
    int32_t zone, subdistrict, first_micro, n_micros, lanes; /* lanes: numbers given so far */
    AccountId worker;
} DemoResidential;

typedef struct DemoMicro {
    char code[24], name[DEMO_NAME], compound[DEMO_NAME];
    AreaId id;
    PlaceId own;    /* exclusive: the place that it is for */
    PlaceId shop;   /* a small firm on the street; 0: none */
    PlaceKind kind; /* exclusive: what stands there; 0: homes */
    int32_t residential, households, first_block, n_blocks, first_group, n_groups, first_place, n_places;
} DemoMicro;

typedef struct DemoGroup { /* of buildings; an exclusive grid has one, which is no area */
    int32_t first_block, n_blocks;
} DemoGroup;

typedef struct DemoPlace {
    Point at;
    PlaceId id;
    AreaId group;
    int32_t micro, lane;
    int16_t road, number;
} DemoPlace;

typedef struct DemoCity {
    const DemoWish *wish;
    int64_t now_ms; /* as of */
    int32_t today;
    Str password_hash;
    const Grammar *grammar;
    Mesh mesh;
    int32_t *blocks; /* inside, in the order of the micro-grids */
    DemoSubdistrict *subdistricts;
    DemoZone *zones;
    DemoResidential *residentials;
    DemoMicro *micros;
    DemoGroup *groups;
    DemoPlace *places;
    int32_t n_subdistricts, n_zones, n_residentials, n_micros, n_groups, n_places, places_max, n_exclusive;
    char (*roads)[DEMO_NAME]; /* two for each residential area, in its order */
    LayerId layer;
    AreaId district;
    AccountId centre[ROLE_AUDIT_ADMIN + 1];
    Arena row; /* for each row anew */
} DemoCity;

Err demo_ground_plan(DemoCity *c, Fault *f); /* on the heap, until demo_ground_end */
void demo_ground_end(DemoCity *c);
Err demo_ground_write(Tx *tx, DemoCity *c, Fault *f);

Err demo_orgs_write(Tx *tx, DemoCity *c, Fault *f);
void demo_city_people_say(Buf *said);

int32_t demo_unit_for(Str category); /* which of the four units of a subdistrict has the duty */

Err demo_cases_write(Store *s, DemoCity *c, Fault *f);

/* The address of a place, and what people call it. */
void demo_address(const DemoCity *c, const DemoPlace *p, char *ret, size_t room);

/* As snprintf: names are made of names, and none is longer than its room. */
void demo_name(char *ret, size_t room, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
