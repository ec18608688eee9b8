/* ground_keeper – one thread of a server that keeps the ground: it makes the picture of
 * a new revision beside the requests, and writes its index into the cache.
 *
 * Without a keeper (the command line) a picture is made by whoever asks, and files
 * are only read. What it does is told to `said`, which logs. */
#ifndef JW_GROUND_KEEPER_H
#define JW_GROUND_KEEPER_H

#include "tx.h"

typedef enum GroundEvent {
    GROUND_READY,     /* a new picture; `cached`: its index came from the file */
    GROUND_IGNORED,   /* a file was not believed; `why`: "damaged" or "other" */
    GROUND_WRITTEN,   /* the file is there */
    GROUND_UNWRITTEN, /* it is not; `fault` */
    GROUND_NOT_MADE,  /* there is no picture; `fault`; whoever needs it is told */
} GroundEvent;

typedef struct GroundNews {
    GroundEvent event;
    const char *file, *why;
    const Fault *fault;
    bool cached;
    int64_t areas, ms;
} GroundNews;
typedef void GroundSaid(const GroundNews *news); /* any thread; be brief */

/* `dir` is where the files of this store are, copied; before the first request. */
void ground_keep_in(Store *s, const char *dir);

/* Makes the first picture, then starts the thread. Ended by ground_forget. */
Err ground_keeper_start(Store *s, GroundSaid *said, Fault *f);

/* ---- for ground.c ---- */

bool ground_keeper_dir(Store *s, char ret[1024]); /* false: no files for this store */
bool ground_keeper_wake(Store *s);                /* false: nobody keeps it */
void ground_keeper_say(Store *s, const GroundNews *news);
void ground_keeper_end(Store *s);

#endif
