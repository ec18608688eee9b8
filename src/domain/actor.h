/* actor – who calls, in which post: one role, the part of the city and the unit
 * that go with it. An empty Actor is the public: it sees nothing that has a
 * scope. The operator of the command line and importers act as `actor_operator`. */
#ifndef JW_ACTOR_H
#define JW_ACTOR_H

#include "right.h"

typedef struct Actor {
    AccountId account; /* 0: not signed in */
    PostId post;
    SessionId session;
    AppKeyId app;     /* 0: not an application with a key; it has no account and no role */
    int32_t app_most; /* how much it may send in ten minutes from one network */
    Role role;
    OrgId unit;     /* 0: none */
    bool leads;     /* his post leads the unit */
    Near near;      /* how far from; the command line: not known */
    unsigned reads; /* readers' mask: READ(role) | READ(PUBLIC) */
    Scope scope;
    char path_room[2][48]; /* what scope.path_low and path_high point to; see actor_copy */
} Actor;

void actor_public(Actor *ret);

/* Acts in `role` on all paths that begin with `path` ("0": the whole city), for
 * the cases of `unit` alone if it is not 0. */
void actor_in(Role role, Str path, OrgId unit, Actor *ret);

void actor_copy(const Actor *from, Actor *ret); /* an Actor points into itself */

bool actor_reaches(const Actor *by, Str path); /* does it lie in his part of the city? */

bool actor_may(const Actor *by, Right right);

/* What an answer in bytes carries beside them: `text` names what they stand for –
 * while it is the same, so are the bytes (an ETag, without quotes). `keep_s`: who
 * so ever may keep them so long; 0: only the caller, asking each time. */
typedef struct Tag {
    char text[64];
    int32_t keep_s;
} Tag;

/* A list of at most `n` rows of the output record, in the arena of the call. */
typedef struct Page {
    void *rows;
    size_t n, max;
} Page;

#endif
