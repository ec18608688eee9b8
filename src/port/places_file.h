/* places_file – places from a table (CSV, XLSX) or a map (GeoJSON).
 *
 * Read whole, then judged, then written in one transaction or not at all. A place
 * belongs to the area of the governing layer whose code the row names, else to the
 * grid that holds its point; one that has neither is an orphan: it is listed and not
 * written, since every place belongs to exactly one grid. What is there already – the
 * same code, or the same name in the same grid – stays as it is, so that a file can
 * be imported again; if asked, it becomes what the file says, and what the file does not
 * have ends, each with its day (domain/place_change.h). A row that cannot be read refuses the file.
 *
 * Headings are Chinese or English (docs/places.md); options name other columns. */
#ifndef JW_PLACES_FILE_H
#define JW_PLACES_FILE_H

#include "datum_fit.h"
#include "mem.h"
#include "records.h"
#include "tx.h"

#define PLACES_BYTES_MAX ((size_t)100 << 20)

typedef enum PlaceColumn {
    COLUMN_NAME,
    COLUMN_AREA, /* the code of an area of the governing layer */
    COLUMN_KIND,
    COLUMN_CODE,
    COLUMN_HOUSEHOLDS,
    COLUMN_POPULATION,
    COLUMN_LON,
    COLUMN_LAT,
    COLUMN_ALIAS,    /* several with semicolons between */
    COLUMN_COMPOUND, /* 建设新村: 建设东路396弄12号 is also 建设新村12号 */
    COLUMN_OLD,      /* former names */
    COLUMN_SINCE,
    PLACE_COLUMNS
} PlaceColumn;

typedef struct PlacesOptions {
    Str file, sheet;            /* what messages call it; of a workbook, empty: the first */
    Str columns[PLACE_COLUMNS]; /* headings to use instead of the usual ones; empty: those */
    PlaceKind kind;             /* where there is no column; 0: buildings */
    Str crs;                    /* wgs84, cgcs2000, gcj02 or bd09 */
    bool check;                 /* judge only */
    bool update;                /* what is known and differs is made as the file says */
    bool end_missing;           /* known by a code, of a kind that the file has, and not in it: ended */
    int32_t day;                /* since when it is so; 0: today */
} PlacesOptions;

typedef enum FindingKind {
    FINDING_NOWHERE = 1, /* orphan: neither an area's code nor a point */
    FINDING_OUTSIDE,     /* orphan: no grid holds its point */
    FINDING_SWAPPED,     /* orphan: a grid would, if longitude and latitude were exchanged */
    FINDING_UNKNOWN,     /* no area has the code it names; taken by its point, or an orphan */
    FINDING_COARSE,      /* orphan: it names an area with finer grids within, and no point in one of them */
    FINDING_TWICE,       /* the same place stands above: not taken again */
    FINDING_THERE,       /* it is there already, as the file says */
    FINDING_DIFFERS,     /* it is there and differs; stays, because nobody asked for an update */
    FINDING_CHANGED,     /* it is there, differs, and becomes what the file says */
    FINDING_ENDED,       /* it is not in the file, and ends */
    FINDING_ELSEWHERE,   /* its point lies in another grid than it names; the name counts */
    FINDING_RANGE,       /* a micro-grid with too few or too many households */
    FINDING_KINDS
} FindingKind;

typedef struct Finding {
    FindingKind kind;
    int64_t row; /* below the heading, from 1; 0: of the whole file */
    Str name;    /* of the place, or of the grid */
    Str other;   /* the code it names, the grid it lies in, how many households */
} Finding;

typedef struct PlacesReport {
    int64_t rows, added, changed, ended, by_code, by_point, orphans;
    int64_t households, population; /* of all rows */
    int64_t n_of[FINDING_KINDS];
    Finding *findings;
    size_t n, room;
    Arena texts;
    DatumFit datum; /* do the points fit the areas that the rows name better when read as GCJ-02? */
    bool looks_gcj02;
} PlacesReport;

/* `report` is begun by the caller and filled whatever happens. ERR_INVALID names row
 * and column; nothing was written unless OK. */
Err places_import(Store *s, Str bytes, const PlacesOptions *how, PlacesReport *report, Fault *f);

Err places_report_begin(PlacesReport *r, size_t bytes, Fault *f);
void places_report_end(PlacesReport *r);
void places_report_print(const PlacesReport *r, Buf *b); /* for a person, both languages */
void places_report_json(const PlacesReport *r, Buf *b);
void places_report_csv(const PlacesReport *r, Buf *b); /* every finding */

#endif
