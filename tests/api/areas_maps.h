/* areas_maps – what the tests of imports of areas share: a store, maps of squares
 * written as GeoJSON, the report, and what the store has afterwards. */
#ifndef JW_AREAS_MAPS_H
#define JW_AREAS_MAPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "area.h"
#include "areas_file.h"
#include "point.h"
#include "polygon.h"
#include "store.h"
#include "testdb.h"

extern Store *store;
extern Dialect dialect;
extern Fault fa;
extern AreasReport report;

int set_up(void **state);
int tear_down(void **state);
void ok_at(Err e, int line);
#define assert_ok(call) ok_at(call, __LINE__)

/* ---- maps of squares: units of a thousandth of a degree from 121, 31 ---- */

enum { UNIT = 10000 }; /* 1e-7 degree */
extern const Point origin;
extern Buf map;
void map_begin(void);
void feature(const char *code, const char *more); /* `more`: attributes, each with a comma before it */
void ring(double x, double y, double w, double h);
void corner(double x, double y, const char *after);
void square(const char *code, const char *more, double x, double y, double w, double h);
Str map_end(void);
double m2_of(double x, double y, double w, double h); /* the exact area of a rectangle */
void close_to(double got, double expected);

/* ---- importing ---- */

AreasOptions options(const char *layer, AreaLevel level);
Err import(Str text, const AreasOptions *how);
void only(AreaNoteKind kind, int64_t n); /* findings of this kind and no other */
const AreaNote *note_of(AreaNoteKind kind);
void says(const AreaNote *note, const char *code, const char *other);
void refused(Err got, Err expected, const char *key);

/* ---- what the store has of a layer and one of its areas ---- */

typedef struct Look {
    const char *layer, *code;
    Arena arena;
    Layer found;
    Area area, parent;
    char parent_code[64], path[64];
    int64_t rows, places;
    Shape shape;
    bool shaped;
} Look;
Err look_at(const char *layer, const char *code, Look *ret); /* `code` NULL: the layer alone */
void absent(const char *layer);
void stands(const char *layer, const char *code, const char *parent, double m2);

#endif
