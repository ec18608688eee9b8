/* locate_inner – what the files of locate share: the folded text, its tokens, the
 * spellings ("forms") of places, and the index over them. The tests' oracle reads
 * it too. The way of a text: locate_fold.c → locate_hits.c → locate_score.c. */
#ifndef JW_LOCATE_INNER_H
#define JW_LOCATE_INNER_H

#include "locate.h"

#include <uchar.h>

/* ---- folded text (locate_fold.c) ---- */

typedef struct Folded {
    uint32_t *c;        /* half width, capitals, no spaces beside Chinese */
    int32_t *from, *to; /* bytes of the text that each letter stands for  */
    int32_t n;
} Folded;

/* What a number counts. The first five tell buildings apart. */
typedef enum NumClass {
    NUM_LANE,     /* 弄, 巷, 号院, and 号 before 号楼 */
    NUM_VILLAGE,  /* 村 */
    NUM_PHASE,    /* 期 */
    NUM_ZONE,     /* 区, 街坊, 组, 支弄 */
    NUM_BUILDING, /* 号, 号楼, 幢, 栋, 座, # */
    NUM_PARTS,
    NUM_UNIT = NUM_PARTS, /* 单元, 门 */
    NUM_FLOOR,            /* 层, 楼 */
    NUM_ROOM,             /* 室, and what follows a building's number */
    NUM_BARE,             /* no word behind it */
} NumClass;

typedef struct Num {
    int32_t lo, hi; /* a range 12–18, or twice the same */
    uint16_t sub;   /* 12之3 */
    uint8_t letter; /* 1 = A, 甲 */
    bool set;
} Num;

typedef enum TokenKind { TOKEN_NUMBER, TOKEN_NAME } TokenKind;

/* How well a name was written. */
typedef enum Spelling { SPELT_TYPO, SPELT_STEM, SPELT_EXACT } Spelling;

typedef struct Token {
    int32_t from, to; /* letters of the folded text */
    TokenKind kind;
    NumClass cls; /* of a number */
    Num num;
    int32_t name;      /* of a name: position among the names; areas come first */
    Spelling spelling; /* of a name */
    bool doubtful;     /* 新 before 建设路: perhaps another road */
} Token;

typedef struct Tokens {
    Token *list;
    int32_t n, max; /* what is beyond `max` is passed over */
} Tokens;

Err locate_fold(Str text, Arena *a, Folded *ret, Fault *f);
void locate_numbers(const Folded *t, Tokens *ret);
bool letter_is_cjk(uint32_t c);
bool letter_is_word(uint32_t c); /* of a Latin word or number */
bool letter_ends_road(uint32_t c);
bool letters_are(const Folded *t, int32_t at, const char32_t *what); /* stands `what` at `at`? */

/* ---- spellings of places (locate_forms.c) ---- */

enum { FORM_NAMES = 2 };

/* One way to name a place: by any of its names and all of its numbers. */
typedef struct Form {
    int32_t place;
    int32_t names[FORM_NAMES]; /* -1: none */
    Num nums[NUM_PARTS];
} Form;

/* A name before it has a position: letters of the folded spelling. */
typedef struct FormDraft {
    int32_t from[FORM_NAMES], to[FORM_NAMES];
    int32_t n_names;
    Num nums[NUM_PARTS];
} FormDraft;

enum { DRAFTS_MAX = 3 };
int32_t locate_forms(const Folded *spelling, Tokens *room, FormDraft ret[DRAFTS_MAX]);

/* The name without its 路, 小区 …; 0: there is nothing to leave out, or too little stays. */
int32_t name_stem(const uint32_t *c, int32_t n);
bool name_is_generic(const uint32_t *c, int32_t n); /* 小区, 公园: a kind, not a name */

/* Are they the same but for one letter that may be mistaken? Never one that tells
 * neighbours apart: 东 and 西, 一 and 二, digits. */
bool name_nearly(const uint32_t *name, int32_t n, const uint32_t *text, int32_t m);
enum { NEARLY_MIN = 3, NEARLY_MAX = 12 };

/* ---- the index (locate_index.c) ---- */

typedef struct Entry {
    int32_t at, n; /* letters in the pool */
    int32_t name;
    Spelling spelling;
} Entry; /* sorted by letters */

typedef struct Posting {
    uint32_t hash;
    int32_t at; /* form, or entry */
} Posting;

struct LocateIndex {
    Arena arena; /* all of it */
    int32_t n_areas, n_places, n_names, n_forms, n_entries;
    LocateArea *areas; /* names empty: they are in the entries */
    int32_t *place_area;
    int32_t *form_at; /* forms of place p: form_at[p] … form_at[p + 1] */
    Form *forms;
    uint32_t *pool;
    Entry *entries;
    Posting *postings; /* what a form can be found by */
    size_t n_postings;
    Posting *nearly; /* entries by what is left when one letter goes */
    size_t n_nearly;
};

/* What a form is found by: a name with a number of a class, a name alone, or a
 * lane with a building. `whole`: of forms without a building's number. */
uint32_t key_name_number(int32_t name, NumClass cls, int32_t value, bool whole);
uint32_t key_name(int32_t name);
uint32_t key_lane_building(int32_t lane, int32_t building);
size_t posting_first(const Posting *list, size_t n, uint32_t hash);
bool area_holds(const LocateIndex *x, int32_t area, int32_t place);
bool form_has_name(const Form *form, int32_t name);
bool place_has_name(const LocateIndex *x, int32_t place, int32_t name);

/* ---- names in a text (locate_hits.c) ---- */

void locate_names(const LocateIndex *x, const Folded *t, Tokens *ret);
void locate_near_names(const LocateIndex *x, const Folded *t, int32_t n_numbers, Tokens *ret);
/* Decides which of the raw hits stand, and puts all tokens in order. `room` holds
 * twice tokens->max. */
void locate_settle(const LocateIndex *x, const Folded *t, Tokens *tokens, bool *room);

/* ---- judging (locate_score.c) ---- */

/* A stretch of tokens that may be one address. */
typedef struct Mention {
    const Token *tokens;
    int32_t n;
    bool named;        /* a road or compound that is known, well written */
    bool unknown_name; /* its numbers follow a road that is not known */
    bool beside;       /* 对面, 旁边 */
} Mention;

enum { MENTION_TOKENS = 24 };
int32_t locate_mentions(const LocateIndex *x, const Folded *t, const Tokens *tokens, Mention *ret, int32_t max);

typedef struct Judged {
    int32_t place, points, mention;
    uint32_t used; /* bit i: token i of the mention */
    bool named;    /* by a name of its own, not by an area or its numbers alone */
    bool sure;     /* nothing missing, nothing inexact */
    bool missing;
} Judged;

enum { POINTS_ASK = 40 };
/* 0 points: this form is not meant. */
Judged locate_judge(const LocateIndex *x, const Form *form, const Mention *m);

/* From all that reached POINTS_ASK, in any order, to the answer. Sorts `list`. */
void locate_decide(const LocateIndex *x, const Folded *t, const Mention *mentions, int32_t n_mentions,
                   Judged *list, int32_t n, LocateAnswer *ret);

#endif
