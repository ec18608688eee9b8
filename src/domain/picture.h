/* picture – what is made of many rows and kept in memory, one per store: the ground,
 * the words of all addresses. A picture is never changed once it is made; readers on
 * any thread borrow it, and it lives until the last of them gives it back.
 *
 * Only what was committed is kept. A write that finds no current picture has one made on
 * a connection of readers; if that is not what it sees, the ground was changed in this
 * very transaction, and it makes a picture for itself alone: the change may be undone,
 * and the next one has its revision.
 *
 * The struct of such a picture begins with a Picture. */
#ifndef JW_PICTURE_H
#define JW_PICTURE_H

#include "tx.h"

typedef struct Picture {
    _Atomic int users; /* who makes it is the first */
    void (*free)(struct Picture *p);
} Picture;

enum { PICTURES_MAX = 16 };
typedef struct Pictures {
    struct {
        Store *store;
        Picture *picture;
    } of[PICTURES_MAX];
} Pictures; /* static, one per sort of picture */

Picture *picture_borrow(Pictures *all, Store *s); /* with one more user; NULL: none yet */
void picture_return(Picture *p);                  /* NULL: nothing */

/* Keeps `p` for this store, with one more user; the one before lives on until its
 * last reader. NULL forgets. Of more stores than PICTURES_MAX the picture is made
 * anew each time: right, only slower. */
void picture_keep(Pictures *all, Store *s, Picture *p);

#endif
