/* areas_marks – where the areas of all layers are, without their shapes: what a file
 * that comes in can be held against. Only for areas_datum.c. */
#ifndef JW_AREAS_MARKS_H
#define JW_AREAS_MARKS_H

#include "area.h"
#include "point.h"
#include "words.h"

typedef struct AreaMark {
    AreaLevel level;
    Str code, name;
    Point label;
    double m2;
} AreaMark;

typedef struct AreaMarks {
    AreaMark *list; /* by latitude of the label */
    int32_t n, room;
    Arena texts;
    Box box; /* of the labels */
} AreaMarks;

Err area_marks_load(Store *s, AreaMarks *ret, Fault *f); /* of every active area with a shape; `s` NULL: none */
void area_marks_free(AreaMarks *m);

#endif
