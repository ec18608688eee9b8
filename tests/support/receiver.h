/* receiver – a small HTTP server on loopback that other systems' webhooks are told to: it
 * keeps what it was sent and behaves as the test wants, badly above all. */
#ifndef JW_RECEIVER_H
#define JW_RECEIVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

typedef enum ReceiverMood {
    RECEIVER_ANSWERS, /* with `status` and perhaps `header` */
    RECEIVER_HANGS,   /* reads, and says nothing until the mood changes */
    RECEIVER_CLOSES,  /* reads, and closes in the middle of the status line */
    RECEIVER_HUGE     /* 200, and a body without end */
} ReceiverMood;

enum { RECEIVED_MAX = 200, RECEIVED_BYTES = 6000 };

typedef struct Receiver {
    int port, listener;
    pthread_t thread;
    _Atomic ReceiverMood mood;
    _Atomic int status;
    char header[100]; /* a line with its end, or "" */
    atomic_bool stop;
    _Atomic size_t n; /* requests so far */
    struct {
        char head[2000], body[RECEIVED_BYTES];
    } got[RECEIVED_MAX];
} Receiver;

void receiver_start(Receiver *r);
void receiver_stop(Receiver *r);
void receiver_wait(Receiver *r, size_t n); /* until so many requests came; fails the test */

/* The value of a header of the n-th request; "" where there is none. Valid until the next. */
const char *receiver_header(const Receiver *r, size_t n, const char *name);

#endif
