/* actor – see actor.h. */
#include "actor.h"

#include <string.h>

void actor_public(Actor *ret) {
    *ret = (Actor){ .role = ROLE_PUBLIC, .reads = READ(PUBLIC) };
    ret->scope.path_low = ret->scope.path_high = (Str){ ret->path_room[0], 0 };
}

static void point_into_itself(Actor *a) {
    a->scope.path_low = str(a->path_room[0]);
    a->scope.path_high = str(a->path_room[1]);
}

void actor_in(Role role, Str path, OrgId unit, Actor *ret) {
    *ret = (Actor){ .role = role, .unit = unit, .reads = READ(PUBLIC) | 1u << role };
    size_t n = path.n < sizeof ret->path_room[0] - 2 ? path.n : sizeof ret->path_room[0] - 2;
    memcpy(ret->path_room[0], path.p, n);
    memcpy(ret->path_room[1], path.p, n);
    ret->path_room[1][n] = '~';
    point_into_itself(ret);
    ret->scope.unit_low = unit.v;
    ret->scope.unit_high = unit.v ? unit.v : ID_TOP;
}

void actor_copy(const Actor *from, Actor *ret) {
    *ret = *from;
    point_into_itself(ret);
}

bool actor_reaches(const Actor *by, Str path) {
    Str low = by->scope.path_low;
    return low.n > 0 && path.n >= low.n && memcmp(path.p, low.p, low.n) == 0;
}

bool actor_may(const Actor *by, Right right) {
    return right == RIGHT_APP ? by->app.v != 0 : right_of_post(by->role, by->leads, right);
}
