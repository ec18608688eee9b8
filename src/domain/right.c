/* right – see right.h. One row per role: what it may do. A role that is not
 * here yet may sign in and see the ground, no more. */
#include "right.h"

#define CAN(right) (1u << RIGHT_##right)
#define SEES_CASES CAN(CASE_READ)
#define WORKS CAN(CASE_READ) | CAN(CASE_ACT)

static const struct {
    Role role;
    unsigned rights;
} grants[] = {
    { ROLE_COMMUNITY_WORKER, SEES_CASES },
    { ROLE_GRID_WORKER, WORKS },
    { ROLE_SECRETARY, SEES_CASES },
    { ROLE_DIRECTOR, SEES_CASES },
    { ROLE_GRID_LEAD, SEES_CASES },
    { ROLE_GRID_SECRETARY, SEES_CASES },
    { ROLE_DUTY_LEAD, WORKS | CAN(CONTACT_OPEN) },
    { ROLE_DISPATCHER, WORKS | CAN(CONTACT_OPEN) },
    { ROLE_CALLBACK, WORKS | CAN(CONTACT_OPEN) },
    { ROLE_CHECKER, WORKS },
    { ROLE_SUPERVISOR, SEES_CASES },
    { ROLE_HANDLER, WORKS },
    { ROLE_PROPERTY, WORKS },
    { ROLE_LEADER, SEES_CASES },
    /* 三员分立: three persons, none of whom reads cases. */
    { ROLE_SYSTEM_ADMIN, CAN(GROUND_WRITE) | CAN(ACCOUNT_WRITE) | CAN(SETTING_WRITE) },
    { ROLE_SECURITY_ADMIN, CAN(POST_WRITE) },
    { ROLE_AUDIT_ADMIN, CAN(AUDIT_READ) },
};

bool right_of(Role role, Right right) {
    if (right == RIGHT_PUBLIC)
        return true;
    if (right == RIGHT_SIGNED_IN)
        return role != ROLE_PUBLIC;
    for (size_t i = 0; i < COUNT(grants); i++)
        if (grants[i].role == role)
            return (grants[i].rights & (1u << right)) != 0;
    return false;
}
