/* town – a fictional city of addresses, made to be confused: the same lane on many
 * roads, 东路 and 西路, 一村 and 二村, 新村 and 小区 of one name, compounds of one name
 * in two subdistricts; and ten ways to write each address. The same seed gives the
 * same city. For the test and the bench of locate. */
#ifndef JW_TOWN_H
#define JW_TOWN_H

#include "locate.h"

enum { SPELLINGS = 10 };
extern const char *const spelling_titles[SPELLINGS];

typedef struct Town {
    Arena arena;
    uint64_t dice;
    LocateArea *areas;
    LocatePlace *places;
    struct TownPlace *more; /* of each place, what its spellings are made of */
    LocateInput in;
    int32_t n_areas, n_places;
} Town;

/* Aborts without memory: it is a test's. About `n` places. */
void town_make(int32_t n, uint64_t seed, Town *ret);
void town_end(Town *t);

/* The address of a place as a person might write it; `to` holds 512 bytes. */
void town_spell(Town *t, int32_t place, int32_t spelling, char *to);

/* An address like the others that does not exist: a number too high, a road that
 * is not there. */
void town_spell_none(Town *t, char *to);

uint32_t town_draw(Town *t, uint32_t below);

#endif
