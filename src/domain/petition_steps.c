/* petition_steps – see petition_steps.h. What holds for every city is judged row by row
 * when this is compiled. */
#include "petition_steps.h"

#include "limits.h"
#include "setting.h"

#include <string.h>

#define DESK READ(DUTY_LEAD)
#define COUNTER (READ(DISPATCHER) | READ(DUTY_LEAD))
#define UNITS READ(HANDLER)
#define LEADER READ(LEADER)

#define STEP(from, act, to, who, note, paper) \
    { PETITION_##from, PET_##act, PETITION_##to, who, note, PAPER_##paper },
const PetitionStep petition_steps[] = {
#include "petition_steps.def"
};
#undef STEP
const size_t petition_steps_count = COUNT(petition_steps);

/* (state, act) is unique: a name that stands twice does not compile. */
#define STEP(from, act, to, who, note, paper) STEP_##from##_##act,
enum {
#include "petition_steps.def"
    STEPS_COUNT
};
#undef STEP
_Static_assert(COUNT(petition_steps) == STEPS_COUNT, "one name a row");

#define STEP(from, act, to, who, note, paper)                                                                \
    _Static_assert((who) != 0 && !((who) & ~(COUNTER | UNITS | LEADER)), "nobody else takes a step");        \
    _Static_assert(PET_##act != PET_EXTEND || !((who)&UNITS), "who asks for more time does not approve it"); \
    _Static_assert(PETITION_##to != PETITION_ANSWERED || PAPER_##paper == PAPER_OPINION,                     \
                   "no answer but in writing");                                                              \
    _Static_assert((PETITION_##to != PETITION_DECLINED && PETITION_##to != PETITION_REDIRECTED) ||           \
                       (PAPER_##paper != PAPER_NONE && (note)),                                              \
                   "who is turned away is told why, in writing");                                            \
    _Static_assert(PETITION_##from != PETITION_FINAL || PET_##act == PET_SEAL, "after the re-review it ends");
#include "petition_steps.def"
#undef STEP

const PetitionStep *petition_step(PetitionState from, PetitionAct act) {
    for (size_t i = 0; i < COUNT(petition_steps); i++)
        if (petition_steps[i].from == from && petition_steps[i].act == act)
            return &petition_steps[i];
    return NULL;
}

/* ---- the clocks ---- */

#define CLOCK(name, word, usual, most, unit) { word, usual, most, CLOCK_##unit },
static const struct {
    const char *word;
    int32_t usual, most;
    ClockUnit unit;
} clocks[] = {
#include "petition_clocks.def"
};
#undef CLOCK

#define CLOCK(name, word, usual, most, unit) word " " #usual "\n"
const char petition_clocks_usual[] =
#include "petition_clocks.def"
    ;
#undef CLOCK

/* "finish 60": which clock and how many; false: neither. */
static bool read_line(Str line, size_t *ret_clock, int32_t *ret_n) {
    for (size_t c = 0; c < COUNT(clocks); c++) {
        size_t word = strlen(clocks[c].word), at = word + 1;
        int32_t n = 0;
        if (line.n < at + 1 || line.n > at + 3 || memcmp(line.p, clocks[c].word, word) != 0 ||
            line.p[word] != ' ')
            continue;
        for (; at < line.n && line.p[at] >= '0' && line.p[at] <= '9'; at++)
            n = 10 * n + (line.p[at] - '0');
        *ret_clock = c;
        *ret_n = n;
        return at == line.n && n >= 1 && n <= clocks[c].most;
    }
    return false;
}

static Str next_line(Str *rest) {
    const char *end = memchr(rest->p, '\n', rest->n);
    Str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

    *rest = end ? (Str){ end + 1, rest->n - line.n - 1 } : (Str){ "", 0 };
    return line;
}

Err petition_clocks_check(Str value, Fault *f) {
    bool seen[COUNT(clocks)] = { false };
    size_t c = 0;
    int32_t n, line = 0;

    while (value.n) {
        line++;
        if (!read_line(next_line(&value), &c, &n) || seen[c])
            return fault(
                f, ERR_INVALID, "petition_clocks_form", "value",
                "第 %d 行不对：一行一个期限，如“finish 60”；名称是 notice、objection、finish、extension、"
                "ask_review、review，各一行，延期最多 30。",
                "Line %d is wrong: one limit a line, as in \"finish 60\"; the names are notice, "
                "objection, finish, extension, ask_review and review, once each, an extension at most "
                "30.",
                line);
        seen[c] = true;
    }
    return OK;
}

Err petition_clock(Tx *tx, PetitionClock clock, Limit *ret, Fault *f) {
    Str value;
    size_t c;
    int32_t n;

    TRY(setting_read(tx, "petition_clocks", &value, f));
    *ret = (Limit){ clocks[clock].usual, clocks[clock].unit };
    while (value.n)
        if (read_line(next_line(&value), &c, &n) && c == clock)
            ret->amount = n;
    return OK;
}
