/* progress – a bar on a terminal for what takes more than a second. Nothing is
 * written where standard error is not a terminal, so that logs stay clean. */
#ifndef JW_PROGRESS_H
#define JW_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Progress {
    const char *what; /* borrowed: "cases", a file's name */
    int64_t total;    /* 0: not known; then only what is done is shown */
    int64_t began_mono, shown_mono;
    bool terminal, shown;
} Progress;

void progress_begin(Progress *p, const char *what, int64_t total);
void progress_word(Progress *p, const char *word); /* what is being done now, where it cannot be counted */
void progress_show(Progress *p, int64_t done);     /* cheap: draws at most ten times a second */
void progress_end(Progress *p);                    /* takes the bar away again */

#endif
