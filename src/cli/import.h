/* import – what the imports share: the file as a source with its bar, and the
 * list of kinds. Each kind is a function of its own, in a file of its own. */
#ifndef JW_IMPORT_H
#define JW_IMPORT_H

#include "command.h"
#include "progress.h"

#include <stdio.h>

typedef struct ImportFile {
    FILE *in;
    const char *path;
    int64_t done; /* bytes */
    Progress bar;
} ImportFile;
Err import_file_open(const char *path, ImportFile *ret, Fault *f);
void import_file_close(ImportFile *file);
Err import_file_pull(void *file, char *to, size_t room, size_t *ret_n, Fault *f); /* a CsvSource */

/* argv[0] is the first word after the kind. */
typedef struct ImportKind {
    const char *name, *arguments, *sentence;
    const char *more; /* for --help: the options, what it promises; or NULL */
    int (*run)(const Config *c, int argc, char **argv);
} ImportKind;
extern const ImportKind import_kinds[];
extern const size_t import_kinds_count;
int import_usage(const char *kind); /* prints it, EXIT_USAGE */
void import_help(const char *kind); /* of that kind, of all if there is no such */

/* A whole file of at most `max` bytes; buf_end it. The fault names the file. */
Err import_file_whole(const char *path, size_t max, Buf *ret, Fault *f);

/* Writes what --report asks for. */
Err import_write_report(const Buf *report, const char *path, Fault *f);

int import_areas(const Config *c, int argc, char **argv);
extern const char import_areas_more[];
int import_places(const Config *c, int argc, char **argv);
extern const char import_places_more[];
int import_orgs(const Config *c, int argc, char **argv);
extern const char import_orgs_more[];
int import_roster(const Config *c, int argc, char **argv);
extern const char import_roster_more[];
int import_cases(const Config *c, int argc, char **argv);
int import_calendar(const Config *c, int argc, char **argv);
int import_catalogue(const Config *c, int argc, char **argv);

#endif
