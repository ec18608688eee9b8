/* ground_keeper – see ground_keeper.h. */
#include "ground_keeper.h"

#include "ground.h"
#include "picture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef struct Keeper {
    Store *store; /* NULL: free */
    char dir[1024];
    GroundSaid *said;
    pthread_t thread;
    bool runs, wanted, stop;
} Keeper;

static Keeper keepers[PICTURES_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;

/* With the lock held. */
static Keeper *keeper_of(const Store *s) {
    for (size_t i = 0; i < COUNT(keepers); i++)
        if (keepers[i].store == s)
            return &keepers[i];
    return NULL;
}

void ground_keep_in(Store *s, const char *dir) {
    pthread_mutex_lock(&lock);
    Keeper *k = keeper_of(NULL);
    if (k) {
        *k = (Keeper){ .store = s };
        snprintf(k->dir, sizeof k->dir, "%s", dir);
    }
    pthread_mutex_unlock(&lock);
}

bool ground_keeper_dir(Store *s, char ret[1024]) {
    pthread_mutex_lock(&lock);
    const Keeper *k = s ? keeper_of(s) : NULL;
    if (k)
        memcpy(ret, k->dir, sizeof k->dir);
    pthread_mutex_unlock(&lock);
    return k != NULL;
}

bool ground_keeper_wake(Store *s) {
    pthread_mutex_lock(&lock);
    Keeper *k = s ? keeper_of(s) : NULL;
    bool runs = k && k->runs;
    if (runs) {
        k->wanted = true;
        pthread_cond_broadcast(&woken);
    }
    pthread_mutex_unlock(&lock);
    return runs;
}

void ground_keeper_say(Store *s, const GroundNews *news) {
    pthread_mutex_lock(&lock);
    const Keeper *k = s ? keeper_of(s) : NULL;
    GroundSaid *said = k ? k->said : NULL;
    pthread_mutex_unlock(&lock);
    if (said)
        said(news);
}

static void *keep(void *arg) {
    Keeper *k = arg;

    pthread_mutex_lock(&lock);
    while (!k->stop) {
        if (!k->wanted) {
            pthread_cond_wait(&woken, &lock);
            continue;
        }
        k->wanted = false;
        pthread_mutex_unlock(&lock);
        ground_renew(k->store, true);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

Err ground_keeper_start(Store *s, GroundSaid *said, Fault *f) {
    pthread_mutex_lock(&lock);
    Keeper *k = keeper_of(s);
    if (k)
        k->said = said;
    pthread_mutex_unlock(&lock);
    if (!k)
        return OK;
    ground_renew(s, false);
    pthread_mutex_lock(&lock);
    k->runs = pthread_create(&k->thread, NULL, keep, k) == 0;
    k->wanted = true;
    bool runs = k->runs;
    pthread_mutex_unlock(&lock);
    return runs ? OK : fault_memory(f);
}

void ground_keeper_end(Store *s) {
    pthread_mutex_lock(&lock);
    Keeper *k = s ? keeper_of(s) : NULL;
    bool runs = k && k->runs;
    if (k) {
        k->stop = true;
        k->runs = false;
        pthread_cond_broadcast(&woken);
    }
    pthread_mutex_unlock(&lock);
    if (runs)
        pthread_join(k->thread, NULL);
    pthread_mutex_lock(&lock);
    if (k)
        *k = (Keeper){ 0 };
    pthread_mutex_unlock(&lock);
}
