/* areas_report – what an import of areas found: every finding with its feature, the
 * area, its size and a point to look at, and how many of each kind. Some kinds stop an
 * import, the others only warn; each says what to do (areas_report.c has the table). The texts of the
 * import live in its arena. */
#ifndef JW_AREAS_REPORT_H
#define JW_AREAS_REPORT_H

#include "records.h"

typedef enum AreaNoteKind {
    NOTE_DUPLICATE, /* the code stands twice in the file; count: the feature that has it first      */
    NOTE_TAKEN,     /* the layer has an active area of that code                                    */
    NOTE_CODE,      /* against the pattern, missing or longer than 40                               */
    NOTE_NAME,      /* longer than 80                                                               */
    NOTE_HOPELESS,  /* the shape could not be repaired; why                                         */
    NOTE_PARENT,    /* other: the parent that is named and does not exist                           */
    NOTE_CYCLE,     /* it names itself, or its parents lead back to it; other: the parent named     */
    NOTE_TWICE,     /* a building in two micro-grids, or twice in one; other: the other grid        */
    NOTE_ELSEWHERE, /* a building of the list stands in another grid, other                         */
    NOTE_COVERED,   /* count finer areas of the governing layer lie in it: its shape belongs elsewhere */
    NOTE_REPAIRED,  /* why; m2: the change of area                                                  */
    NOTE_RINGS,     /* count rings enclosed nothing and were dropped                                */
    NOTE_VERTICES,  /* count vertices of neighbours were put in                                     */
    NOTE_OVERLAP,   /* with other, m2                                                               */
    NOTE_GAP,       /* m2 that nobody covers; code, other: areas beside it                          */
    NOTE_ORPHAN,    /* no parent found: it stands at the top                                        */
    NOTE_ASTRIDE,   /* it lies in two parents: share of it in other, which takes it, and in third   */
    NOTE_NEST,      /* m2 lies outside of the parent, other                                         */
    NOTE_MISMATCH,  /* m2 between an upper area's own shape and the union of what lies in it        */
    NOTE_ALONE,     /* has no area of its code in the layer it is compared with, other              */
    NOTE_ROW,       /* row count of a table names it and there is no such area                      */
    NOTE_DATUM,     /* it looks like the datum `why`, count metres off, and --crs insists on WGS84  */
    NOTE_EXCHANGED, /* by the list of codes its name has the code of other, and other's name its own */
    NOTE_UNLISTED,  /* the list of codes does not have it; other: the code its name has there       */
    NOTE_UNMAPPED,  /* the list of codes has it, the file does not; other: the name there           */
    NOTE_RENAMED,   /* the list of codes calls it other                                             */
    NOTE_MOVED,     /* a building goes to this grid from other, because --move says so              */
    NOTE_CHANGED,   /* a building that stands: its households or point become what the list says    */
    NOTE_THERE,     /* a building stands there already, as the list says                            */
    NOTE_MISSING,   /* a building stands in other and is not in the list: it stays                  */
    NOTE_UNNAMED,   /* no name: the code stands for it                                              */
    NOTE_SIZE,      /* count households: a micro-grid should have 300 to 500                        */
    NOTE_COUNT
} AreaNoteKind;

typedef struct AreaNote {
    AreaNoteKind kind;
    int32_t feature, line; /* of the file, from 1; of a list: row and line; 0: it is of none */
    Str code, other, third;
    double m2, share, share_third; /* shares from 0 to 1 */
    int64_t count;
    bool placed;
    int32_t lon, lat;
    char why[64];
} AreaNote;

#define AREA_NOTES_MAX 200000 /* more are counted, not listed */

typedef struct AreasReport {
    Arena texts, known_texts[2]; /* of the import; of what the layer, and the one compared, had */
    AreaNote *notes;
    size_t n, room;
    int64_t counts[NOTE_COUNT];
    double m2[NOTE_COUNT]; /* totals, listed or not */
    Str file, layer;
    bool judged, checked, written; /* judged: the file could be read, the findings are all there are */
    int64_t features, buildings, areas[LEVEL_BUILDINGS + 1]; /* areas by level: of the file and made above it */
} AreasReport;

Err areas_report_begin(AreasReport *r, size_t text_bytes, Fault *f);
void areas_report_end(AreasReport *r);
Err areas_note(AreasReport *r, const AreaNote *note, Fault *f);

int64_t areas_report_stops(const AreasReport *r);       /* findings that stop the import */
Err areas_report_fault(const AreasReport *r, Fault *f); /* what it is refused with */

/* Both languages, what stops first, of each kind what to do and the first examples. */
void areas_report_print(const AreasReport *r, Buf *b);
void areas_report_json(const AreasReport *r, Buf *b); /* one object, all findings */
void areas_report_csv(const AreasReport *r, Buf *b);  /* a table for Excel, all findings */

#endif
