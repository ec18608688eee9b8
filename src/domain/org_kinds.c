/* org_kinds – see org_kinds.h. Units may stand anywhere. A joint, provisional or
 * functional organisation may stand beside the one that corresponds; where the kind
 * leads, a joint or provisional one does so as well, a functional one never: its
 * members keep their own. */
#include "org_kinds.h"

#include "mem.h"

#define L(level) (1u << LEVEL_##level)
#define ABOVE_BUILDINGS (L(SUBDISTRICT) | L(ZONE) | L(RESIDENTIAL) | L(MICRO))

static const struct {
    OrgKind kind;
    unsigned fits, leads; /* levels */
} kinds[] = {
    { PARTY_SUBDISTRICT, L(SUBDISTRICT), L(SUBDISTRICT) },
    { PARTY_ZONE, L(ZONE), L(ZONE) },
    { PARTY_RESIDENTIAL, L(RESIDENTIAL), L(RESIDENTIAL) },
    { PARTY_COMMITTEE, ABOVE_BUILDINGS, L(ZONE) | L(RESIDENTIAL) },
    { PARTY_GENERAL, ABOVE_BUILDINGS, L(ZONE) | L(RESIDENTIAL) },
    { PARTY_BRANCH, ABOVE_BUILDINGS, L(RESIDENTIAL) | L(MICRO) },
    { PARTY_JOINT_COMMITTEE, ABOVE_BUILDINGS, L(ZONE) | L(RESIDENTIAL) },
    { PARTY_JOINT_GENERAL, ABOVE_BUILDINGS, L(ZONE) | L(RESIDENTIAL) },
    { PARTY_JOINT_BRANCH, ABOVE_BUILDINGS, L(MICRO) },
    { PARTY_PROVISIONAL_COMMITTEE, ABOVE_BUILDINGS, L(ZONE) | L(RESIDENTIAL) },
    { PARTY_PROVISIONAL_GENERAL, ABOVE_BUILDINGS, L(ZONE) | L(RESIDENTIAL) },
    { PARTY_PROVISIONAL_BRANCH, ABOVE_BUILDINGS, L(RESIDENTIAL) | L(MICRO) },
    { PARTY_FUNCTIONAL_COMMITTEE, ABOVE_BUILDINGS, 0 },
    { PARTY_FUNCTIONAL_GENERAL, ABOVE_BUILDINGS, 0 },
    { PARTY_FUNCTIONAL_BRANCH, ABOVE_BUILDINGS, 0 },
    { PARTY_STREET, ABOVE_BUILDINGS, 0 },
    { PARTY_GROUP, L(RESIDENTIAL) | L(MICRO) | L(BUILDINGS), L(BUILDINGS) },
    { PARTY_INSTRUCTOR, L(RESIDENTIAL) | L(MICRO) | L(BUILDINGS), 0 },
};

bool org_is_unit(OrgKind kind) { return kind < PARTY_SUBDISTRICT; }

bool org_fits(OrgKind kind, AreaLevel level) {
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].fits & 1u << level;
    return org_is_unit(kind);
}

bool org_leads(OrgKind kind, AreaLevel level) {
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].leads & 1u << level;
    return false;
}
