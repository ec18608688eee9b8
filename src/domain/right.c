/* right – see right.h. One row per role: what it may do. Who has CAN(SIGNED_IN) alone
 * sees the ground and reports; a test says that no role is without a row. */
#include "right.h"

#define CAN(right) (1u << RIGHT_##right)
#define SEES_GROUND CAN(SIGNED_IN)
#define SEES_CASES (SEES_GROUND | CAN(CASE_READ))
#define PLANS (CAN(PLAN) | CAN(PLAN_SEE))
#define PETITIONS (CAN(PETITION_READ) | CAN(PETITION_ACT))
#define WORKS (SEES_CASES | CAN(CASE_ACT))

static const unsigned grants[] = {
    [ROLE_PUBLIC] = CAN(PUBLIC),
    /* Neighbours and outside units: what concerns them comes to them, they search nothing. */
    [ROLE_VOLUNTEER] = SEES_GROUND,
    [ROLE_BUILDING_LEADER] = SEES_GROUND,
    [ROLE_OWNERS] = SEES_GROUND,
    [ROLE_PARTNER] = SEES_GROUND,
    /* Disputes and the law: only on the case that names them, and none does yet. */
    [ROLE_POLICE] = SEES_GROUND,
    [ROLE_LAWYER] = SEES_GROUND,
    [ROLE_MEDIATOR] = SEES_GROUND,
    /* The grid. */
    [ROLE_COMMUNITY_WORKER] = SEES_CASES | CAN(VISIT),
    [ROLE_GRID_WORKER] = WORKS | CAN(VISIT),
    [ROLE_SECRETARY] = SEES_CASES | CAN(DUTY_WRITE) | CAN(VISIT),
    [ROLE_DIRECTOR] = SEES_CASES | CAN(VISIT),
    [ROLE_GRID_LEAD] = SEES_CASES | CAN(DUTY_WRITE) | CAN(VISIT),
    [ROLE_GRID_SECRETARY] = SEES_CASES | PLANS | CAN(VISIT),
    /* The centre. */
    [ROLE_DUTY_LEAD] = WORKS | CAN(CONTACT_OPEN) | CAN(DUTY_WRITE) | CAN(EXPORT_APPROVE) | CAN(EXPORT_SEE) |
                       PLANS | PETITIONS | CAN(PETITION_RECEIVE) | CAN(FILE_AGREE),
    [ROLE_DISPATCHER] = WORKS | CAN(CONTACT_OPEN) | PETITIONS | CAN(PETITION_RECEIVE),
    [ROLE_CALLBACK] = WORKS | CAN(CONTACT_OPEN),
    [ROLE_CHECKER] = WORKS,
    [ROLE_SUPERVISOR] = SEES_CASES | WORKS,
    [ROLE_LEADER] = SEES_CASES | CAN(EXPORT_APPROVE) | CAN(EXPORT_SEE) | CAN(PLAN_APPROVE) | CAN(PLAN_SEE) |
                    PETITIONS | CAN(FILE_AGREE) | WORKS,
    /* The units: their own cases. */
    [ROLE_HANDLER] = WORKS | PETITIONS,
    [ROLE_PROPERTY] = WORKS,
    /* 三员分立: three persons, none of whom reads cases (post.c). */
    [ROLE_SYSTEM_ADMIN] =
        SEES_GROUND | CAN(GROUND_WRITE) | CAN(ACCOUNT_WRITE) | CAN(ACCOUNT_SEE) | CAN(SETTING_WRITE),
    [ROLE_SECURITY_ADMIN] = SEES_GROUND | CAN(POST_WRITE) | CAN(ACCOUNT_SEE),
    [ROLE_AUDIT_ADMIN] = SEES_GROUND | CAN(AUDIT_READ) | CAN(ACCOUNT_SEE) | CAN(EXPORT_SEE),
};
_Static_assert(COUNT(grants) == ROLE_AUDIT_ADMIN + 1, "a role without a row may do nothing at all");

bool right_of_post(Role role, bool leads, Right right) {
    bool of_unit = role == ROLE_HANDLER || role == ROLE_PROPERTY;

    return right_of(role, right) || (leads && of_unit && right == RIGHT_DUTY_WRITE);
}

bool right_of(Role role, Right right) {
    if (right == RIGHT_PUBLIC)
        return true;
    return (size_t)role < COUNT(grants) && (grants[role] & (1u << right)) != 0;
}
