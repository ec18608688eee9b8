/* areas_words – codes and names of the rows, among themselves, against the layer's
 * pattern and against what the layer has. */
#include "areas_plan.h"

#include <regex.h>
#include <stdio.h>

static Err check_pattern(const AreasPlan *p, Str *ret, Fault *f) {
    Str wanted = p->how->pattern, has = p->known.there ? p->known.layer.code_pattern : wanted;
    char z[128];
    regex_t re;

    *ret = has;
    if (wanted.n && !str_same(wanted, has))
        return fault(f, ERR_CONFLICT, "layer_pattern", "pattern", "图层的代码格式是“%.*s”，不是“%.*s”。",
                     "The layer's pattern is “%.*s” and not “%.*s”.", (int)has.n, has.p ? has.p : "",
                     (int)(wanted.n < 120 ? wanted.n : 120), wanted.p);
    snprintf(z, sizeof z, "%.*s", (int)(has.n < sizeof z ? has.n : sizeof z - 1), has.p ? has.p : "");
    if (has.n >= 120 || regcomp(&re, z, REG_EXTENDED | REG_NOSUB) != 0)
        return fault(f, ERR_INVALID, "layer_pattern", "pattern", "代码格式“%s”不是有效的正则表达式。",
                     "The pattern “%s” is no regular expression.", z);
    regfree(&re);
    return OK;
}

/* Was a name asked for? */
static bool wants_name(const AreasPlan *p, int32_t i) {
    if (i < p->n_features)
        return p->how->name.n > 0;
    for (size_t k = 0; k < p->n_groups; k++)
        if (p->groups[k].level == p->rows[i].level)
            return p->groups[k].name.n > 0;
    return false;
}

static Err judge_code(AreasPlan *p, int32_t i, Str pattern, Fault *f) {
    Str code = p->rows[i].code;
    const char *why = code.n == 0                       ? "missing"
                      : utf8_count(code.p, code.n) > 40 ? "longer than 40"
                      : !area_code_fits(pattern, code)  ? "against the pattern"
                                                        : NULL;
    AreaNote note = { 0 };

    if (!why)
        return OK;
    snprintf(note.why, sizeof note.why, "%s", why);
    return areas_row_note(p, i, NOTE_CODE, note, f);
}

static Err judge_row_words(AreasPlan *p, int32_t i, Str pattern, Fault *f) {
    AreaRow *row = &p->rows[i];

    if (row->name.n == 0 && row->code.n) {
        row->name = row->code;
        if (wants_name(p, i))
            TRY(areas_row_note(p, i, NOTE_UNNAMED, (AreaNote){ 0 }, f));
    }
    TRY(judge_code(p, i, pattern, f));
    if (utf8_count(row->name.p, row->name.n) > 80)
        TRY(areas_row_note(p, i, NOTE_NAME, (AreaNote){ 0 }, f));
    int32_t at = words_find(&p->known.codes, row->code);
    return at < 0 ? OK : areas_row_note(p, i, NOTE_TAKEN, (AreaNote){ .other = p->known.areas[at].name }, f);
}

Err areas_words(AreasPlan *p, Fault *f) {
    Str pattern;

    TRY(check_pattern(p, &pattern, f));
    for (int32_t i = 0; i < p->n; i++)
        TRY(judge_row_words(p, i, pattern, f));
    return OK;
}
