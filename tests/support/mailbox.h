/* mailbox – a small mail server on loopback: it keeps the letters that it took and behaves
 * as the test wants. No TLS and no sign-in. */
#ifndef JW_MAILBOX_H
#define JW_MAILBOX_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum MailboxMood {
    MAILBOX_TAKES,
    MAILBOX_BUSY,    /* 451 after the letter: it is not kept */
    MAILBOX_UNKNOWN, /* 550: there is nobody of that name */
    MAILBOX_CUTS     /* closes in the middle of the letter */
} MailboxMood;

enum { LETTERS_MAX = 20, LETTER_BYTES = 24000 };

typedef struct Mailbox {
    int port, listener;
    pthread_t thread;
    _Atomic MailboxMood mood;
    atomic_bool stop;
    _Atomic size_t n, tries; /* letters kept; connections */
    struct {
        char from[200], to[200], data[LETTER_BYTES], text[LETTER_BYTES]; /* text: its base64, undone */
    } got[LETTERS_MAX];
} Mailbox;

void mailbox_start(Mailbox *m);
void mailbox_stop(Mailbox *m);

#endif
