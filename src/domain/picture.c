/* picture – see picture.h. */
#include "picture.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

Picture *picture_borrow(Pictures *all, Store *s) {
    Picture *p = NULL;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < PICTURES_MAX; i++)
        if (all->of[i].store == s && s)
            p = all->of[i].picture;
    if (p)
        atomic_fetch_add(&p->users, 1);
    pthread_mutex_unlock(&lock);
    return p;
}

void picture_return(Picture *p) {
    if (p && atomic_fetch_sub(&p->users, 1) == 1)
        p->free(p);
}

void picture_keep(Pictures *all, Store *s, Picture *p) {
    Picture *old = NULL;
    size_t at = 0, free_at = PICTURES_MAX;

    pthread_mutex_lock(&lock);
    for (; at < PICTURES_MAX && all->of[at].store != s; at++)
        if (!all->of[at].store && free_at == PICTURES_MAX)
            free_at = at;
    at = at < PICTURES_MAX ? at : free_at;
    if (at < PICTURES_MAX) {
        old = all->of[at].picture;
        all->of[at].store = p ? s : NULL;
        all->of[at].picture = p;
        if (p)
            atomic_fetch_add(&p->users, 1);
    }
    pthread_mutex_unlock(&lock);
    picture_return(old);
}
