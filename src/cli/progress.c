/* progress – see progress.h. */
#include "progress.h"

#include "clock.h"

#include <stdio.h>
#include <unistd.h>

enum { QUIET_MS = 1000, BETWEEN_MS = 100, WIDTH = 30 };

void progress_begin(Progress *p, const char *what, int64_t total) {
    *p = (Progress){
        .what = what, .total = total, .began_mono = clock_mono_ms(), .terminal = isatty(STDERR_FILENO) == 1
    };
}

static void draw(const Progress *p, int64_t done) {
    static const char full[] = "##############################", empty[] = "                              ";
    int64_t part = p->total > 0 ? done < p->total ? done : p->total : 0;
    int n = p->total > 0 ? (int)(part * WIDTH / p->total) : 0;

    if (p->total > 0)
        fprintf(stderr, "\r%s [%.*s%.*s] %d %%  ", p->what, n, full, WIDTH - n, empty,
                (int)(part * 100 / p->total));
    else
        fprintf(stderr, "\r%s %lld  ", p->what, (long long)done);
    fflush(stderr);
}

void progress_show(Progress *p, int64_t done) {
    if (!p->terminal)
        return;
    int64_t now = clock_mono_ms();
    if (now - p->began_mono < QUIET_MS || now - p->shown_mono < BETWEEN_MS)
        return;
    p->shown_mono = now;
    p->shown = true;
    draw(p, done);
}

void progress_word(Progress *p, const char *word) {
    if (!p->terminal)
        return;
    p->shown = true;
    fprintf(stderr, "\r\033[K%s: %s…", p->what, word);
    fflush(stderr);
}

void progress_end(Progress *p) {
    if (p->shown)
        fprintf(stderr, "\r\033[K");
    p->shown = false;
}
