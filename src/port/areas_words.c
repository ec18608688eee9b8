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

static Err judge_row_words(AreasPlan *p, int32_t i, Str pattern, Fault *f) {
    AreaRow *row = &p->rows[i];
    AreaNote note = { .code = row->code.n ? row->code : row->name };

    if (row->name.n == 0 && row->code.n) {
        row->name = row->code;
        note.kind = NOTE_UNNAMED;
        if (wants_name(p, i))
            TRY(areas_note(p->report, &note, f));
    }
    note.kind = NOTE_CODE;
    if (row->code.n == 0 || utf8_count(row->code.p, row->code.n) > 40 || !area_code_fits(pattern, row->code))
        TRY(areas_note(p->report, &note, f));
    note.kind = NOTE_NAME;
    if (utf8_count(row->name.p, row->name.n) > 80)
        TRY(areas_note(p->report, &note, f));
    int32_t at = words_find(&p->known.codes, row->code);
    if (at < 0)
        return OK;
    note.kind = NOTE_TAKEN;
    note.other = p->known.areas[at].name;
    return areas_note(p->report, &note, f);
}

Err areas_words(AreasPlan *p, Fault *f) {
    Str pattern;

    TRY(check_pattern(p, &pattern, f));
    for (int32_t i = 0; i < p->n; i++)
        TRY(judge_row_words(p, i, pattern, f));
    return OK;
}
